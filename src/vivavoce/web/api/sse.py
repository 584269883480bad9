"""Server-sent events."""

import json
from collections.abc import Mapping
from typing import Any

COMMENT = b": still here\n\n"
"""Keeps a connection open; clients skip it."""
DONE = b"data: [DONE]\n\n"
HEADERS = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-accel-buffering": "no",
}


def event(data: Mapping[str, Any], name: str = "") -> bytes:
    """One event; name is its `event:` line."""
    line = f"event: {name}\n" if name else ""
    return f"{line}data: {dumps(data)}\n\n".encode()


def dumps(data: Mapping[str, Any]) -> str:
    """One line of JSON; ASCII, so that half a surrogate pair can't break the line."""
    return json.dumps(data, separators=(",", ":"))
