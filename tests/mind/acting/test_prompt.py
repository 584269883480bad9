"""What a model is told of a tool."""

import json

from pydantic import BaseModel

from vivavoce.experts.tool import tool
from vivavoce.mind.acting.prompt import described
from vivavoce.models.signature import signature


class Room(BaseModel):
    name: str
    rooms: "list[Room] | None" = None


async def build(house: Room, others: dict[str, Room], where: Room | str) -> str:
    """Build a house."""
    return f"{house} {others} {where}"


def test_a_kind_inside_of_itself_is_an_object() -> None:
    told = described("build", tool(build))
    assert "$ref" not in json.dumps(told)
    room = "{name: string, rooms?: object[]}"
    assert signature(told).startswith(
        f"build(house: {room}, others: object, where: {room} | string): Build a house."
    )
    others = told["parameters"]["properties"]["others"]  # type: ignore[index]
    assert others["additionalProperties"]["properties"].keys() == {"name", "rooms"}
