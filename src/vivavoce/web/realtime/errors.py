"""What is wrong with a client's event."""

from collections.abc import Collection, Sequence

from pydantic import ValidationError

from vivavoce.core import Refused
from vivavoce.mind import AUTO

_TAGS = {"server_vad", "semantic_vad", "function", "message", "function_call_output", "str", "int"}
_CODES = {
    "missing": "missing_required_parameter",
    "extra_forbidden": "unknown_parameter",
    "string_too_long": "string_above_max_length",
    "string_type": "invalid_type",
    "int_type": "invalid_type",
    "bool_type": "invalid_type",
    "list_type": "invalid_type",
    "dict_type": "invalid_type",
}


class BadEvent(Refused):
    """The event can't be done; the connection stays."""

    def __init__(self, message: str, *, code: str = "invalid_value", param: str | None = None):
        super().__init__(message)
        self.code = code
        self.param = param


def from_validation(error: ValidationError, root: str = "") -> BadEvent:
    """The first complaint, in the protocol's words."""
    first = error.errors(include_url=False)[0]
    param = ".".join(filter(None, [root, *_path(first["loc"])])) or None
    code = _CODES.get(first["type"], "invalid_value")
    said = first["msg"].removeprefix("Value error, ")
    message = {
        "missing_required_parameter": f"Missing required parameter: '{param}'.",
        "unknown_parameter": f"Unknown parameter: '{param}'.",
    }.get(code, f"Invalid '{param}': {said}.")
    return BadEvent(message, code=code, param=param)


def check_model(name: str, known: Collection[str], param: str) -> None:
    """BadEvent: nobody is called so."""
    if name != AUTO and name not in known:
        there_are = ", ".join(f"'{one}'" for one in (AUTO, *known))
        raise BadEvent(
            f"The model '{name}' does not exist. Supported values are: {there_are}.",
            code="model_not_found",
            param=param,
        )


def _path(loc: Sequence[str | int]) -> list[str]:
    """pydantic's path without the names of union members."""
    return [str(p) for p in loc if not (isinstance(p, str) and (p in _TAGS or _is_member(p)))]


def _is_member(part: str) -> bool:
    return part[:1].isupper() or any(mark in part for mark in "/[(-")
