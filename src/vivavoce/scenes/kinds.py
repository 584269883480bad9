"""The kinds of scenes by name, as data: who speaks when, how loud, how far, over what noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class When(Enum):
    """How a group of voices shares the time."""

    ALWAYS = "without a pause, all at once"
    SPELLS = "now and then, regardless of others"
    RELAY = "one after the other, without a pause, as on television"
    GAPS = "in the owner's gaps"


class Talks(Enum):
    """How much the owner says."""

    OFTEN = (0.4, 2.5)
    SELDOM = (6.0, 14.0)
    NEVER = (0.0, 0.0)


Span = tuple[float, float]
"""Drawn evenly between the two."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A group of other people."""

    people: tuple[int, int]
    """How many, from … to."""
    when: When
    level_db: Span
    """The group's level against the owner's, while it speaks."""
    far: bool = False
    same_sex: bool = False
    """As the owner."""
    chance: float = 1.0
    """That the group is there at all."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One recipe."""

    casts: tuple[Cast, ...] = ()
    talks: Talks = Talks.OFTEN
    noise_db: Span = (30, 45)
    """The owner's level over the noise."""
    noises: tuple[str, ...] = ()
    """Beginnings of the names of noises that fit; none: any."""
    far: bool = False
    """The owner speaks from two metres and more."""
    echo_db: Span | None = None
    """Our own voice in the microphone, against the owner's level."""


def _one(db: float) -> Kind:
    return Kind((Cast((1, 1), When.ALWAYS, (-db, -db)),))


def _babble(db: float) -> Kind:
    return Kind((Cast((4, 8), When.ALWAYS, (-db, -db)),))


def _noise(db: float) -> Kind:
    return Kind(noise_db=(db, db))


LEVELS_DB = (10, 5, 0)

KINDS: Mapping[str, Kind] = {
    "quiet": Kind(),
    **{f"noise_{db}db": _noise(db) for db in LEVELS_DB},
    **{f"one_{db}db": _one(db) for db in LEVELS_DB},
    **{f"babble_{db}db": _babble(db) for db in LEVELS_DB},
    "far": Kind(far=True, noise_db=(15, 25)),
    "turns": Kind((Cast((1, 2), When.GAPS, (0, 0)),)),
    "turns_same_sex": Kind((Cast((1, 2), When.GAPS, (0, 0), same_sex=True),)),
    "tv": Kind(
        (Cast((2, 4), When.RELAY, (-8, 0), far=True),),
        talks=Talks.SELDOM,
        noise_db=(8, 25),
        noises=("music", "fan"),
    ),
    "cafe": Kind(
        (
            Cast((4, 8), When.ALWAYS, (-14, -8)),
            Cast((1, 2), When.SPELLS, (-6, 0)),
        ),
        noise_db=(10, 20),
        noises=("kitchen", "taps", "music"),
    ),
    "over_tv": Kind(
        (Cast((2, 4), When.RELAY, (-13, -2), far=True),),
        talks=Talks.SELDOM,
        noise_db=(8, 25),
        noises=("music", "fan"),
    ),
    "over_cafe": Kind(
        (
            Cast((4, 8), When.ALWAYS, (-14, -5)),
            Cast((1, 2), When.SPELLS, (-13, -3)),
        ),
        talks=Talks.SELDOM,
        noise_db=(10, 20),
        noises=("kitchen", "taps", "music"),
    ),
    "echo": Kind(echo_db=(-20, -8)),
    "strangers": Kind((Cast((1, 2), When.RELAY, (-3, 3)),), talks=Talks.NEVER),
    "one": Kind((Cast((1, 1), When.ALWAYS, (-12, 2)),), noise_db=(10, 45)),
    "babble": Kind((Cast((3, 8), When.ALWAYS, (-12, 2)),), noise_db=(10, 45)),
    "noise": Kind(noise_db=(-2, 15)),
    "crowd": Kind(
        (
            Cast((1, 2), When.GAPS, (-10, 8), chance=0.6),
            Cast((1, 1), When.ALWAYS, (-15, 5), chance=0.35),
            Cast((3, 8), When.ALWAYS, (-15, 3), chance=0.35),
            Cast((1, 2), When.SPELLS, (-10, 5), chance=0.3),
        ),
        noise_db=(0, 40),
    ),
}
"""Kind → recipe. Both over_… and the last four are for training; those are wide on purpose."""
