"""Whole recordings at once, where a conversation hears frame by frame."""

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.ears.silero import WINDOW, Silero, VadState


def speech(vad: Silero, pcm: Pcm) -> NDArray[np.float32]:
    """(n,) at 16 kHz to (n // 512,): the probability of speech in each 32 ms."""
    state = VadState()
    whole = len(pcm) // WINDOW
    windows = pcm[: whole * WINDOW].reshape(whole, WINDOW)
    return np.array([vad.speech(window, state) for window in windows], np.float32)
