"""ICS: a file, or an address that is only read."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

import anyio
import httpx

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts.builtin.calendar.events import parse
from vivavoce.experts.builtin.calendar.source import Calendar, Kept, Stored
from vivavoce.experts.fetching import Web, body

TIMEOUT_S = 10.0
"""Between two signs of life…"""
TOTAL_S = 60.0
"""…and for all of it."""
MOST_BYTES = 20_000_000


class Feed:
    """One calendar. where: a path, or https://… (webcal://… too); "Name=where" gives it a name."""

    def __init__(self, where: str, web: Web | None = None) -> None:
        self._web = web or Web()
        name, equals, rest = where.partition("=")
        named = bool(equals) and "/" not in name and ":" not in name
        self._where = (rest if named else where).strip().replace("webcal://", "https://", 1)
        path = urlsplit(self._where).path
        self.id = f"ics:{hashlib.sha256(self._where.encode()).hexdigest()[:16]}"
        self.name = name.strip() if named else unquote(Path(path).stem) or "calendar"

    def sync(self, kept: Kept) -> Kept:
        """Retry: it can't be fetched or read now; ConfigError: it is no calendar."""
        token = kept.tokens.get(self.id, "")
        text, following = self._fetched(token)
        if text is None:
            return replace(kept, at=time.time())
        if "BEGIN:VCALENDAR" not in text[:2000].upper():
            raise ConfigError(f"calendar: {self.name} is no ICS calendar; see its setting ics")
        stored = Stored(self.id, self.id, following, text)
        if parse(stored, UTC) is None:
            raise Retry(f"the calendar {self.name} is damaged; see its setting ics")
        calendar = Calendar(self.id, self.name, writable=False)
        return Kept((calendar,), {self.id: stored}, {self.id: following}, time.time())

    def _fetched(self, token: str) -> tuple[str | None, str]:
        """The text (None: as it was) and what tells its next version apart."""
        if not self._where.startswith(("http://", "https://")):
            return self._read(token)
        headers = {"If-None-Match": token} if token.startswith(('"', "W/")) else {}
        try:
            return anyio.run(self._asked, headers, token)
        except (Refused, Retry) as error:
            raise Retry(f"the calendar {self.name} {error}; see its setting ics") from None
        except (httpx.HTTPError, TimeoutError) as error:
            kind = type(error).__name__
            raise Retry(f"the calendar {self.name} can't be fetched ({kind}); try later") from None

    async def _asked(self, headers: Mapping[str, str], token: str) -> tuple[str | None, str]:
        with anyio.fail_after(TOTAL_S):
            async with self._web.asked(self._where, headers, TIMEOUT_S, ours=True) as (_, answer):
                if answer.status_code == 304:
                    return None, token
                answer.raise_for_status()
                data = await body(answer, MOST_BYTES + 1)
                if len(data) > MOST_BYTES:
                    raise ConfigError(f"calendar: {self.name} has more than 20 MB; choose less")
                return data.decode("utf-8", "replace"), answer.headers.get("etag", "")

    def _read(self, token: str) -> tuple[str | None, str]:
        path = Path(self._where).expanduser()
        try:
            about = path.stat()
            following = f"{about.st_mtime_ns}-{about.st_size}"
            if following == token:
                return None, token
            if about.st_size > MOST_BYTES:
                raise ConfigError(f"calendar: {self.name} has more than 20 MB; choose less")
            return path.read_text(encoding="utf-8", errors="replace"), following
        except OSError as error:
            raise Retry(f"the calendar {self.name} can't be read: {error.strerror}") from None
