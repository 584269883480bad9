"""Which stories are told, and in which order. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import exp2

from vivavoce.experts.builtin.news.story import Known, Mark, Story, mark, stems

RECENT = timedelta(hours=48)
"""Headlines are of that time…"""
LONG = timedelta(days=30)
"""…unless somebody asks for a thing or a source."""
HALF_H = 12.0
"""A story is worth half as much after so many hours."""
SAME_SOURCE = 0.75
"""What each further story of one source is worth, of what it would be."""
MIXED = 20
"""So many are told from sources in turn; who hears more than that hears the rest."""
SEARCHED = 3000
"""Characters of a story that are looked through."""


@dataclass(frozen=True, slots=True)
class Item:
    """A story, whoever tells it."""

    story: Story
    """Of who told it first."""
    others: tuple[Story, ...] = ()
    """The same story of other sources."""

    @property
    def sources(self) -> tuple[str, ...]:
        """Their names, the first teller's first."""
        return tuple(dict.fromkeys(s.source for s in (self.story, *self.others)))

    @property
    def fullest(self) -> Story:
        """Who tells most of it."""
        return max((self.story, *self.others), key=lambda story: len(story.text))

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What any of them is recognised by."""
        return tuple(mark(story) for story in (self.story, *self.others))


def merged(stories: Iterable[Story]) -> list[Item]:
    """One item a story, however many sources tell it; the first teller is the one who comes
    first."""
    items: list[Item] = []
    known = Known()
    for story in stories:
        new = mark(story)
        at = known.find(new)
        if at is None:
            at = len(items)
            items.append(Item(story))
        else:
            items[at] = replace(items[at], others=(*items[at].others, story))
        known.add(new, at)
    return items


def recent(items: Sequence[Item], now: datetime, within: timedelta) -> list[Item]:
    """Those of that time, and those without one; all if there are none."""
    found = [item for item in items if item.story.at is None or now - item.story.at <= within]
    return found or list(items)


def since(items: Sequence[Item], moment: datetime) -> list[Item]:
    """Those that are known to be newer."""
    return [item for item in items if item.story.at is not None and item.story.at >= moment]


def about(items: Sequence[Item], wanted: str) -> list[Item]:
    """Those that have the words, or at least half of them where none has more; the best first."""
    words = set(stems(wanted))
    if not words:
        return list(items)
    found = [(item, *_fit(item, words)) for item in items]
    most = max((held for _, held, _ in found), default=0)
    if most * 2 < len(words) or not most:
        return []
    chosen = [(item, weight) for item, held, weight in found if held == most]
    return [item for item, _ in sorted(chosen, key=lambda pair: -pair[1])]


def ranked(items: Sequence[Item], now: datetime, interests: Collection[str]) -> list[Item]:
    """The most worth telling first: what is new, told by many, at its feed's top, of interest;
    and not all from one source. interests: stems."""
    left = sorted(((_worth(item, now, interests), n) for n, item in enumerate(items)), reverse=True)
    told: Counter[str] = Counter()
    found: list[Item] = []
    while left and len(found) < MIXED:
        best = max(left, key=lambda pair: pair[0] * SAME_SOURCE ** told[_teller(items[pair[1]])])
        left.remove(best)
        told[_teller(items[best[1]])] += 1
        found.append(items[best[1]])
    return [*found, *(items[n] for _, n in left)]


def _teller(item: Item) -> str:
    return item.story.source


def _fit(item: Item, words: Collection[str]) -> tuple[int, float]:
    """How many of the words it has, and how prominently."""
    places = [_words(story) for story in (item.story, *item.others)]
    weights = [max(held.get(word, 0.0) for held in places) for word in words]
    return sum(weight > 0 for weight in weights), sum(weights)


@lru_cache(4096)
def _words(story: Story) -> Mapping[str, float]:
    """Its stems, and how prominent each is."""
    found = dict.fromkeys(stems(story.text[:SEARCHED]), 1.0)
    found |= dict.fromkeys(stems(" ".join((story.source, *story.topics))), 2.0)
    return found | dict.fromkeys(stems(story.title), 3.0)


def _worth(item: Item, now: datetime, interests: Collection[str]) -> float:
    at = item.story.at
    hours = max(0.0, (now - at).total_seconds() / 3600) if at else HALF_H
    new = exp2(-hours / HALF_H)
    top = 1.0 / (1 + item.story.place)
    many = min(3, len(item.sources) - 1)
    liked = min(2, _fit(item, interests)[0]) if interests else 0
    return 0.2 + 2.0 * new + 0.5 * top + many + 2.5 * liked * (0.2 + new)
