"""Does this person speak, does somebody else: the presence network, one step a frame.

What it is, learned from and reaches: docs/models/presence.md.
"""

from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears import front
from vivavoce.ears.voiceprint import windows
from vivavoce.weights.onnx import Run, open_onnx

Floats = NDArray[np.float32]
VOICE = 256
"""Numbers in a voice vector."""
SPAN = 20
"""Frames from one fresh start of a voice stream to its next (1.6 s); two streams take turns."""
PAST = 249
"""Frames that are looked back on (20 s)."""
_LOOKS, _KEYS, _VALUE, _FIRST, _SECOND = 2, 64, 32, 160, 64
_NEVER = np.float32(-1e9)
"""Salience of a frame that a person's memory does not hold."""
NOBODY: Floats = np.zeros((1, VOICE), np.float32)
"""No voice is known: the network follows whoever opened the talk, near and loud."""


@dataclass(slots=True)
class Memory:
    """What is remembered for each of p persons."""

    voices: Floats
    """(p, 256)"""
    salience: Floats
    """(p, 249, 2)"""
    values: Floats
    """(p, 249, 32)"""
    first: tuple[Floats, Floats]
    """(p, 160) twice"""
    second: tuple[Floats, Floats]
    """(p, 64) twice"""

    def row(self, person: int) -> tuple[Floats, ...]:
        """One person's part."""
        return tuple(part[person] for part in self._parts())

    def put(self, person: int, row: tuple[Floats, ...]) -> None:
        """Takes over what another memory held of a person."""
        for part, kept in zip(self._parts(), row, strict=True):
            part[person] = kept

    def _parts(self) -> tuple[Floats, ...]:
        return (self.salience, self.values, *self.first, *self.second)


def _memory(voices: Floats) -> Memory:
    p = len(voices)
    return Memory(
        voices=voices,
        salience=np.full((p, PAST, _LOOKS), _NEVER, np.float32),
        values=np.zeros((p, PAST, _VALUE), np.float32),
        first=(np.zeros((p, _FIRST), np.float32), np.zeros((p, _FIRST), np.float32)),
        second=(np.zeros((p, _SECOND), np.float32), np.zeros((p, _SECOND), np.float32)),
    )


@dataclass(slots=True)
class PresenceState:
    """What one conversation carries from frame to frame; fresh by default."""

    frame: int = 0
    ear: front.FrontState = field(default_factory=front.FrontState)
    hidden: Floats = field(default_factory=lambda: np.zeros((3, 2, VOICE), np.float32))
    cell: Floats = field(default_factory=lambda: np.zeros((3, 2, VOICE), np.float32))
    keys: Floats = field(default_factory=lambda: np.zeros((PAST, _LOOKS, _KEYS), np.float32))
    people: Memory = field(default_factory=lambda: _memory(NOBODY[:0]))

    def follow(self, voices: Floats) -> None:
        """From now on these people; whoever was followed before is not forgotten."""
        known, self.people = self.people, _memory(voices.copy())
        for at, voice in enumerate(voices):
            same = np.flatnonzero((known.voices == voice).all(1))
            if len(same):
                self.people.put(at, known.row(int(same[0])))


class Presence:
    """The networks, shared by all conversations; their state is theirs."""

    def __init__(self, folder: Path | None = None) -> None:
        """folder: holds presence.onnx and voice.onnx; None: those that come with the package."""
        self._folder = folder or Path(str(files("vivavoce.ears") / "data"))
        self._step = _load(self._folder / "presence.onnx")
        self._voice: Run | None = None

    def embed(self, pcm: Pcm) -> Floats:
        """(256,) the voice in a recording (n,) at 16 kHz of one person, 3 s or more: what `hear`
        knows people by. Zeros (nobody) for silence."""
        whole = np.pad(pcm, (0, -len(pcm) % IN_FRAME))
        spoken = windows(front.hear_all(whole))
        return self.voice_of(spoken) if spoken.any() else np.zeros(VOICE, np.float32)

    def voice_of(self, spoken: Floats) -> Floats:
        """(256,) of windows of speech (w, hops, 40)."""
        if self._voice is None:
            self._voice = _load(self._folder / "voice.onnx")
        return np.asarray(self._voice(None, {"windows": spoken})[0], np.float32)

    def hear(self, pcm: Pcm, state: PresenceState, voices: Floats) -> Floats:
        """(p, 2): the probabilities that each person speaks in this frame (1280,), and that
        somebody else does. voices: (p, 256) of `embed`; with none, (1, 2) for NOBODY."""
        voices = voices if len(voices) else NOBODY
        if not np.array_equal(voices, state.people.voices):
            state.follow(voices)
        sound = front.hear(pcm, state.ear)
        age = state.frame % (SPAN // 2)
        late = state.frame // (SPAN // 2) % 2
        if age == 0:
            state.hidden[:, late] = state.cell[:, late] = 0
        return self._run(sound, state, age, late)

    def _run(self, sound: Floats, state: PresenceState, age: int, young: int) -> Floats:
        people, at = state.people, state.frame % PAST
        out = self._step(
            None,
            {
                "mel": sound,
                "voices": people.voices,
                "order": np.array([1 - young, young], np.int64),
                "age": np.array([age], np.int64),
                "encoder_h": state.hidden,
                "encoder_c": state.cell,
                "past_keys": state.keys,
                "past_salience": people.salience,
                "past_values": people.values,
                "first_h": people.first[0],
                "first_c": people.first[1],
                "second_h": people.second[0],
                "second_c": people.second[1],
            },
        )
        probabilities, state.hidden, state.cell, key, salience, value, *memories = out
        state.keys[at], people.salience[:, at], people.values[:, at] = key, salience, value
        people.first, people.second = tuple(memories[:2]), tuple(memories[2:])
        state.frame += 1
        return np.asarray(probabilities, np.float32)


def _load(path: Path) -> Run:
    return open_onnx(path, "the presence network", "install vivavoce again")
