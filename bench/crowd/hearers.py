"""Who hears the owner how well: a score a frame, from nothing but the sound up to it."""

from collections.abc import Callable, Mapping

import numpy as np

from bench.crowd.numbers import Scores
from bench.crowd.systems import Sliding, dvector, is_open, presence, silero
from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears import PresenceState
from vivavoce.ears.silero import VadState
from vivavoce.scenes import Scene

Hear = Callable[[Scene, Pcm, Mapping[str, Scores]], Scores]
"""A scene, another person's enrolment, and the scores of those who heard before it."""


def frames(pcm: Pcm) -> Pcm:
    """(f, 1280)."""
    return pcm[: len(pcm) // IN_FRAME * IN_FRAME].reshape(-1, IN_FRAME)


def speech(scene: Scene) -> Scores:
    """Silero: somebody speaks."""
    state = VadState()
    return np.array([silero().speech(frame, state) for frame in frames(scene.mic)])


def loudness(scene: Scene) -> Scores:
    """The frame's level in dB, nothing else."""
    power = np.mean(np.square(frames(scene.mic), dtype=np.float64), axis=1)
    return np.asarray(10 * np.log10(power + 1e-10))


def cosine(scene: Scene) -> Scores:
    """How much the newest 1.5 s sound like the enrolment."""
    sliding = Sliding(dvector(), dvector().embed(scene.enrolment))
    return np.array([sliding.push(frame) for frame in frames(scene.mic)])


def gate(before: Mapping[str, Scores]) -> Scores:
    """A plain d-vector gate: speech, where the voice is the owner's."""
    return before["silero"] * is_open(before["cosine"])


def ours(scene: Scene, enrolment: Pcm) -> Scores:
    """Our own network, for whoever was enrolled with this."""
    state, voice = PresenceState(), presence().embed(enrolment)[None]
    return np.array([float(presence().hear(pcm, state, voice)[0, 0]) for pcm in frames(scene.mic)])


HEARERS: dict[str, Hear] = {
    "silero": lambda scene, _wrong, _before: speech(scene),
    "loudness": lambda scene, _wrong, _before: loudness(scene),
    "cosine": lambda scene, _wrong, _before: cosine(scene),
    "d-vector gate": lambda _scene, _wrong, before: gate(before),
    "ours": lambda scene, _wrong, _before: ours(scene, scene.enrolment),
    "ours, wrong voice": lambda scene, wrong, _before: ours(scene, wrong),
}


def listen(scene: Scene, wrong: Pcm) -> dict[str, Scores]:
    """(f,) of everybody."""
    found: dict[str, Scores] = {}
    for name, hear in HEARERS.items():
        found[name] = hear(scene, wrong, found)
    return found
