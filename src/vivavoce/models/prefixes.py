"""Beginnings of prompts that come again, as the model has read them, kept on disk.

An expert's rules and tools are some 500 tokens that two cores read for seconds; what was made of
them is read back in some hundredths of one.
"""

import hashlib
import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)


class Prefixes:
    """The files of one model; others share the folder."""

    def __init__(self, folder: Path, model: Path, most_bytes: int = 256_000_000) -> None:
        """most_bytes: of all in the folder; the longest unused go first. OSError: no such folder
        can be made."""
        self.folder, self._most = folder, most_bytes
        stat = model.stat()
        self._of = f"{model.name} {stat.st_size} {stat.st_mtime_ns}"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def name(self, text: str) -> str:
        """Of the file for a beginning; another model's has another."""
        told = hashlib.sha256(self._of.encode() + b"\0" + text.encode())
        return f"{told.hexdigest()[:32]}.prefix"

    def known(self, name: str) -> bool:
        """It is there; it counts as used."""
        try:
            os.utime(self.folder / name)
        except OSError:
            return False
        return True

    def forget(self, name: str) -> None:
        """It is damaged, or of no use."""
        (self.folder / name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Room for what was just kept."""
        try:
            files = [(p, p.stat()) for p in self.folder.glob("*.prefix")]
            files.sort(key=lambda one: one[1].st_mtime_ns, reverse=True)
            taken = 0
            for path, stat in files:
                taken += stat.st_size
                if taken > self._most:
                    path.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the cache of prompts can't be tidied: %s", error.strerror)
