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


@asynccontextmanager
async def kept_unheard(announcer: Announcer, folder: Path) -> AsyncIterator[None]:
    """Inside, what changes is written soon; leaving it writes the last. One process of a house
    does."""
    first = First(folder / ".unheard")
    if not await to_thread.run_sync(first.held):
        yield
        return
    path = folder / FILE
    announcer.remember(await to_thread.run_sync(_load, path))
    changed = anyio.Event()

    def change() -> None:
        changed.set()

    async def keep() -> None:
        nonlocal changed
        while True:
            await changed.wait()
            changed = anyio.Event()
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(_save, path, announcer.unheard)

    announcer.changed = change
    async with anyio.create_task_group() as group:
        group.start_soon(keep)
        try:
            yield
        finally:
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                if changed.is_set():
                    await to_thread.run_sync(_save, path, announcer.unheard)
                first.let_go()


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
