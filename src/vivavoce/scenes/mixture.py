"""A simulated conversation in which every voice is still known apart."""

from dataclasses import dataclass, field

import numpy as np

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.scenes.scene import Frames, Scene


@dataclass(frozen=True, slots=True)
class Track:
    """One voice's part in a mixture."""

    name: str
    """Speaker id."""
    active: Frames
    """When it speaks."""
    level_db: float
    """Against the owner's level."""
    main: bool = False
    """Somebody who may own the talk: near, and no part of a crowd."""


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the microphone heard, with all that is known."""

    mic: Pcm
    """(f * 1280,) at 16 kHz."""
    played: Pcm
    """(f * 1280,) at 16 kHz: what our loudspeaker was given."""
    ours: Frames
    """Our own voice is audible in the microphone."""
    tracks: tuple[Track, ...]
    """Everybody who speaks; the owner first, even one who never does."""
    kind: str = ""
    notes: dict[str, float | str] = field(default_factory=dict)

    def others(self, owner: str) -> Frames:
        """When anybody but the owner speaks."""
        frames = np.zeros(len(self.mic) // IN_FRAME, np.bool_)
        for track in self.tracks:
            if track.name != owner:
                frames |= track.active
        return frames

    def scene(self, enrolment: Pcm) -> Scene:
        """As the first track's person hears of it."""
        owner = self.tracks[0]
        return Scene(
            mic=self.mic,
            played=self.played,
            enrolment=enrolment,
            owner=owner.active,
            other=self.others(owner.name),
            ours=self.ours,
            kind=self.kind,
            owner_name=owner.name,
            notes=self.notes,
        )
