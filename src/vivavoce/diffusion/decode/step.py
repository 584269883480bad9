"""What one forward brought, for one row."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

Ended = Callable[[int], bool]
"""Whether a token ends the text."""


@dataclass(frozen=True, slots=True)
class Step:
    """One forward of one row."""

    tokens: tuple[int, ...]
    """Those that stand from now on, behind the ones before."""
    canvas: tuple[int | None, ...] = ()
    """The block as it is now, from its first token on; None is a mask. Empty where a mode has
    none."""


Steps = Generator[list[Step], None, None]
"""A Step for every row, a forward; a row that has ended gives empty ones."""


def cut(tokens: Sequence[int], most: int, ended: Ended) -> list[int]:
    """At most so many, none behind the one that ends the text."""
    for i, token in enumerate(tokens[:most]):
        if ended(token):
            return list(tokens[: i + 1])
    return list(tokens[:most])


def alike(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens both begin with."""
    for i, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return i
    return min(len(a), len(b))
