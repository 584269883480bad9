"""Music is quiet while we speak, and loud again afterwards."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from vivavoce.experts import Expert, Manifest, Setup, Tool
from vivavoce.experts.opened import opened
from vivavoce.mind.acting.ducking import AFTER_S, Ducking

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Music(list[Tool]):
    """Plays."""

    quiet = 0

    @asynccontextmanager
    async def ducked(self) -> AsyncIterator[None]:
        self.quiet += 1
        yield
        self.quiet -= 1


@asynccontextmanager
async def ducked(music: Music, folder: Path) -> AsyncIterator[Ducking]:
    """It runs, in a house that has this music."""

    @asynccontextmanager
    async def play(_: Setup) -> AsyncIterator[Sequence[Tool]]:
        yield music

    known = {"media": Expert(Manifest("media", "Music.", ("play",)), "", play)}
    async with (
        opened(known, lambda _: Setup({}, folder)) as house,
        anyio.create_task_group() as group,
    ):
        await house.tools("media")
        ducking = Ducking(house)
        group.start_soon(ducking.run)
        yield ducking
        group.cancel_scope.cancel()


async def test_music_is_quiet_while_we_speak_and_through_a_breath(tmp_path: Path) -> None:
    music = Music()

    async with ducked(music, tmp_path) as ducking:
        ducking(True)
        await anyio.sleep(0.05)
        assert music.quiet == 1
        ducking(False)
        await anyio.sleep(AFTER_S / 2)
        ducking(True)
        await anyio.sleep(AFTER_S)
        assert music.quiet == 1
        ducking(True)  # a second conversation
        ducking(False)
        await anyio.sleep(AFTER_S + 0.1)
        assert music.quiet == 1
        ducking(False)
        await anyio.sleep(AFTER_S + 0.2)
        assert music.quiet == 0


class Breaks(Music):
    """Its first try fails."""

    @asynccontextmanager
    async def ducked(self) -> AsyncIterator[None]:
        self.quiet += 1
        if self.quiet == 1:
            raise OSError(28, "No space left on device")
        yield


async def test_music_that_can_not_be_lowered_is_tried_again_the_next_time(tmp_path: Path) -> None:
    music = Breaks()

    async with ducked(music, tmp_path) as ducking:
        for sounds in (True, False, True):
            ducking(sounds)
            await anyio.sleep(0.05)
        assert music.quiet == 2
