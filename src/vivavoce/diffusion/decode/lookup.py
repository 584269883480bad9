"""Drafts without a network: what followed the last words the last time (prompt lookup)."""

from collections.abc import Sequence


def looked_up(text: Sequence[int], drafts: int, longest: int = 3) -> list[int]:
    """The tokens behind the latest earlier place that ends as the text does, the longest ending
    first; padded by repeating; empty if there is none."""
    for size in range(longest, 0, -1):
        ending = list(text[-size:])
        if len(ending) < size:
            continue
        for start in range(len(text) - size - 1, -1, -1):
            if list(text[start : start + size]) == ending:
                found = list(text[start + size : start + size + drafts])
                return (found * drafts)[:drafts]
    return []
