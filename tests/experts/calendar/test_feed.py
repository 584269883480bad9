"""An ICS address, of a server on loopback."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.experts.search.web import Site, serving
from vivavoce.core import Retry
from vivavoce.experts.builtin.calendar.feed import Feed
from vivavoce.experts.builtin.calendar.source import Kept

ICS = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n"
NEW = Kept()


@pytest.fixture
def site() -> Site:
    return Site({"/town.ics": (200, {"ETag": '"1"'}, ICS)})


@pytest.fixture
def at(site: Site) -> Iterator[str]:
    with serving(site) as port:
        yield f"127.0.0.1:{port}"


def test_an_address_is_read_and_again_only_if_it_changed(site: Site, at: str):
    feed = Feed(f"Town=http://{at}/town.ics")
    kept = feed.sync(NEW)
    assert [stored.ics for stored in kept.objects.values()] == [ICS.decode()]
    site.pages["/town.ics"] = 304, {}, b""
    assert feed.sync(kept).objects == kept.objects


def test_a_calendar_that_moved_on_its_server_is_followed(site: Site, at: str):
    site.pages["/old.ics"] = 301, {"Location": "/town.ics"}, b""
    assert Feed(f"http://{at}/old.ics").sync(NEW).objects


def test_a_calendar_sends_nobody_to_another_door_of_the_house(site: Site, at: str, tmp_path: Path):
    relay = Site({"/relay/0?turn=on": (200, {}, ICS)})
    with serving(relay) as port:
        site.pages["/town.ics"] = 302, {"Location": f"http://127.0.0.1:{port}/relay/0?turn=on"}, b""
        with pytest.raises(Retry, match="calendar Town sends to an address that is not followed"):
            Feed(f"Town=http://{at}/town.ics").sync(NEW)
    assert relay.asked == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((404, {}, b""), "can't be fetched"),
        ((200, {"Content-Encoding": "br"}, b"x"), "is packed"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "not followed"),
    ],
)
def test_a_calendar_that_can_not_be_had_says_why(
    site: Site, at: str, answer: tuple[int, dict[str, str], bytes], says: str
):
    site.pages["/town.ics"] = answer
    with pytest.raises(Retry, match=f"the calendar Town .*{says}"):
        Feed(f"Town=http://{at}/town.ics").sync(NEW)
