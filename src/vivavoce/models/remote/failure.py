"""What can go wrong with a server, in every vendor's words, and what to do about it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic_core import from_json

from vivavoce.models.remote.server import Server

MOST_WORDS = 200
"""Characters of a server's own message that are passed on."""


class Failure(Exception):
    """A request failed; the message says what to do. Becomes Unable, Refused, Retry or Broken."""

    def __init__(
        self,
        message: str,
        *,
        final: bool = False,
        withheld: bool = False,
        again: bool = False,
        wait_s: float = 0.0,
    ) -> None:
        super().__init__(message)
        self.final = final
        """The same request will fail again, here."""
        self.withheld = withheld
        """The vendor does not want to answer: no other is asked in its place."""
        self.again = again
        """It may be sent once more at once, if nothing was said."""
        self.wait_s = wait_s
        """The server asks for this pause before."""


STATUS = {
    "authentication_error": 401,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "billing_error": 402,
    "permission_error": 403,
    "AccessDeniedException": 403,
    "UnrecognizedClientException": 403,
    "InvalidSignatureException": 403,
    "ExpiredTokenException": 403,
    "not_found_error": 404,
    "model_not_found": 404,
    "ResourceNotFoundException": 404,
    "request_too_large": 413,
    "invalid_request_error": 400,
    "BadRequestError": 400,
    "context_length_exceeded": 400,
    "exceed_context_size_error": 400,
    "ValidationException": 400,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "ThrottlingException": 429,
    "overloaded_error": 529,
}
"""What vendors call an error → the HTTP status that it means; what is unknown is transient."""


def of_response(server: Server, status: int, headers: Mapping[str, str], body: bytes) -> Failure:
    """The failure that an HTTP response tells of."""
    names, words = told(body)
    if kind := headers.get("x-amzn-errortype", ""):
        names = (kind.partition(":")[0], *names)
    if status < 300 or "insufficient_quota" in names:
        status = _status(names)
    return of_status(server, status, words, wait_s=pause(headers))


def of_event(server: Server, error: object) -> Failure:
    """The failure that a stream tells of, once it has begun."""
    names, words = _told(error)
    return of_status(server, _status(names), words)


def _status(names: tuple[str, ...]) -> int:
    numbers = [int(n) for n in names if re.fullmatch(r"[45]\d\d", n, re.ASCII)]
    return next((STATUS[n] for n in names if n in STATUS), numbers[0] if numbers else 500)


def of_status(server: Server, status: int, words: str, *, wait_s: float = 0.0) -> Failure:
    """By status, with what to do next."""
    said = f": {words}" if words else ""
    host, key = server.url.host, server.key
    if status in (401, 403):
        todo = (
            f"check the one in {key.place}" if key else "set key_env or key_file, if it needs one"
        )
        return Failure(f"{host} refuses the key ({status}{said}); {todo}", final=True)
    if status == 402:
        return Failure(f"the account at {host} has no credit left; top it up{said}", final=True)
    if status == 404:
        return Failure(
            f"{host} does not know {server.model!r}, or not this address (404{said}); "
            "check model and base_url",
            final=True,
        )
    if 300 <= status < 400:
        return Failure(f"{host} has moved ({status}); set base_url anew", final=True)
    if status in (408, 409, 424, 425, 429) or status >= 500:
        busy = "asks to wait" if status == 429 else "has trouble"
        wait = f"; it asks for {wait_s:.0f} s" if wait_s else ""
        return Failure(
            f"{host} {busy} ({status}{said}){wait}; try again later, or use another model",
            again=True,
            wait_s=wait_s,
        )
    todo = "make it shorter" if status == 413 or _too_long(words) else "change it"
    return Failure(f"{host} refuses the request ({status}{said}); {todo}", final=True)


def withheld(server: Server, why: str) -> Failure:
    """The vendor ended the answer for a reason of its own."""
    host = server.url.host
    if why == "error":
        return Failure(f"{host} failed while it answered; try again", again=True)
    why = why if re.fullmatch(r"\w{1,40}", why, re.ASCII) else "unknown"
    return Failure(f"{host} withholds its answer ({why}); ask in another way", withheld=True)


def nonsense(server: Server, what: str) -> Failure:
    """The server breaks its own protocol."""
    return Failure(
        f"{server.url.host} sent {what}; try again, and check that base_url is of the kind "
        f"{server.kind!r}"
    )


def told(body: bytes) -> tuple[tuple[str, ...], str]:
    """(names of the error, its message), from any vendor's body; empty where there is none."""
    try:
        return _told(from_json(body))
    except ValueError:
        return (), ""


def _told(error: object) -> tuple[tuple[str, ...], str]:
    if isinstance(error, str):
        return (), _plain(error)
    if not isinstance(error, dict):
        return (), ""
    inner: Any = error.get("error")
    if isinstance(inner, dict | str):
        names, words = _told(inner)
        return names, words or _told({**error, "error": None})[1]
    return _names(error), _plain(_words(error))


def _names(error: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(error[n]) for n in ("code", "type", "status") if error.get(n) is not None)


def _words(error: dict[str, Any]) -> str:
    words = error.get("message") or error.get("Message") or error.get("detail")
    return words if isinstance(words, str) else ""


def _plain(words: str) -> str:
    """On one line, not long, and nothing in it that looks like a key."""
    words = re.sub(r"\b(?:sk|pk|key|bedrock-api-key|Bearer)[-_ ][\w*.+/=-]{6,}", "***", words)
    words = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    return words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1] + "…"


def _too_long(words: str) -> bool:
    return any(w in words.lower() for w in ("context", "too long", "too many tokens", "max_tokens"))


def pause(headers: Mapping[str, str]) -> float:
    """Seconds that a server asks to wait; 0 if it does not, or not clearly."""
    if (ms := headers.get("retry-after-ms", "")).isdecimal():
        return min(int(ms), 86_400_000) / 1000
    after = headers.get("retry-after", "")
    if re.fullmatch(r"\d{1,6}(\.\d*)?", after):
        return float(after)
    try:
        when = parsedate_to_datetime(after)
    except ValueError:
        return 0.0
    if when.tzinfo is None:
        return 0.0
    return max(0.0, (when - datetime.now(UTC)).total_seconds())
