"""Failures in Anthropic's shape."""

from typing import Any

from vivavoce.web.api import sse
from vivavoce.web.api.desk import Dialect
from vivavoce.web.api.errors import Failure

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def shaped(why: Failure, request_id: str = "") -> tuple[int, dict[str, Any]]:
    """HTTP's status and body."""
    status = 529 if why.status == 503 else why.status
    said = {
        "missing_required_parameter": "Field required",
        "unknown_parameter": "Extra inputs are not permitted",
    }.get(why.code, why.said)
    if why.path and status == 400:
        said = f"{'.'.join(str(part) for part in why.path)}: {said}"
    elif status == 404 and why.path == ("model",):
        said = f"model: {said}"
    inner = {"type": _TYPES.get(status, "api_error"), "message": said}
    body: dict[str, Any] = {"type": "error", "error": inner}
    return status, body | ({"request_id": request_id} if request_id else {})


MESSAGES = Dialect("messages", shaped, "request-id", sse.event({"type": "ping"}, "ping"))
