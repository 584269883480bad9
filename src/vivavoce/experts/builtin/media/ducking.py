"""Music goes down while we speak, and up again. What was before is on disk before it changes."""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import anyio

from vivavoce.core import VivavoceError
from vivavoce.files import write_whole

log = logging.getLogger(__name__)

LEAST = 5
"""So quiet it can still be heard, 0…100."""
QUICK_S = 0.4
"""Our voice waits no longer for music to go down…"""
BACK_S = 1.0
"""…nor what comes after it for music to come back; then it does the next time."""


class Sound(Protocol):
    """Something whose volume can be set, by the name of its place."""

    async def playing(self, within_s: float) -> Mapping[str, int]:
        """Place → volume 0…100, of those where something plays now."""
        ...

    async def volume(self, place: str) -> int | None:
        """None: it has none."""
        ...

    async def set_volume(self, place: str, to: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Ducked:
    """One place, lowered."""

    was: int
    to: int


class Ducker:
    """Lowers once however many speak, and leaves alone what somebody else changed meanwhile."""

    def __init__(self, sound: Sound, share: float, kept: Path) -> None:
        """share: of the volume, 0…1; 1 leaves music alone. kept: a file."""
        self._sound, self._share, self._kept = sound, share, kept
        self._speaking = 0
        self._lock = anyio.Lock()

    @asynccontextmanager
    async def ducked(self) -> AsyncIterator[None]:
        """Around everything that we say. It never fails, and never waits long."""
        if self._share >= 1:
            yield
            return
        self._speaking += 1
        try:
            with anyio.move_on_after(QUICK_S):
                await self._down()
            yield
        finally:
            self._speaking -= 1
            with anyio.move_on_after(BACK_S, shield=True):
                await self.up()

    async def up(self) -> None:
        """Bring back what is down, once nobody speaks; also what a crash left down."""
        async with self._lock:
            if self._speaking:
                return
            down = self._read()
            for place, ducked in list(down.items()):
                try:
                    if await self._sound.volume(place) == ducked.to:
                        await self._sound.set_volume(place, ducked.was)
                except VivavoceError as error:
                    log.info("music stays low for now: %s", error.code)
                    continue
                del down[place]
            self._write(down)

    def meant(self, place: str, volume: int) -> int:
        """What a place's volume is for its people: the one from before, if it is down."""
        ducked = self._read().get(place)
        return ducked.was if ducked and ducked.to == volume else volume

    async def set_volume(self, place: str, to: int) -> None:
        """Somebody wants this volume; while we speak it comes when we are done."""
        async with self._lock:
            down = self._read()
            if place in down and self._speaking:
                down[place] = Ducked(to, self._low(to))
                kept = self._write(down)
                await self._sound.set_volume(place, down[place].to if kept else to)
                return
            if down.pop(place, None):
                self._write(down)
            await self._sound.set_volume(place, to)

    async def _down(self) -> None:
        async with self._lock:
            down = self._read()
            try:
                playing = await self._sound.playing(QUICK_S)
            except VivavoceError as error:
                log.info("music was not lowered: %s", error.code)
                return
            new = {
                place: Ducked(volume, self._low(volume))
                for place, volume in playing.items()
                if place not in down and self._low(volume) < volume
            }
            if not new:
                return
            if not self._write({**down, **new}):
                return  # a crash would leave it low for ever
            for place, ducked in new.items():
                try:
                    await self._sound.set_volume(place, ducked.to)
                    read = await self._sound.volume(place)
                except VivavoceError as error:
                    log.info("music was not lowered: %s", error.code)
                    continue
                if read is not None and read != ducked.to:  # a mixer with coarser steps
                    kept = self._write({**self._read(), place: Ducked(ducked.was, read)})
                    if not kept:
                        await self._back(place, ducked.was)

    async def _back(self, place: str, was: int) -> None:
        try:
            await self._sound.set_volume(place, was)
        except VivavoceError as error:
            log.info("music stays low: %s", error.code)

    def _low(self, volume: int) -> int:
        return min(volume, max(LEAST, round(volume * self._share)))

    def _read(self) -> dict[str, Ducked]:
        try:
            told = json.loads(self._kept.read_text())
            return {place: Ducked(int(d["was"]), int(d["to"])) for place, d in told.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _write(self, down: Mapping[str, Ducked]) -> bool:
        """Whether it is on the disk; a full one costs only this."""
        try:
            if down:
                told = {place: asdict(ducked) for place, ducked in down.items()}
                write_whole(self._kept, json.dumps(told))
            else:
                self._kept.unlink(missing_ok=True)
        except OSError as error:
            log.warning("which music is low can't be kept: %s", error.strerror)
            return False
        return True
