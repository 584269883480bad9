"""A CalDAV server."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import caldav
from caldav.elements.dav import CurrentUserPrivilegeSet
from caldav.lib.error import AuthorizationError, DAVError
from niquests.exceptions import RequestException

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts.builtin.calendar.source import Calendar, Kept, Stored

log = logging.getLogger(__name__)

TIMEOUT_S = 8
AT_ONCE = 100
"""Objects that are asked for in one request."""
MOST = 20_000
"""Objects of a calendar."""
_WRITES = frozenset(f"{{DAV:}}{name}" for name in ("all", "write", "write-content", "bind"))
"""Privileges; any of them lets new events in."""


class Dav:
    """One account. url: https://user@host/…"""

    name = "the calendar server"
    id = "caldav"

    def __init__(self, url: str, password: str, timeout_s: int = TIMEOUT_S) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigError(
                "calendar: caldav is no address; write https://user@host/path, "
                "or run: vivavoce setup calendar"
            )
        self.user = unquote(parts.username or "")
        self._host = parts.hostname
        self._client: Any = caldav.DAVClient(  # type: ignore[operator]
            urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])),
            username=self.user or None,
            password=password or unquote(parts.password or "") or None,
            timeout=timeout_s,
            enable_rfc6764=False,
            rate_limit_handle=False,
        )

    def sync(self, kept: Kept) -> Kept:
        """Only what changed is fetched."""
        with self._asked():
            found = self._client.principal().get_calendars()
            calendars, objects, tokens = [], dict[str, Stored](), dict[str, str]()
            for calendar in found:
                supported = calendar.get_supported_components()
                if supported and "VEVENT" not in supported:
                    continue
                url = str(calendar.url)
                name = calendar.get_display_name() or _last(url)
                may = calendar.get_property(CurrentUserPrivilegeSet())  # None: it does not tell
                calendars.append(Calendar(url, name, not may or not _WRITES.isdisjoint(may)))
                mine = {u: s for u, s in kept.objects.items() if s.calendar == url}
                tokens[url], changed = self._changed(calendar, mine, kept.tokens.get(url))
                objects |= changed
        return Kept(tuple(calendars), objects, tokens, time.time())

    def put(self, url: str, ics: str, etag: str) -> None:
        """See Writable."""
        condition = {"If-Match": etag} if etag else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        with self._asked():
            self._check(self._client.put(url, ics, headers).status)

    def delete(self, url: str, etag: str) -> None:
        """See Writable."""
        with self._asked():
            self._check(self._client.delete(url, {"If-Match": etag} if etag else {}).status)

    def _changed(
        self, calendar: Any, mine: dict[str, Stored], token: str | None
    ) -> tuple[str, dict[str, Stored]]:
        """The new token, and the calendar's objects."""
        found = calendar.get_objects_by_sync_token(token or None)
        following = str(found.sync_token or "")
        if following.startswith("fake-"):  # the server can't tell what changed
            if following == token:
                return following, mine
            mine = {}
        gone = {_path(url) for url in found.deleted_urls}
        urls = [one.url for one in found if _path(one.url) not in gone]
        if len(urls) > MOST:
            raise ConfigError(f"a calendar has more than {MOST:,} events; choose another")
        left = {url: stored for url, stored in mine.items() if _path(url) not in gone}
        for start in range(0, len(urls), AT_ONCE):
            for one in calendar.multiget(urls[start : start + AT_ONCE]):
                url, data = str(one.url), one.data
                if data:
                    left[url] = Stored(url, str(calendar.url), one.etag or "", str(data))
        return following, left

    @staticmethod
    def _check(status: int) -> None:
        if status == 412:
            raise Refused("the event was changed meanwhile; look at the calendar again")
        if status in (401, 403):
            raise Refused("the calendar server does not allow that in this calendar")
        if status == 404:
            raise Refused("the event is not there any more")
        if status >= 500:
            raise Retry(f"the calendar server failed ({status}); try again")
        if status >= 400:
            raise Refused(f"the calendar server refused the event ({status})")

    @contextmanager
    def _asked(self) -> Iterator[None]:
        """Its errors are ours; no address with a password in it gets into their texts."""
        try:
            yield
        except AuthorizationError:
            raise ConfigError(
                "the calendar server does not accept the user or the password; "
                "run: vivavoce setup calendar"
            ) from None
        except DAVError as error:
            log.info("calendar server: %s", type(error).__name__)
            raise Retry(
                f"the calendar server at {self._host} answers strangely "
                f"({type(error).__name__}); is the address right?"
            ) from None
        except (RequestException, OSError) as error:
            log.info("calendar server: %s", type(error).__name__)
            raise Retry(
                f"the calendar server at {self._host} does not answer; is it running?"
            ) from None


def _path(url: object) -> str:
    """What two spellings of one address have in common."""
    return unquote(urlsplit(str(url)).path)


def _last(url: str) -> str:
    return unquote(url.rstrip("/").rsplit("/", 1)[-1])
