"""Which phonemes belong to which word, when the phonemizer merged words or took them apart."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise

_MARKS = frozenset("ˈˌːʲ̩̃")
_WIDEST = 4
"""At most so many words in a group ("state of the art"), or groups in a word."""


def share(
    groups: Sequence[str], words: Sequence[str], alone: Callable[[str], str]
) -> list[tuple[float, float]]:
    """For each word, from where to where it lies, counted in groups: 1.5 is the middle of the
    second group.

    groups: the phonemes between spaces, as the phonemizer wrote the whole line ("of the" →
    "ʌvðə"). alone: the phonemes of one word on its own, asked for only where the counts differ.
    """
    if len(groups) == len(words):
        return [(float(i), i + 1.0) for i in range(len(words))]
    sounds = [alone(w) for w in words]
    out: list[tuple[float, float]] = []
    g = w = 0
    for taken, held in _path(groups, sounds):
        if held == 1 or taken == 0:
            out += [(float(g), float(g + taken))] * held
        elif held:  # else a sound that belongs to no word
            sizes = [max(1, len(_bare(s))) for s in sounds[w : w + held]]
            edges = [g + taken * sum(sizes[:k]) / sum(sizes) for k in range(held + 1)]
            out += pairwise(edges)
        g, w = g + taken, w + held
    return out


def _path(groups: Sequence[str], sounds: Sequence[str]) -> list[tuple[int, int]]:
    """The cheapest way through: steps of (groups, words), each (1, k), (k, 1) or (0, 1)."""
    steps = [(1, k) for k in range(1, _WIDEST + 1)] + [(k, 1) for k in range(2, _WIDEST + 1)]
    steps += [(0, 1), (1, 0)]
    infinite = float("inf")
    cost = [[infinite] * (len(sounds) + 1) for _ in range(len(groups) + 1)]
    came: dict[tuple[int, int], tuple[int, int]] = {}
    cost[0][0] = 0.0

    @cache
    def apart(g: int, taken: int, w: int, held: int) -> float:
        ours = Counter(_bare("".join(groups[g : g + taken])))
        theirs = Counter(_bare("".join(sounds[w : w + held])))
        # Merging is rarer than not: a small price keeps ties one to one.
        return (ours - theirs).total() + (theirs - ours).total() + 0.1 * (taken + held)

    for g in range(len(groups) + 1):
        for w in range(len(sounds) + 1):
            for taken, held in steps:
                if taken > g or held > w or cost[g - taken][w - held] == infinite:
                    continue
                price = cost[g - taken][w - held] + apart(g - taken, taken, w - held, held)
                if price < cost[g][w]:
                    cost[g][w] = price
                    came[g, w] = (taken, held)
    g, w = len(groups), len(sounds)
    path = []
    while g or w:
        step = came[g, w]
        path.append(step)
        g, w = g - step[0], w - step[1]
    return path[::-1]


def _bare(phonemes: str) -> str:
    """Without stress and length, which change with the neighbours."""
    return "".join(p for p in phonemes if p not in _MARKS)
