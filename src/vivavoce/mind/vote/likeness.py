"""Free texts that say the same: by the words that they share."""

import re
from collections import Counter
from collections.abc import Sequence

ALIKE = 0.6
"""From which likeness on two texts count as one answer."""


def like(one: str, other: str) -> float:
    """0…1: shared words (F1, each as often as it comes); 1 for two empty texts."""
    a, b = _words(one), _words(other)
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 1.0


def agreed(text: str, seen: Sequence[str]) -> str:
    """The most alike of the answers seen before, or the text itself: it founds a new one."""
    best = max(seen, key=lambda other: like(text, other), default="")
    return best if best and like(text, best) >= ALIKE else text


def likeness(texts: Sequence[str]) -> list[float]:
    """Of each its mean likeness to the others; 1 for a text alone."""
    if len(texts) < 2:
        return [1.0] * len(texts)
    return [
        sum(like(text, other) for j, other in enumerate(texts) if j != i) / (len(texts) - 1)
        for i, text in enumerate(texts)
    ]


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))
