"""Is it one voice or two? From the vectors of windows of recordings; pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SMALLER = 0.12
"""Share of the windows that a second voice must have; fewer are a cough or a laugh."""
ROUNDS = 20
"""Of the assignment; it settles in three or four."""


def likeness(vectors: NDArray[np.float32]) -> float:
    """How alike the two groups are into which windows (w, 256), in their order, fall apart most
    easily: the cosine between their means; 1 if there is nothing to part.

    Neighbours are averaged first (1.2 s): a single window says as much of the words as of the
    voice."""
    if len(vectors) < 4:
        return 1.0
    pairs = vectors[1:] + vectors[:-1]
    pairs /= np.linalg.norm(pairs, axis=1, keepdims=True)
    second = _second(pairs)
    if min(second.mean(), 1 - second.mean()) < SMALLER:
        return 1.0
    return cosine(pairs[~second].mean(axis=0), pairs[second].mean(axis=0))


def unlike(groups: Sequence[NDArray[np.float32]]) -> float:
    """How alike, by the cosine of means, that of the groups (w, 256) is to the others that is least
    so; 1 if there is only one."""
    if len(groups) < 2:
        return 1.0
    total, count = sum(group.sum(axis=0) for group in groups), sum(map(len, groups))
    return min(
        cosine(group.mean(axis=0), (total - group.sum(axis=0)) / (count - len(group)))
        for group in groups
    )


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Of two vectors of any length but 0."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


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
