"""A file in the making: hashed as it grows, left on disk when interrupted, whole or not there."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from vivavoce.weights.errors import SourceFailed
from vivavoce.weights.store import chunks


class Part:
    """What is there of a file so far; a context manager that closes and keeps it."""

    def __init__(self, path: Path, keep: int | None = None) -> None:
        """Take up what lies at path, its first `keep` bytes or all; reads them to hash them."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = 0
        self._digest = hashlib.sha256()
        self._stream = path.open("ab")
        if keep is not None:
            self._stream.truncate(keep)
        for chunk in chunks(path):
            self._digest.update(chunk)
            self.size += len(chunk)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # what a full disk refused is fetched again
            self._stream.close()

    def write(self, data: bytes) -> None:
        """Append."""
        self._stream.write(data)
        self._digest.update(data)
        self.size += len(data)

    def flush(self) -> None:
        """What was written is in the system's hands."""
        self._stream.flush()

    def restart(self) -> None:
        """Empty again."""
        self._stream.truncate(0)
        self._digest = hashlib.sha256()
        self.size = 0

    def finish(self, target: Path, sha256: str | None) -> None:
        """Become target, if the hash matches; else vanish with SourceFailed."""
        if sha256 is not None and self._digest.hexdigest() != sha256:
            self._stream.close()
            self.path.unlink()
            raise SourceFailed(
                f"{target.name}: sha256 {self._digest.hexdigest()[:12]}… instead of {sha256[:12]}…"
            )
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.replace(target)
