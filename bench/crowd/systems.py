"""Who is measured: ears and thresholds for the one loop. Pipecat is in bench.peers.strategies."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bench.command import say
from bench.crowd.loop import Lecturer, Remembering
from vivavoce import weights
from vivavoce.core import Pcm, WeightsMissing
from vivavoce.ears import Ears, EchoCanceller, Presence, Sensed, Silero, Voices
from vivavoce.ears.dvector import DVector
from vivavoce.floor import FloorConfig, Predictor, SmartTurn
from vivavoce.mind import Direct
from vivavoce.session import Parts, SessionConfig
from vivavoce.session.parts import Hears
from vivavoce.words import HearingConfig, Whisper

SAME = 0.58
"""Cosine at which the gate is half open: equal errors (5%) of the dev readers' clean 1.6 s."""
STEEP = 25.0
ANSWER_WORDS = 400
"""Of one answer, some two and a half minutes."""


@dataclass(frozen=True, slots=True)
class System:
    """One row of the tables."""

    name: str
    ears: Callable[[Pcm], Callable[[], Hears]]
    """From an owner's enrolment (n,) to one conversation's ears."""
    cfg: SessionConfig
    learned: bool = False
    """With the learned floor."""

    def parts(self, enrolment: Pcm, *, speaks: bool) -> Parts:
        """The real loop but for the model; its voice is remembered, not shortened."""
        return Parts(
            ears=self.ears(enrolment),
            recogniser=whisper(),
            turn_end=smart_turn().turn_end,
            mind=Direct(Lecturer()) if speaks else None,
            voice=voice() if speaks else None,
            predictor=predictor() if self.learned else None,
        )


class Sliding:
    """How much the newest 1.5 s sound like one person: three windows of 0.8 s, 320 ms apart.

    The network takes 10 ms for a window, so that a window is heard every second frame."""

    WINDOW = 512 + 79 * 160
    """Samples of the network's own window: 80 steps of 10 ms."""

    def __init__(self, network: DVector, owner: NDArray[np.float32]) -> None:
        self._network, self._owner = network, owner
        self._heard = np.zeros(self.WINDOW, np.float32)
        self._vectors: deque[NDArray[np.float32]] = deque(maxlen=5)
        self._fresh = False
        self.cosine = 0.0

    def push(self, pcm: Pcm) -> float:
        """(1280,) at 16 kHz; the cosine up to here."""
        self._heard = np.concatenate([self._heard[len(pcm) :], pcm])
        self._fresh = not self._fresh
        if self._fresh:
            self._vectors.append(self._network.embed(self._heard))
            mean = np.sum(
                [self._vectors[n] for n in range(-1, -len(self._vectors) - 1, -2)], axis=0
            )
            self.cosine = float(mean @ self._owner / max(float(np.linalg.norm(mean)), 1e-9))
        return self.cosine


def is_open(cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far the gate is open, 0…1."""
    return np.asarray(1 / (1 + np.exp(-STEEP * (cosine - SAME))))


class Gate:
    """A plain d-vector gate: Silero's speech, let through where the voice is the owner's."""

    def __init__(self, vad: Silero, network: DVector, owner: NDArray[np.float32]) -> None:
        self._ears = Ears(vad, EchoCanceller())
        self._sliding = Sliding(network, owner)

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        """mic, played: (1280,) at 16 kHz."""
        sensed = self._ears.hear(mic, played)
        gate = float(is_open(np.array(self._sliding.push(sensed.pcm))))
        return replace(sensed, owner=sensed.owner * gate)


@cache
def silero() -> Silero:
    """Shared, as all networks here: they have no state of their own."""
    return Silero(weights.path("silero-vad"))


@cache
def dvector() -> DVector:
    """The voice's vector."""
    return DVector(weights.path("ge2e-dvector"))


@cache
def whisper() -> Whisper:
    """The recogniser of all systems."""
    return Whisper(weights.path("whisper-base"))


@cache
def smart_turn() -> SmartTurn:
    """The end of turn of all systems that look at more than silence."""
    return SmartTurn(weights.path("smart-turn-v3.2"))


@cache
def presence() -> Presence:
    """Our ears' network."""
    return Presence()


@cache
def predictor() -> Predictor | None:
    """Our learned floor; None, and said so, before it was trained."""
    try:
        return Predictor()
    except WeightsMissing as missing:
        say(f"without the learned floor: {missing}")
        return None


@cache
def voice() -> Remembering:
    """Ours."""
    from vivavoce.voice.piper import Piper

    return Remembering(Piper(weights.path("piper-en_US-joe-medium")))


def _config(floor: FloorConfig, every_frames: int = 3) -> SessionConfig:
    hearing = HearingConfig(every_frames=every_frames)
    return SessionConfig(floor=floor, hearing=hearing, max_tokens=ANSWER_WORDS)


def _silero_timeout(_enrolment: Pcm) -> Callable[[], Hears]:
    return lambda: Ears(silero(), EchoCanceller())


def _gate(enrolment: Pcm) -> Callable[[], Hears]:
    owner = dvector().embed(enrolment)
    return lambda: Gate(silero(), dvector(), owner)


def _ours(enrolment: Pcm) -> Callable[[], Hears]:
    known = [("owner", presence().embed(enrolment))]
    return lambda: Ears(silero(), EchoCanceller(), presence(), Voices(known, presence().embed))


SETTINGS = {"ours": "medium", "ours, strict": "strict", "ours, open": "open"}
"""What is printed → `bystanders`."""


def systems() -> dict[str, System]:
    """All that run in our loop, the simplest first."""
    # Speech is an interruption, whatever it says, so that words are wanted only at a turn's end:
    # partials for hours of television would take most of the time and change nothing.
    timeout = replace(FloorConfig.silence(0.5, 500), yield_words=10_000)
    plain = _config(timeout, every_frames=50)
    found = [
        System("silero + timeout", _silero_timeout, plain),
        System("d-vector gate", _gate, _config(FloorConfig.semantic())),
    ]
    for name, bystanders in SETTINGS.items():
        floor = FloorConfig.semantic(bystanders=bystanders)
        found.append(System(name, _ours, _config(floor), learned=True))
    return {system.name: system for system in found}
