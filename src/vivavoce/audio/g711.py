"""G.711: the telephone's two 8-bit laws."""

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vivavoce.audio.pcm import FULL_SCALE, clean, to_int16
from vivavoce.core import Pcm

Law = Literal["ulaw", "alaw"]


def decode(data: bytes, law: Law) -> Pcm:
    """One byte a sample to (n,) floats."""
    codes = np.frombuffer(data, np.uint8)
    return (_levels(law)[codes] / FULL_SCALE).astype(np.float32)


def encode(pcm: Pcm, law: Law) -> bytes:
    """(n,) floats to one byte a sample; louder than ±1 is clipped, what is no number is silence."""
    samples = np.frombuffer(to_int16(clean(pcm)[0]), "<i2").astype(np.int32)
    return bytes(_codes(law)[samples + 32768])


@cache
def _levels(law: Law) -> NDArray[np.int32]:
    """(256,) the 16-bit value of each code: sign, 3 bits of exponent, 4 of mantissa."""
    code = np.arange(256, dtype=np.int32)
    code = ~code if law == "ulaw" else code ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    if law == "ulaw":
        level = ((mantissa * 8 + 132) << exponent) - 132
        sign = np.where(code & 0x80, -1, 1)
    else:  # the two lowest segments share one step size
        level = (mantissa * 16 + 8 + 256 * (exponent > 0)) << np.maximum(exponent - 1, 0)
        sign = np.where(code & 0x80, 1, -1)
    return np.asarray(sign * level, np.int32)


@cache
def _codes(law: Law) -> NDArray[np.uint8]:
    """(65536,) the code of each 16-bit sample from -32768 up.

    The laws are defined on 14 (μ) and 13 bits (A); the shifts below round down to them, as every
    telephone does.
    """
    sample = np.arange(-32768, 32768, dtype=np.int32)
    if law == "ulaw":
        size = np.minimum(np.abs(sample >> 2), 8158) + 33
        exponent = np.frexp(size)[1] - 6
        code = exponent << 4 | size >> exponent + 1 & 15
        flip = np.where(sample < 0, 0x7F, 0xFF)
    else:
        size = sample >> 3
        size = np.where(size < 0, ~size, size)
        exponent = np.maximum(np.frexp(size)[1] - 5, 0)
        code = exponent << 4 | size >> np.maximum(exponent, 1) & 15
        flip = np.where(sample < 0, 0x55, 0xD5)
    return np.asarray(code ^ flip, np.uint8)
