"""WAV files that are whole at every moment, also after a crash and beyond 4 GB."""

import os
import struct
from pathlib import Path

from vivavoce.audio.pcm import clean, to_int16
from vivavoce.core import Pcm

HEADER_BYTES = 80
"""Bytes before the samples: RIFF (12), JUNK or ds64 (36), fmt (24), data (8)."""
_RIFF_LIMIT = 2**32 - 1


def header(data_bytes: int, rate: int, channels: int) -> bytes:
    """The first 80 bytes of a 16-bit file; from 4 GB on it is an RF64 file of the same layout.

    A torn last sample is not counted.
    """
    block = 2 * channels
    data_bytes = data_bytes // block * block
    fmt = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, rate * block, block, 16)
    riff_bytes = data_bytes + HEADER_BYTES - 8
    if riff_bytes < _RIFF_LIMIT:
        start = struct.pack("<4sI4s4sI28x", b"RIFF", riff_bytes, b"WAVE", b"JUNK", 28)
        return start + fmt + struct.pack("<4sI", b"data", data_bytes)
    start = struct.pack("<4sI4s4sI", b"RF64", _RIFF_LIMIT, b"WAVE", b"ds64", 28)
    sizes = struct.pack("<QQQI", riff_bytes, data_bytes, data_bytes // block, 0)
    return start + sizes + fmt + struct.pack("<4sI", b"data", _RIFF_LIMIT)


class WavWriter:
    """A growing 16-bit file; OSError from any method when the disk refuses."""

    def __init__(self, path: Path, rate: int, channels: int = 1, mode: int = 0o666) -> None:
        self.rate = rate
        self.channels = channels
        self.data_bytes = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._file = os.fdopen(os.open(path, flags, mode), "wb", buffering=0)
        self._file.write(header(0, rate, channels))

    def append(self, pcm: Pcm) -> None:
        """(n,) or (n, channels): handed to the system at once, so a crash of ours loses nothing."""
        data = memoryview(to_int16(clean(pcm)[0]))
        while data:  # a disk that fills up takes a part first and refuses only then
            taken = self._file.write(data)
            self.data_bytes += taken
            data = data[taken:]

    def sync(self) -> None:
        """Make the header tell the present length."""
        os.pwrite(self._file.fileno(), header(self.data_bytes, self.rate, self.channels), 0)

    def close(self) -> None:
        """The file is closed even when the disk refuses its last header."""
        if not self._file.closed:
            with self._file:
                self.sync()


def mend(path: Path, rate: int, channels: int) -> float:
    """Make the header of a file that WavWriter left in a crash tell its true length; seconds of it.

    A torn last sample is cut off.
    """
    block = 2 * channels
    data_bytes = max(0, path.stat().st_size - HEADER_BYTES) // block * block
    with path.open("r+b") as file:
        file.truncate(HEADER_BYTES + data_bytes)
        file.write(header(data_bytes, rate, channels))
    return data_bytes / block / rate
