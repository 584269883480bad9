"""A story of a feed, and what it is recognised by elsewhere. Pure."""

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

LEAD = 300
"""Characters of a story's text that it is recognised by."""
APART = timedelta(hours=36)
"""Two houses tell the same story within that time…"""
REPEATED = timedelta(hours=12)
"""…and one of them the same headline."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")
_STOP = frozenset(
    _WORD.findall(
        "a about after again all also amid an and any are as at be been before but by can could "
        "did do does for from get gets had has have he her his how i if in into is it its just "
        "last latest may me more most my new news no not now of off on one or our out over own "
        "said say says she since so some than that the their them then there these they this "
        "those to today under up us was we were what when where which who why will with would "
        "you your headline headlines story stories article articles"
    )
)


@dataclass(frozen=True, slots=True)
class Story:
    """As its feed has it, in plain text."""

    source: str
    """Its feed's name in this house."""
    key: str
    """What the feed knows it by."""
    title: str
    text: str = ""
    """All that the feed tells beyond the title."""
    at: datetime | None = None
    """When it was published; None: the feed does not say."""
    link: str = ""
    topics: tuple[str, ...] = ()
    place: int = 0
    """0, 1, … from the feed's top."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What tells two stories apart, or that they are one."""

    source: str
    key: str
    link: str
    at: datetime | None
    title: frozenset[str]
    lead: frozenset[str]


class Known:
    """Marks with a number each; only those that share words, a link or a key are compared."""

    def __init__(self) -> None:
        self._marks: list[tuple[int, Mark]] = []
        self._having: dict[str, list[int]] = defaultdict(list)

    def add(self, new: Mark, number: int) -> None:
        """From now on it is found."""
        for key in _keys(new):
            self._having[key].append(len(self._marks))
        self._marks.append((number, new))

    def find(self, sought: Mark) -> int | None:
        """The number of a mark of the same story."""
        shared = Counter(at for key in _keys(sought) for at in self._having.get(key, ()))
        near = (self._marks[at] for at, _ in shared.most_common())
        return next((number for number, known in near if same(sought, known)), None)


@lru_cache(4096)
def mark(story: Story) -> Mark:
    """A story's."""
    lead = frozenset(stems(story.text[:LEAD]))
    title = frozenset(stems(story.title))
    return Mark(story.source, story.key, story.link, story.at, title, lead)


def same(one: Mark, other: Mark) -> bool:
    """Whether both are one story. Two of one feed are not, unless one is the other once more."""
    ours = one.source == other.source
    if (ours and one.key == other.key) or (one.link and one.link == other.link):
        return True
    if one.at and other.at and abs(one.at - other.at) > (REPEATED if ours else APART):
        return False
    if ours:
        return one.title == other.title and len(one.title) > 2
    if _differ(_numbers(one), _numbers(other)):
        return False
    shared = one.title & other.title
    titles = len(shared) / max(1, len(one.title | other.title))
    if titles >= 0.6 and len(shared) >= 3:
        return True
    told = one.lead & other.lead
    leads = len(told) / max(1, len(one.lead | other.lead))
    return len(shared) >= 2 and titles >= 0.2 and len(told) >= 5 and leads >= 0.4


def stems(text: str) -> list[str]:
    """The words that mean something, without accents and endings."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    words = (re.sub(r"['’].*", "", word) for word in _WORD.findall(flat))
    kept = (word for word in words if word not in _STOP)
    return [_stem(word) for word in kept if len(word) > 1 or word.isdigit()]


def _keys(found: Mark) -> set[str]:
    return {*found.title, f"{found.source}\n{found.key}", *filter(None, (found.link,))}


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return f"{word[:-3]}y"
    for end in ("ing", "ed", "es", "s", "e"):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            return word[: -len(end)]
    return word


def _numbers(found: Mark) -> frozenset[str]:
    return frozenset(word for word in found.title if word[0].isdigit())


def _differ(some: frozenset[str], others: frozenset[str]) -> bool:
    return bool(some and others and not some & others)
