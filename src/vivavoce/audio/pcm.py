"""Samples as bytes and as floats."""

import numpy as np

from vivavoce.core import BadAudio, Pcm

FULL_SCALE = 32768.0


def from_int16(data: bytes) -> Pcm:
    """Little-endian 16-bit samples to (n,) floats; an odd number of bytes is BadAudio."""
    if len(data) % 2:
        raise BadAudio(f"{len(data)} bytes are no whole number of 16-bit samples; send an even one")
    return np.frombuffer(data, "<i2").astype(np.float32) / np.float32(FULL_SCALE)


def to_int16(pcm: Pcm) -> bytes:
    """(n,) or (n, channels) floats to little-endian 16-bit samples; louder than ±1 is clipped.

    They must be numbers: clean() what comes from outside.
    """
    scaled = np.rint(pcm * np.float32(FULL_SCALE))
    return bytes(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1).astype("<i2").data)


def clean(pcm: Pcm) -> tuple[Pcm, int]:
    """Samples that are safe to compute with, and how many were NaN or infinite (now 0).

    What is louder than ±1 is clipped. Sound samples come back as they are, not copied.
    """
    loudest = np.max(np.abs(pcm), initial=0.0)
    if loudest <= 1.0:  # false for NaN too
        return pcm, 0
    finite = np.isfinite(pcm)
    return np.clip(np.where(finite, pcm, np.float32(0)), -1, 1), int(np.sum(~finite))
