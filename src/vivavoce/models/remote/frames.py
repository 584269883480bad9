"""Amazon's event stream (application/vnd.amazon.eventstream): frames with two checksums."""

import zlib
from dataclasses import dataclass
from struct import Struct

_PRELUDE = Struct(">III")
"""Length of the frame, length of its headers, CRC-32 of both."""
_CRC = Struct(">I")
MOST_BYTES = 16 << 20
"""Of one frame."""
_SIZES = {0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}
"""Bytes of a header's value, by its type; 6 (bytes) and 7 (text) say their own."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    headers: dict[str, str]
    """Those that are text."""
    payload: bytes


class Frames:
    """Feed it bytes, get the frames that are complete."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[Frame]:
        """ValueError: damaged, or not such a stream at all."""
        found = []
        data = self._rest + chunk
        while len(data) >= _PRELUDE.size:
            length, headers, crc = _PRELUDE.unpack_from(data)
            if zlib.crc32(data[:8]) != crc:
                raise ValueError("a frame whose prelude is damaged")
            if not _PRELUDE.size + headers + _CRC.size <= length <= MOST_BYTES:
                raise ValueError("a frame of an impossible length")
            if len(data) < length:
                break
            frame, data = data[:length], data[length:]
            body = frame[: -_CRC.size]
            if zlib.crc32(body) != _CRC.unpack(frame[-_CRC.size :])[0]:
                raise ValueError("a frame that is damaged")
            start = _PRELUDE.size + headers
            found.append(Frame(_headers(body[_PRELUDE.size : start]), body[start:]))
        self._rest = data
        return found


def _headers(data: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    try:
        while at < len(data):
            end = at + 1 + data[at]
            name, kind = data[at + 1 : end].decode("ascii"), data[end]
            at = end + 1
            if kind in (6, 7):
                size = int.from_bytes(data[at : at + 2], "big")
                at += 2
            else:
                size = _SIZES[kind]
            if at + size > len(data):
                raise ValueError("a frame whose headers are cut off")
            if kind == 7:
                found[name] = data[at : at + size].decode("utf-8")
            at += size
    except (IndexError, KeyError) as broken:
        raise ValueError("a frame whose headers can't be read") from broken
    return found
