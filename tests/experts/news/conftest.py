"""The expert's tools against servers that give feeds as papers do."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.experts.news.house import House, house
from tests.experts.news.press import Press, printing, real


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def press() -> Press:
    press = Press()
    press.put("/harbour", real("harbour.xml"), etag='"h1"')
    press.put("/world", real("world.xml"), content_type="application/atom+xml")
    press.put("/tech", real("tech.rdf"), content_type="text/xml")
    return press


@pytest.fixture
def address(press: Press) -> Iterator[str]:
    with printing(press) as at:
        yield at


@pytest.fixture
async def harbour(address: str, tmp_path: Path) -> AsyncIterator[House]:
    """One paper."""
    async with house(tmp_path, sources=f"The Harbour Post = {address}/harbour") as ours:
        yield ours


@pytest.fixture
async def three(address: str, tmp_path: Path) -> AsyncIterator[House]:
    """Three papers: RSS, Atom, RDF."""
    sources = (
        f"The Harbour Post = {address}/harbour\n"
        f"World Service = {address}/world, Technology Daily = {address}/tech\n"
    )
    async with house(tmp_path, sources=sources) as ours:
        yield ours
