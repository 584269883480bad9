"""How well a probability a frame ranks the truth."""

import numpy as np
from numpy.typing import NDArray


def average_precision(truth: NDArray[np.bool_], score: NDArray[np.floating]) -> float:
    """Area under precision over recall of score (n,) for truth (n,); equal scores count as one
    step. Not a number when nothing is true."""
    order = np.argsort(-score, kind="stable")
    score, hits = score[order], np.cumsum(truth[order])
    last = np.append(score[1:] != score[:-1], True)  # of each run of equal scores
    hits, ranks = hits[last], (np.flatnonzero(last) + 1)
    if not len(hits) or not hits[-1]:
        return float("nan")
    return float(np.sum(np.diff(hits, prepend=0) * hits / ranks) / hits[-1])
