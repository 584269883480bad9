"""One person at home: a name, a voice, and how well we know it."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Rank
from vivavoce.people.errors import BadName, TwoVoices

Vector = NDArray[np.float32]
"""(256,), of length 1."""
SIZE = 256
SAME = 0.55
"""Cosine that two recordings of one person have, also in another room by another microphone (94% of
readers; of pairs of readers 8% have it)."""
LONGEST = 40
"""Characters of a name; as UTF-8 it still fits a file's name."""
_NAME = re.compile(r"[^\W\d_][^\W_]*(?:[ '’.-]{1,2}[^\W_]+)*\.?")


@dataclass(frozen=True, slots=True)
class Person:
    """Never a recording: only the vectors that were computed from some."""

    name: str
    enrolled: Vector
    """The voice as it was enrolled."""
    seconds: float
    """Speech that it was enrolled from."""
    recordings: int = 1
    presence: Vector = field(default_factory=lambda: np.zeros(SIZE, np.float32))
    """The vector by which the ears tell this voice from others; zeros if it was never taken."""
    since: date | None = None
    """When the voice was enrolled."""
    changed: date | None = None
    """When it last improved."""
    learned: Vector = field(default_factory=lambda: np.zeros(SIZE, np.float32))
    """Mean of what was heard in use and surely theirs, not scaled; zeros before."""
    learned_s: float = 0.0
    """Seconds of speech in it."""
    rank: Rank = "guest"
    """What they may do at home."""

    @property
    def share(self) -> float:
        """How much of the vector was learned in use: the enrolment keeps at least half."""
        return min(0.5, self.learned_s / (self.learned_s + self.seconds + 1e-9))

    @property
    def vector(self) -> Vector:
        """The voice as we know it now."""
        return unit((1 - self.share) * self.enrolled + self.share * self.learned)


def unit(vector: NDArray[np.floating]) -> Vector:
    """(256,) scaled to length 1."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def added(known: Person, more: Person) -> Person:
    """known with another enrolment of the same voice in it, each by its seconds; TwoVoices if it
    is another's."""
    if known.enrolled @ more.enrolled < SAME:
        raise TwoVoices(
            f"that does not sound like {known.name}; if it is, learn the voice anew with --again"
        )
    seconds = known.seconds + more.seconds
    both = (known.seconds * known.enrolled + more.seconds * more.enrolled) / seconds
    presence = (known.seconds * known.presence + more.seconds * more.presence) / seconds
    return replace(
        known,
        enrolled=unit(both),
        presence=unit(presence),
        seconds=seconds,
        recordings=known.recordings + more.recordings,
        changed=more.since,
    )


def checked_name(name: str) -> str:
    """The name in one spelling (NFC, single spaces); BadName says what would do."""
    tidy = " ".join(unicodedata.normalize("NFC", name).split())
    if not tidy:
        raise BadName("the name is empty; give one, such as Anna")
    if len(tidy) > LONGEST:
        raise BadName(f"the name has {len(tidy)} characters; use at most {LONGEST}")
    if not _NAME.fullmatch(_bare(tidy)):
        raise BadName(
            f"{tidy!r} can't be a name; use letters and digits, and between them spaces, "
            "hyphens, dots and apostrophes"
        )
    return tidy


def key(name: str) -> str:
    """What is the same for two spellings of one name (ANNA, Anna)."""
    return unicodedata.normalize("NFC", name.casefold())


def _bare(name: str) -> str:
    """Without the marks that scripts such as Devanagari put on their letters."""
    return "".join(c for c in name if not unicodedata.category(c).startswith("M"))
