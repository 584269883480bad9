"""Drafts without a network: what followed the last words the last time (prompt lookup)."""

from collections.abc import Sequence


def looked_up(text: Sequence[int], drafts: int, shortest: int = 1, longest: int = 3) -> list[int]:
    """The tokens behind the latest earlier place that ends as the text does, in `shortest` tokens
    or more, the longest ending first; as many as there are, empty if there is no such place."""
    whole = list(text)
    for size in range(min(longest, len(whole)), shortest - 1, -1):
        ending = whole[-size:]
        for start in range(len(whole) - size - 1, -1, -1):
            if whole[start] == ending[0] and whole[start : start + size] == ending:
                return whole[start + size : start + size + drafts]
    return []
