"""What is fetched, and what is not, from a server on loopback that stands for the web."""

from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import anyio
import pytest

from tests.experts.news.press import Press, printing
from vivavoce.core import Refused, Retry
from vivavoce.experts.fetching import Address, Web, body, public

pytestmark = pytest.mark.anyio
OUTSIDE, HOUSE, NOBODY = (ip_address(f"127.0.0.{n}") for n in (1, 2, 3))
"""The server is at the first one; at the others is nothing."""
NAMES = {"paper.example": [OUTSIDE], "nas.home": [HOUSE], "two.example": [NOBODY, OUTSIDE]}


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Names:
    """A resolver that changes its mind."""

    def __init__(self, **later: Address) -> None:
        self.asked: list[str] = []
        self._later = {name.replace("_", "."): address for name, address in later.items()}

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        self.asked.append(host)
        if self.asked.count(host) > 1 and host in self._later:
            return [self._later[host]]
        try:
            return NAMES.get(host) or [ip_address(host)]
        except ValueError:
            raise Retry("has no address now") from None


@pytest.fixture
def press() -> Press:
    made = Press()
    made.put("/", "the news")
    return made


@pytest.fixture
def port(press: Press) -> Iterator[int]:
    with printing(press) as at:
        yield urlsplit(at).port or 0


def is_outside(address: Address) -> bool:
    return address in (OUTSIDE, NOBODY)


def is_nowhere(address: Address) -> bool:
    """Everything is in the house."""
    return False


async def got(
    url: str, names: Names | None = None, may: Callable[[Address], bool] = is_outside, **ours: bool
) -> bytes:
    web = Web(may, look_up=names or Names())
    with anyio.fail_after(5):
        async with web.asked(url, {}, 2.0, **{"ours": True, **ours}) as (_, answer):
            return await body(answer, 100)


async def test_a_name_is_looked_up_once_and_asked_where_it_was_found(press: Press, port: int):
    names = Names()
    assert await got(f"http://paper.example:{port}/", names) == b"the news"
    assert names.asked == ["paper.example"]
    assert press.asked[0][1]["Host"] == f"paper.example:{port}"


async def test_the_next_address_of_a_name_is_tried(port: int):
    assert await got(f"http://two.example:{port}/") == b"the news"


@pytest.mark.parametrize(
    "to",
    [
        "http://nas.home:{port}/relay/0?turn=on",
        "http://127.0.0.2:{port}/",
        "http://paper.example:{other}/",
        "http://me:secret@nas.home:{port}/",
        "http://me:secret@two.example:{port}/",
        "file:///etc/passwd",
        "http://paper.example:99999999/",
    ],
)
async def test_a_page_of_the_web_sends_nobody_into_the_house(press: Press, port: int, to: str):
    press.put("/", status=302, headers={"Location": to.format(port=port, other=port + 1)})
    names = Names()
    with pytest.raises(Refused, match="sends to an address that is not followed"):
        await got(f"http://paper.example:{port}/", names)
    assert [path for path, _ in press.asked] == ["/"]


async def test_a_name_that_means_the_house_a_moment_later_is_not_asked_again(
    press: Press, port: int
):
    press.put("/", status=302, headers={"Location": "/relay/0?turn=on"})
    with pytest.raises(Refused, match="not followed"):
        await got(f"http://paper.example:{port}/", Names(paper_example=HOUSE))
    assert len(press.asked) == 1


async def test_what_the_house_itself_has_is_read_from_that_very_place(press: Press, port: int):
    assert await got(f"http://127.0.0.1:{port}/", may=is_nowhere) == b"the news"
    press.put("/old", status=302, headers={"Location": "/"})
    assert await got(f"http://127.0.0.1:{port}/old", may=is_nowhere) == b"the news"
    for place in (f"127.0.0.1:{port + 1}", f"127.0.0.3:{port}", "127.0.0.1"):
        press.put("/old", status=302, headers={"Location": f"http://{place}/"})
        with pytest.raises(Refused, match="not followed"):
            await got(f"http://127.0.0.1:{port}/old", may=is_nowhere)


async def test_what_the_house_did_not_name_is_of_the_web(press: Press, port: int):
    for url in (f"http://nas.home:{port}/", "http://nas.home/", f"http://paper.example:{port}/"):
        with pytest.raises(Refused, match="is at no address of the public web"):
            await got(url, ours=False)
    assert press.asked == []


async def test_a_password_stays_with_its_host(press: Press, port: int):
    press.put("/old", status=302, headers={"Location": "/older"})
    press.put("/older", status=302, headers={"Location": f"http://two.example:{port}/"})
    assert await got(f"http://me:secret@paper.example:{port}/old") == b"the news"
    told = ["Authorization" in headers for _, headers in press.asked]
    assert told == [True, True, False]


async def test_pages_that_send_round_in_circles_end(press: Press, port: int):
    press.put("/", status=302, headers={"Location": "/"})
    with pytest.raises(Refused, match="from one address to the next"):
        await got(f"http://paper.example:{port}/")


@pytest.mark.parametrize(
    ("address", "is_public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False),
        ("100.64.0.1", False), ("224.0.0.1", False), ("::", False), ("::ffff:10.0.0.1", False),
        ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("fd00::1", False),
        ("fec0::1", False), ("255.255.255.255", False), ("::127.0.0.1", False),
        ("64:ff9b:1::7f00:1", False), ("2001:0:5db8:d822::80ff:fffe", False),
    ],
)  # fmt: skip
def test_addresses_are_public_or_not(address: str, is_public: bool):
    assert public(ip_address(address)) == is_public
