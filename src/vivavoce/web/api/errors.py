"""What can be wrong with a request, before a vendor's shape is put on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from vivavoce.core import Refused, Retry, VivavoceError

Path = tuple[str | int, ...]
Shape = TypeVar("Shape", bound=BaseModel)
_CODES = {
    "missing": "missing_required_parameter",
    "extra_forbidden": "unknown_parameter",
    "string_too_long": "string_above_max_length",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that came to nothing."""

    status: int
    """HTTP's."""
    code: str
    said: str
    """What to do next."""
    path: Path = ()
    """Of what is wrong in the body."""


class Bad(Refused):
    """The request can't be done."""

    def __init__(
        self, said: str, path: Path = (), code: str = "invalid_value", status: int = 400
    ) -> None:
        super().__init__(said)
        self.failure = Failure(status, code, said, path)


def failure(error: VivavoceError) -> Failure:
    """Whose fault it is, in HTTP's terms."""
    if isinstance(error, Bad):
        return error.failure
    if isinstance(error, Refused):
        return Failure(400, error.code, str(error))
    return Failure(503 if isinstance(error, Retry) else 500, error.code, str(error))


INTERNAL = Failure(500, "internal", "the server has a fault; its log has the details")


def validated(shape: type[Shape], body: dict[str, Any]) -> Shape:
    """The body as an object; Bad names the deepest complaint."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        found = [(where(e["loc"], body), e) for e in error.errors(include_url=False)]
        path, first = max(
            found, key=lambda pair: (len(pair[0]), pair[1]["type"] == "literal_error")
        )
        kind = first["type"]
        code = _CODES.get(kind, "invalid_type" if kind.endswith("_type") else "invalid_value")
        raise Bad(first["msg"].removeprefix("Value error, "), path, code) from error


def where(loc: Sequence[str | int], body: object) -> Path:
    """pydantic's path without the names of union members: only what the body has, or lacks."""
    path: list[str | int] = []
    for at, part in enumerate(loc):
        last = at == len(loc) - 1
        if isinstance(body, dict) and isinstance(part, str) and (part in body or last):
            body = body.get(part)
        elif isinstance(body, list) and isinstance(part, int) and part < len(body):
            body = body[part]
        else:
            continue
        path.append(part)
    return tuple(path)
