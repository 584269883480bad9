"""A house with nothing on its lists."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.experts.lists.house import House, house


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def ours(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        yield opened
