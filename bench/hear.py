"""A request to a house, heard to its end."""

from contextlib import aclosing
from typing import Any, cast

from vivavoce.mind import Act, Ask
from vivavoce.mind.acting import Acting
from vivavoce.models import Text


async def hear(acting: Acting, ask: Ask, acts: list[Act]) -> str:
    """The answer; what was done meanwhile is added to acts as soon as it is done."""
    answer = ""
    async with aclosing(cast("Any", acting.stream(ask))) as items:
        async for item in items:
            if isinstance(item, Text):
                answer += item.text
            elif isinstance(item, Act):
                acts.append(item)
    return answer
