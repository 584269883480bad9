"""Failures in OpenAI's shape."""

from typing import Any

from vivavoce.web.api.desk import Dialect
from vivavoce.web.api.errors import Failure, Path


def error(why: Failure) -> dict[str, Any]:
    """The error object."""
    return {
        "message": message(why),
        "type": "invalid_request_error" if why.status < 500 else "server_error",
        "param": param(why.path) or None,
        "code": why.code,
    }


def message(why: Failure) -> str:
    """A sentence that names the parameter."""
    name = param(why.path)
    if why.code == "missing_required_parameter":
        return f"Missing required parameter: '{name}'."
    if why.code == "unknown_parameter":
        return f"Unknown parameter: '{name}'."
    if name and why.status == 400:
        return f"Invalid '{name}': {why.said}."
    return why.said


def param(path: Path) -> str:
    """messages[0].content"""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else part
    return out


def shaped(why: Failure, _request_id: str) -> tuple[int, dict[str, Any]]:
    """HTTP's status and body."""
    return why.status, {"error": error(why)}


CHAT = Dialect("chat", shaped, "x-request-id")
COMPLETIONS = Dialect("completions", shaped, "x-request-id")
RESPONSES = Dialect("responses", shaped, "x-request-id")
OTHERS = Dialect("openai", shaped, "x-request-id")
