"""Is it one voice or two? From the vectors of one recording's windows; pure."""

import numpy as np
from numpy.typing import NDArray

SMALLER = 0.12
"""Share of the windows that a second voice must have; fewer are a cough or a laugh."""
ROUNDS = 20
"""Of the assignment; it settles in three or four."""


def likeness(vectors: NDArray[np.float32]) -> float:
    """How alike the two groups are into which windows (w, 256) fall apart most easily, as the
    cosine between their means; 1 if there is nothing to part."""
    if len(vectors) < 2:
        return 1.0
    second = _second(vectors)
    if min(second.mean(), 1 - second.mean()) < SMALLER:
        return 1.0
    one, two = vectors[~second].mean(axis=0), vectors[second].mean(axis=0)
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))


def _second(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(w,): in the second of two groups (2-means, begun along the widest direction)."""
    away = vectors - vectors.mean(axis=0)
    widest = np.linalg.svd(away, full_matrices=False)[2][0]
    second = away @ widest > 0
    for _ in range(ROUNDS):
        if second.all() or not second.any():
            break
        means = vectors[~second].mean(axis=0), vectors[second].mean(axis=0)
        far = [np.sum(np.square(vectors - mean), axis=1) for mean in means]
        new = far[1] < far[0]
        if (new == second).all():
            break
        second = new
    return np.asarray(second)
