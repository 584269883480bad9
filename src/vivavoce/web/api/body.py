"""Reading a request's body."""

import json
import re
from typing import Any

import anyio
from starlette.requests import Request

from vivavoce.files import storable
from vivavoce.web.api.errors import Bad

_DRAINED = 4
"""So many times too much is read and thrown away, that the client hears why; then it is cut off."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""Of a pair, or alone: then no model and no disk takes it."""


async def read_object(request: Request, most_bytes: int, within_s: float) -> dict[str, Any]:
    """The JSON object that was sent. Bad: 413 too long, 408 too slow, 400 not an object."""
    try:
        with anyio.fail_after(within_s):
            body = await _read(request, most_bytes)
    except TimeoutError:
        raise Bad(f"the body took longer than {within_s:g} s", (), "timeout", 408) from None
    return parsed(body)


def parsed(body: bytes) -> dict[str, Any]:
    """Bad if it isn't a JSON object."""
    try:
        text = body.decode("utf-8-sig")
        found = json.loads(text, parse_constant=_no_constant)
        whole = not _HALF.search(text) or _whole(found)
    except (ValueError, RecursionError):
        raise Bad("the body is not valid JSON", (), "invalid_json") from None
    if not whole:
        raise Bad("half a character (a lone surrogate) is in a text", (), "invalid_json")
    if not isinstance(found, dict):
        raise Bad("the body must be a JSON object", (), "invalid_json")
    return found


async def _read(request: Request, most: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most:
            chunks.append(chunk)
        elif size > _DRAINED * most:
            break
    if size > most:
        raise Bad(f"the body is longer than {most} bytes; send less", (), "too_large", 413)
    return b"".join(chunks)


def _whole(found: object) -> bool:
    text = json.dumps(found, ensure_ascii=False)
    return storable(text) == text


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
