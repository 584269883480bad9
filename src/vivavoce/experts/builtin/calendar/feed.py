"""ICS: a file, or an address that is only read."""

import hashlib
import time
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx

from vivavoce.core import ConfigError, Retry
from vivavoce.experts.builtin.calendar.events import parse
from vivavoce.experts.builtin.calendar.source import Calendar, Kept, Stored

TIMEOUT_S = 10.0
MOST_BYTES = 20_000_000


class Feed:
    """One calendar. where: a path, or https://… (webcal://… too); "Name=where" gives it a name."""

    def __init__(self, where: str) -> None:
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
            with httpx.stream(
                "GET", self._where, headers=headers, timeout=TIMEOUT_S, follow_redirects=True
            ) as answer:
                if answer.status_code == 304:
                    return None, token
                answer.raise_for_status()
                data = b""
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > MOST_BYTES:
                        raise ConfigError(f"calendar: {self.name} has more than 20 MB; choose less")
                return data.decode("utf-8", "replace"), answer.headers.get("etag", "")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            kind = type(error).__name__
            raise Retry(f"the calendar {self.name} can't be fetched ({kind}); try later") from None

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
