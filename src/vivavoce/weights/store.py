"""The folder of weights on this machine, and whether what lies in it is whole."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vivavoce.core import WeightsMissing
from vivavoce.weights.entry import File, Weight

STAMP = ".verified.json"

State = Literal["ok", "missing", "damaged"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found about one file."""

    file: File
    path: Path
    state: State
    why: str = ""


@dataclass(frozen=True, slots=True)
class Store:
    """root/<weight>/<file>; nothing else in there but whole files and our stamps."""

    root: Path

    def folder(self, weight: Weight) -> Path:
        """Where the weight's files lie or will lie."""
        return self.root / weight.name

    def parts(self, weight: Weight) -> Path:
        """Where unfinished files wait; on the same file system, so that a rename ends a pull."""
        return self.root / ".parts" / weight.name

    def path(self, weight: Weight) -> Path:
        """What an engine opens: the main or only file, else the folder.

        Quick where a stamp vouches for the files; a file without one is hashed once.
        WeightsMissing if a file is away or damaged."""
        bad = [found for found in self.check(weight) if found.state != "ok"]
        if bad:
            what = ", ".join(f"{found.file.name} is {found.state}" for found in bad)
            raise WeightsMissing(
                f"{weight.name}: {what} in {self.folder(weight)}; "
                f"run: vivavoce weights pull {weight.name}"
            )
        if weight.main or len(weight.files) == 1:
            return self.folder(weight) / (weight.main or weight.files[0].name)
        return self.folder(weight)

    def check(self, weight: Weight, *, rehash: bool = False) -> list[Checked]:
        """The state of each file, by its stamp or, where that says nothing, by its hash."""
        stamps = {} if rehash else self._stamps(weight)
        fresh: dict[str, list[object]] = {}
        found = []
        for file in weight.files:
            path = self.folder(weight) / file.name
            state, why, stamp = _examine(path, file, stamps.get(file.name))
            found.append(Checked(file, path, state, why))
            if stamp:
                fresh[file.name] = stamp
        if fresh != self._stamps(weight):
            self._write_stamps(weight, fresh)
        return found

    def vouch(self, weight: Weight, file: File) -> None:
        """Stamp a file whose hash was just seen to match."""
        stamp = _stamp(self.folder(weight) / file.name, file)
        self._write_stamps(weight, self._stamps(weight) | {file.name: stamp})

    def _stamps(self, weight: Weight) -> dict[str, list[object]]:
        try:
            stamps = json.loads((self.folder(weight) / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamps if isinstance(stamps, dict) else {}

    def _write_stamps(self, weight: Weight, stamps: dict[str, list[object]]) -> None:
        with suppress(OSError):  # a store that can't be written to is hashed every time
            write_json(self.folder(weight) / STAMP, stamps)


def default_root() -> Path:
    """VIVAVOCE_WEIGHTS, else vivavoce/weights in the user's data folder."""
    if own := os.environ.get("VIVAVOCE_WEIGHTS"):
        return Path(own).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "vivavoce/weights"


def chunks(path: Path, start: int = 0) -> Iterator[bytes]:
    """The file's bytes from start, up to 1 MiB at a time."""
    with path.open("rb") as stream:
        stream.seek(start)
        while chunk := stream.read(1 << 20):
            yield chunk


def write_json(path: Path, value: object) -> None:
    """Replace a small file at once, or leave it as it was."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(json.dumps(value), encoding="utf-8")
    new.replace(path)


def _stamp(path: Path, file: File) -> list[object]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, file.sha256]


def _examine(
    path: Path, file: File, stamp: list[object] | None
) -> tuple[State, str, list[object] | None]:
    """The state, why, and the stamp to keep if the file is well."""
    if not path.is_file():
        return "missing", "no such file", None
    now = _stamp(path, file)  # before reading: a write during it makes the stamp stale
    if stamp == now:
        return "ok", "", now
    if now[0] != file.size:
        return "damaged", f"{now[0]} bytes instead of {file.size}", None
    digest = hashlib.sha256()
    try:
        for chunk in chunks(path):
            digest.update(chunk)
    except OSError as error:
        return "damaged", f"can't be read: {error.strerror}", None
    if digest.hexdigest() != file.sha256:
        return "damaged", f"sha256 {digest.hexdigest()[:12]}… instead of {file.sha256[:12]}…", None
    return "ok", "", now
