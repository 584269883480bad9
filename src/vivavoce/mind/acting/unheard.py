"""What must be heard and was not yet, on disk: a house that is started again says it."""

import json
import logging
import math
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
from anyio import to_thread

from vivavoce.experts.alone import First
from vivavoce.experts.announcer import Announcer, Note
from vivavoce.files import write_whole

log = logging.getLogger(__name__)

FILE = "unheard.json"
AGAIN_S = 5.0
"""So often a process tries whether it is the one that keeps it."""


@asynccontextmanager
async def kept_unheard(announcer: Announcer, folder: Path) -> AsyncIterator[None]:
    """Inside, what changes is written soon; leaving it writes the last. One process of a house
    does; when it ends, another goes on with what it left."""
    kept = _Kept(announcer, folder)
    await kept.begin()
    async with anyio.create_task_group() as group:
        group.start_soon(kept.keep)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await kept.end()


class _Kept:
    """The file, once it is ours."""

    def __init__(self, announcer: Announcer, folder: Path) -> None:
        self._announcer, self._path = announcer, folder / FILE
        self._first = First(folder / ".unheard")
        self._ours = False
        self._changed = anyio.Event()

    async def begin(self) -> bool:
        """Take up what is there; False: another process keeps it."""
        if await to_thread.run_sync(self._first.held):
            self._announcer.remember(await to_thread.run_sync(_load, self._path))
            self._announcer.changed = lambda: self._changed.set()
            self._ours = True
        return self._ours

    async def keep(self) -> None:
        """Until it is cancelled."""
        while not self._ours:
            await anyio.sleep(AGAIN_S)
            if await self.begin():
                self._changed.set()  # nothing of this process is there yet
        while True:
            await self._changed.wait()
            self._changed = anyio.Event()
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_save, self._path, self._announcer.unheard)

    async def end(self) -> None:
        """Write the last, also if the other process ended just now; another may go on."""
        notes = self._announcer.unheard
        if not self._ours and notes and await to_thread.run_sync(self._first.held):
            about = {note.about for note in notes}
            left = await to_thread.run_sync(_load, self._path)
            notes = [*(note for note in left if note.about not in about), *notes]
            self._ours = True
            self._changed.set()
        if self._ours and self._changed.is_set():
            await to_thread.run_sync(_save, self._path, notes)
        self._first.let_go()


def _load(path: Path) -> list[Note]:
    try:
        return [
            Note(str(text), str(about), math.inf if until is None else float(until))
            for text, about, until in json.loads(path.read_text(encoding="utf-8"))
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError):
        log.warning("what was not heard yet can't be read, and is forgotten")
        return []


def _save(path: Path, notes: Sequence[Note]) -> None:
    """All of it or nothing; a full disk is told in the log, and costs only this."""
    made = [[n.text, n.about, None if n.until == math.inf else n.until] for n in notes]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, json.dumps(made, ensure_ascii=False))
    except OSError as error:
        log.warning("what was not heard yet can't be kept: %s", error.strerror)
