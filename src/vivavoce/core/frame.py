"""The one clock of the house: the 80 ms frame (12.5 Hz)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.float32]
"""Mono samples, full scale = 1.0. The rate is said by whoever carries them."""

FRAME_S = 0.08
"""Seconds in a frame."""
IN_RATE = 16_000
"""Samples a second from the microphone to the ears and to recognition."""
OUT_RATE = 24_000
"""Samples a second from the voice to the loudspeaker."""
IN_FRAME = 1280
"""Samples of a frame at IN_RATE."""
OUT_FRAME = 1920
"""Samples of a frame at OUT_RATE."""


@dataclass(frozen=True, slots=True)
class Frame:
    """80 ms of the microphone."""

    index: int
    """How many frames came before: the only clock."""
    pcm: Pcm
    """(1280,) at 16 kHz."""

    @property
    def t(self) -> float:
        """Seconds since the conversation began, at the frame's first sample."""
        return self.index * FRAME_S
