"""Drafts without a network: what followed the last words the last time (prompt lookup)."""

from collections.abc import Sequence


def looked_up(text: Sequence[int], drafts: int, shortest: int = 1, longest: int = 3) -> list[int]:
    """The tokens behind the latest earlier place that ends as the text does, in `shortest` tokens
    or more, the longest ending first; as many as there are, empty if there is no such place."""
    for size in range(longest, shortest - 1, -1):
        ending = list(text[-size:])
        if len(ending) < size:
            continue
        for start in range(len(text) - size - 1, -1, -1):
            if list(text[start : start + size]) == ending:
                return list(text[start + size : start + size + drafts])
    return []
