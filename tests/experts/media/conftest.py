"""The expert on a real MPD."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.experts.media.house import House
from tests.experts.media.mpd_here import Mpd, mpd, say


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def mpd_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mpd]:
    with mpd(tmp_path_factory.mktemp("mpd")) as running:
        yield running


@pytest.fixture
def music(mpd_running: Mpd) -> Mpd:
    """It is silent, at half its volume, in both rooms."""
    say(
        mpd_running.port,
        *("stop", "clear", "setvol 50", "random 0", "repeat 0", "single 0"),
        *("enableoutput 0", "enableoutput 1"),
    )
    return mpd_running


@pytest.fixture
def house(music: Mpd, tmp_path: Path) -> House:
    return House({"mpd": music.url}, tmp_path)
