"""How long people pause inside a turn."""

import numpy as np

SURVIVAL = (
    (0.2, 1.0),
    (0.3, 0.556),
    (0.6, 0.217),
    (1.0, 0.10),
    (1.6, 0.05),
    (3.0, 0.01),
    (5.0, 0.0),
)
"""(seconds, share of pauses that are longer): what a plain timeout cuts off on the real turns of
eot-bench (English), which is the distribution of its pauses of 0.2 to 5 s. Between: log-linear."""


def pause_s(rng: np.random.Generator, longer: float = 0.35) -> float:
    """Seconds of a pause: as people pause and, with probability `longer`, evenly long (in the
    logarithm) from 0.3 to 3 s: long pauses are rare, and are what has to be learned."""
    if rng.random() < longer:
        return float(np.exp(rng.uniform(np.log(0.3), np.log(3.0))))
    seconds, survive = zip(*SURVIVAL, strict=True)
    return float(np.exp(np.interp(-rng.random(), [-s for s in survive], np.log(seconds))))
