"""One simulated conversation with everything that is known of it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_FRAME, Pcm

Frames = NDArray[np.bool_]
"""(f,) one truth a frame of 80 ms."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the microphone heard, and who really spoke when (labels come from the clean parts)."""

    mic: Pcm
    """(f * 1280,) at 16 kHz: everything mixed."""
    played: Pcm
    """(f * 1280,) at 16 kHz: what our loudspeaker was given; zeros where we were silent."""
    enrolment: Pcm
    """(n,) at 16 kHz: the owner alone, from another recording where there is one."""
    owner: Frames
    """The owner speaks in this frame."""
    other: Frames
    """Anybody else speaks in this frame: bystanders, a second person, television."""
    ours: Frames
    """Our own voice is audible in the microphone in this frame."""
    kind: str = ""
    """Which recipe made it: "quiet", "one_5db", "babble_0db", "turns", …"""
    owner_name: str = ""
    """Speaker id of the owner."""
    notes: dict[str, float | str] = field(default_factory=dict)
    """Signal-to-noise ratio in dB, room, seeds: what a table may want to group by."""

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return len(self.mic) // IN_FRAME
