"""A voice is learned further in use, from what is surely its owner's. Pure."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from vivavoce.core import ConfigError
from vivavoce.people.person import Person, Vector


@dataclass(frozen=True, slots=True)
class ImproveConfig:
    """When to learn, and how far back."""

    sure: float = 0.95
    """Confidence that it was this person, below which nothing is learned."""
    shortest_s: float = 1.5
    """Speech that a vector must come from."""
    memory_s: float = 120.0
    """What was learned is forgotten by what comes later, as if it were never more than this."""

    def __post_init__(self) -> None:
        if not 0.5 < self.sure <= 1:
            raise ConfigError(f"improve.sure must be in (0.5, 1], got {self.sure!r}")
        for name, value in (("shortest_s", self.shortest_s), ("memory_s", self.memory_s)):
            if not value > 0:
                raise ConfigError(f"improve.{name} must be above 0, got {value!r}")


def improve(
    person: Person,
    vector: Vector,
    seconds: float,
    confidence: float,
    cfg: ImproveConfig | None = None,
    *,
    today: date | None = None,
) -> Person:
    """The person with a little of vector (256,), taken from so many seconds of speech, in them.

    Unchanged unless confidence, the probability that it is their voice, is high enough. A running
    mean over memory_s; the enrolment always keeps at least half of the weight, so no chain of
    mistakes can carry a voice away."""
    cfg = cfg or ImproveConfig()
    if not (confidence >= cfg.sure and seconds >= cfg.shortest_s and np.isfinite(vector).all()):
        return person
    kept_s = min(person.learned_s, cfg.memory_s)
    total_s = kept_s + seconds
    learned = (kept_s * person.learned + seconds * vector) / total_s
    return replace(
        person,
        learned=np.asarray(learned, np.float32),
        learned_s=min(total_s, cfg.memory_s),
        changed=today or person.changed,
    )
