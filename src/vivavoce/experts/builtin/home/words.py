"""The words that people use for devices, rooms and floors, brought into one form. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from vivavoce.experts.builtin.home.device import Kind

_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


def _words(text: str, between: str = " ") -> list[str]:
    return text.split(between)


_NUMBERS = {
    word: str(i)
    for i, word in enumerate(
        _words("zero one two three four five six seven eight nine ten eleven twelve")
    )
}
FILLERS = frozenset(_words("the a an my our your all of every each any both please"))
PLACED = frozenset(_words("in on at inside of from to for by"))
"""Words before a place; a name may have them too."""
KINDS: dict[str, tuple[Kind, str]] = {
    "light": ("light", ""),
    "lighting": ("light", ""),
    "lamp": ("light", ""),
    "bulb": ("light", ""),
    "switch": ("switch", ""),
    "plug": ("switch", "outlet"),
    "outlet": ("switch", "outlet"),
    "socket": ("switch", "outlet"),
    "fan": ("switch", "fan"),
    "player": ("switch", "player"),
    "speaker": ("switch", "player"),
    "blind": ("cover", ""),
    "shade": ("cover", ""),
    "curtain": ("cover", ""),
    "drape": ("cover", ""),
    "shutter": ("cover", ""),
    "awning": ("cover", ""),
    "cover": ("cover", ""),
    "heating": ("climate", ""),
    "heater": ("climate", ""),
    "heat": ("climate", ""),
    "thermostat": ("climate", ""),
    "radiator": ("climate", ""),
    "temperature": ("climate", ""),
    "conditioning": ("climate", ""),
    "conditioner": ("climate", ""),
    "aircon": ("climate", ""),
    "ac": ("climate", ""),
    "climate": ("climate", ""),
    "lock": ("lock", ""),
    "door": ("lock", ""),
    "vacuum": ("vacuum", ""),
    "hoover": ("vacuum", ""),
    "robot": ("vacuum", ""),
    "roomba": ("vacuum", ""),
    "cleaner": ("vacuum", ""),
    "doorbell": ("doorbell", ""),
    "bell": ("doorbell", ""),
    "camera": ("camera", ""),
    "cam": ("camera", ""),
    "sensor": ("sensor", ""),
    "window": ("sensor", "window"),
    "scene": ("scene", ""),
}
"""Word → the kind that it is for, and its sort if that is told by it."""
EVERYTHING = frozenset(_words("everything all thing stuff house home device whole entire room"))
SAME = (
    ("living room", "lounge", "sitting room", "front room", "family room", "living"),
    ("hall", "hallway", "corridor", "entrance"),
    ("bathroom", "bath"),
    ("toilet", "loo", "wc", "restroom"),
    ("garden", "yard", "backyard"),
    ("basement", "cellar"),
    ("attic", "loft"),
    ("office", "study"),
    ("tv", "television", "telly"),
    ("child room", "kid room", "nursery"),
    ("master bedroom", "main bedroom", "bedroom"),
    ("fan", "ventilator"),
    ("vacuum", "hoover", "robot", "cleaner"),
)
"""Words for the same place or thing, in the form of `tokens`: whichever a house has is taken."""
OTHERS = {word: tuple(w for w in group if w != word) for group in SAME for word in group}
FLOORS = {"upstair": ("upstair", "first floor", "1 floor", "upper floor", "top floor")} | {
    "downstair": ("downstair", "ground floor", "lower floor", "main floor")
}
ROOMS = frozenset(
    _words(
        "kitchen,living room,bedroom,bathroom,hall,office,garage,garden,basement,attic,dining room,"
        "toilet,landing,porch,laundry,utility room,guest room,master bedroom,child room,terrace,"
        "balcony,stair,entrance,shed,patio,conservatory,pantry,loft,driveway,hallway,lounge,study,"
        "nursery,guest bedroom,kid room,playroom,gym,closet,wardrobe",
        ",",
    )
)
"""Usual rooms, by which a device's name tells where it is, in the form of `tokens`."""
ESSENTIAL = frozenset(
    _words(
        "fridge freezer refrigerator router modem server nas alarm aquarium boiler pump medical "
        "oxygen cpap network ups"
    )
)
"""What "everything off" leaves alone; by its own name it is switched."""


@cache
def tokens(text: str) -> tuple[str, ...]:
    """Words in small letters, without accents, singular, numbers as digits: what two ways to write
    a name have in common."""
    spaced = _DIGITS.sub(" ", _CAMEL.sub(" ", text))
    flat = unicodedata.normalize("NFKD", spaced.casefold().replace("’", "'"))
    flat = "".join(c for c in flat if not unicodedata.combining(c))
    found = (_stem(word) for word in _PIECE.findall(flat))
    return tuple(_NUMBERS.get(word, word) for word in found if word)


def plural(text: str) -> bool:
    """Whether more than one is meant by it."""
    words = text.casefold().split()
    if any(w in ("all", "both", "every", "each", "everything", "heating") for w in words):
        return True
    return any(w.endswith("s") and _stem(w) != w and _stem(w) in KINDS for w in words)


def skeleton(word: str) -> str:
    """How a word sounds, roughly: its first sound and the consonants after it."""
    sounds = word
    for written, sound in (("ph", "f"), ("ck", "k"), ("gh", ""), ("kn", "n"), ("wr", "r")):
        sounds = sounds.replace(written, sound)
    sounds = sounds.translate(str.maketrans("cqzy", "kksi"))
    kept = sounds[:1] + "".join(c for c in sounds[1:] if c not in "aeiouhw")
    return re.sub(r"(.)\1+", r"\1", kept)


def small(name: str) -> str:
    """A name within a sentence: words that aren't all capitals start small."""
    words = re.sub(r"[_/]+", " ", name).split()
    return " ".join(w if w.isupper() and len(w) > 1 else w[:1].lower() + w[1:] for w in words)


def joined(names: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def _stem(word: str) -> str:
    word = word.removesuffix("'s").replace("'", "")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
