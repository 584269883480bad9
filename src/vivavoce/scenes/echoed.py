"""Our own voice on its way back: late, changed by the canceller."""

import numpy as np

from vivavoce.core import IN_RATE, Pcm

_DELAY_S = (0.02, 0.35)


def echoed(heard: Pcm, rng: np.random.Generator) -> Pcm:
    """(n,) late by a random delay that may jump once; half of the time as a canceller leaves it:
    in shreds, weaker and stronger from word to word."""
    late = np.zeros_like(heard)
    jump = int(rng.integers(len(heard))) if rng.random() < 0.2 else len(heard)
    for start, end in ((0, jump), (jump, len(heard))):
        delay = int(rng.uniform(*_DELAY_S) * IN_RATE)
        piece = heard[start : max(start, end - delay)]
        late[start + delay : start + delay + len(piece)] = piece
    if rng.random() < 0.5:
        points = max(2, len(late) // (IN_RATE // 6))
        shreds = 10 ** (rng.uniform(-30, 0, points) / 20)
        late *= np.interp(np.arange(len(late)), np.linspace(0, len(late), points), shreds).astype(
            np.float32
        )
    return late
