"""The expert's tools against a server that answers as Open-Meteo does."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.experts.weather.house import House, house
from tests.experts.weather.sky import Sky, serving


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def sky() -> Sky:
    return Sky()


@pytest.fixture
def address(sky: Sky) -> Iterator[str]:
    with serving(sky) as at:
        yield at


@pytest.fixture
async def at_home(address: str) -> AsyncIterator[House]:
    """In Bonn, metric."""
    async with house(address, place="Bonn") as ours:
        yield ours
