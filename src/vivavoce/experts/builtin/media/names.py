"""Names as people say them, and as a library writes them. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

SURE = 0.74
"""From this likeness on, 0…1, a name is the one that was meant."""
_LOOKED_AT = 24
"""Names that share most letter triples with what was said are compared closely."""
_WORD_ALIKE = 0.75


@dataclass(frozen=True, slots=True)
class Found:
    """A name, and how much it is like what was said."""

    name: str
    likeness: float


@lru_cache(maxsize=65_536)
def normal(text: str) -> str:
    """Lower case, plain letters and digits, no article in front: "The Beatles" → "beatles"."""
    bare = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    bare = unicodedata.normalize("NFKD", bare)
    bare = "".join(c for c in bare if not unicodedata.combining(c)).replace("'", "")
    words = re.findall(r"[^\W_]+", bare.replace("’", ""))
    if len(words) > 1 and words[-1] == "the":
        words.pop()
    if len(words) > 1 and words[0] in ("the", "a", "an"):
        words = words[1:]
    return " ".join(words)


def likeness(said: str, name: str) -> float:
    """0…1; both normal. One may be a part of the other, words may be misheard."""
    if said == name:
        return 1.0 if said else 0.0
    if not said or not name:
        return 0.0
    short, long = sorted((said, name), key=len)
    whole = _ratio(said.replace(" ", ""), name.replace(" ", ""))
    share = len(short) / len(long)
    words = short.split()
    best = [max(_ratio(word, other) for other in long.split()) for word in words]
    part = 0.0
    if min(best) >= _WORD_ALIKE:
        mean = sum(best) / len(best)
        covered = 0.78 + 0.2 * share if short == said else 0.98 * share
        part = mean * mean * covered
    return max(whole if whole >= _WORD_ALIKE else 0.9 * whole, part)


class Names:
    """Many names, found quickly by how they sound; made once for a library."""

    def __init__(self, names: Iterable[str]) -> None:
        self.all: tuple[str, ...] = tuple(dict.fromkeys(n for n in names if normal(n)))
        self._exact: dict[str, str] = {}
        self._having: dict[str, list[int]] = {}
        for i, name in enumerate(self.all):
            self._exact.setdefault(normal(name), name)
            for triple in _triples(normal(name)):
                self._having.setdefault(triple, []).append(i)

    def find(self, said: str, most: int = 5) -> list[Found]:
        """The likest first; the same name gives 1."""
        wanted = normal(said)
        if wanted in self._exact:
            return [Found(self._exact[wanted], 1.0)]
        shared: Counter[int] = Counter()
        for triple in _triples(wanted):
            shared.update(self._having.get(triple, ()))
        near = sorted(
            shared,
            key=lambda i: (-shared[i] / (4 + len(self.all[i])), -shared[i]),
        )[:_LOOKED_AT]
        most_shared = [i for i, _ in shared.most_common(_LOOKED_AT)]
        found = [
            Found(self.all[i], likeness(wanted, normal(self.all[i])))
            for i in dict.fromkeys((*near, *most_shared))
        ]
        return sorted(found, key=lambda f: (-f.likeness, f.name))[:most]


def best(said: str, names: Iterable[str], least: float = SURE) -> str:
    """The one of a few names that was meant; empty: none of them."""
    found = [Found(name, likeness(normal(said), normal(name))) for name in names]
    top = max(found, key=lambda f: f.likeness, default=Found("", 0.0))
    return top.name if top.likeness >= least else ""


def listed(names: Iterable[str], word: str = "and") -> str:
    """As it is spoken: "a, b and c"."""
    *before, last = [*names] or [""]
    return f"{', '.join(before)} {word} {last}" if before else last


def _triples(text: str) -> set[str]:
    return {piece for word in text.split() for piece in _pieces(f" {word} ")}


def _pieces(word: str) -> list[str]:
    return [word[i : i + 3] for i in range(len(word) - 2)]


def _ratio(a: str, b: str) -> float:
    if a == b:
        return 1.0
    return SequenceMatcher(None, a, b, autojunk=False).ratio()
