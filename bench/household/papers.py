"""The papers of the house: real feeds on loopback, their dates brought up to now.

What a feed wrote on its own day since the morning lies between this morning and now, whatever the
hour is; what is older is as long before this morning as it was before that one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime

from tests.experts.news.house import NOW
from tests.experts.news.press import Press, printing, real
from vivavoce.experts import past

PAPERS = {
    "The Harbour Post": ("harbour.xml", "application/rss+xml"),
    "World Service": ("world.xml", "application/atom+xml"),
    "Technology Daily": ("tech.rdf", "application/rdf+xml"),
}
"""Name → its file, as what it is sent."""
_DATED = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d))|"
    rb"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:[+-]\d{4}|[A-Z]{3})"
)
"""As Atom and RDF have it, or as RSS has it."""


@dataclass(frozen=True, slots=True)
class Papers:
    """One server of all of them."""

    address: str
    press: Press

    @property
    def sources(self) -> str:
        """The setting."""
        return ", ".join(f"{name} = {self.address}/{file}" for name, (file, _) in PAPERS.items())

    def print(self, now: datetime) -> None:
        """Today's edition."""
        for file, content_type in PAPERS.values():
            self.press.put(f"/{file}", dated(real(file), now), content_type=content_type)


@contextmanager
def papers() -> Iterator[Papers]:
    """Printed once; ends the server."""
    press = Press()
    with printing(press) as address:
        made = Papers(address, press)
        made.print(datetime.now().astimezone())
        yield made


def dated(feed: bytes, now: datetime) -> bytes:
    """The feed with every date in it brought up to now. Pure."""

    def moved(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return brought(datetime.fromisoformat(found[0].decode()), now).isoformat().encode()
        return format_datetime(brought(parsedate_to_datetime(found[0].decode()), now)).encode()

    return _DATED.sub(moved, feed)


def brought(then: datetime, now: datetime) -> datetime:
    """A moment of the feeds' own time as one of ours, to the second. Pure."""
    theirs, ours = past.since("this morning", NOW), past.since("this morning", now)
    if then < theirs:
        return (ours - (theirs - then)).replace(microsecond=0)
    share = (min(then, NOW) - theirs) / (NOW - theirs)
    return (ours + (now - ours) * share).replace(microsecond=0)
