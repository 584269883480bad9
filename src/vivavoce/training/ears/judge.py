"""The exported network on scenes of one split, beside what it has to beat."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears.front import hear_all
from vivavoce.ears.presence import NOBODY, Presence, PresenceState
from vivavoce.ears.silero import Silero, VadState
from vivavoce.scenes import Corpus, Scene, simulate
from vivavoce.scenes.score import average_precision
from vivavoce.training.ears.check import JUDGED

Scores = NDArray[np.float32]
"""(f,)"""
_SEED = 177
_HOPS_A_FRAME = 8


class Judge:
    """Scores of every system for each frame of a scene."""

    def __init__(self, corpus: Corpus, networks: Path | None, silero: Path | None) -> None:
        self._corpus = corpus
        self._presence = Presence(networks)
        self._silero = Silero(silero) if silero else None

    def systems(self, scene: Scene, wrong: Pcm) -> dict[str, Scores]:
        """Name → its score of "the owner speaks" for each frame."""
        voices = np.stack([self._presence.embed(scene.enrolment), self._presence.embed(wrong)])
        heard = self._heard(scene.mic, voices)
        made = {
            "ours": heard[0],
            "wrong voice": heard[1],
            "no voice": self._heard(scene.mic, NOBODY)[0],
            "loudness": _loudness(scene.mic),
            "cosine 0.8 s": self._cosine(scene.mic, voices[0], 80),
            "cosine 1.6 s": self._cosine(scene.mic, voices[0], 160),
        }
        if self._silero:
            state = VadState()
            made["Silero"] = np.array(
                [self._silero.speech(p, state) for p in _frames(scene.mic)], np.float32
            )
        return made

    def _heard(self, mic: Pcm, voices: NDArray[np.float32]) -> NDArray[np.float32]:
        """(p, f)"""
        state = PresenceState()
        return np.stack([self._presence.hear(p, state, voices)[:, 0] for p in _frames(mic)], 1)

    def _cosine(self, mic: Pcm, voice: NDArray[np.float32], hops: int) -> Scores:
        """Of the newest window's vector and the owner's, every second frame."""
        mel = np.pad(hear_all(mic), ((hops, 0), (0, 0)))
        frames = len(mic) // IN_FRAME
        ends = hops + _HOPS_A_FRAME * (np.arange(0, frames, 2) + 1)
        spans = np.stack([mel[end - hops : end] for end in ends])
        vectors = np.stack([self._presence.voice_of(span[None]) for span in spans])
        return np.repeat(vectors @ voice, 2)[:frames]

    def table(
        self, each: int, say: Callable[[str], None]
    ) -> tuple[Mapping[str, Mapping[str, float]], dict[str, list[tuple[Scene, Scores]]]]:
        """Kind → system → average precision, pooled over `each` scenes; and our scores."""
        table: dict[str, dict[str, float]] = {}
        kept: dict[str, list[tuple[Scene, Scores]]] = {}
        for kind in JUDGED:
            made: list[dict[str, Scores]] = []
            for n in range(each):
                rng = np.random.default_rng([_SEED, n])
                scene = simulate(kind, self._corpus, rng)
                strangers = [s for s in self._corpus.speakers if s.name != scene.owner_name]
                wrong = strangers[rng.integers(len(strangers))].part(0, 0.5).pcm
                made.append(self.systems(scene, wrong))
                kept.setdefault(kind, []).append((scene, made[-1]["ours"]))
            truth = np.concatenate([scene.owner for scene, _ in kept[kind]])
            table[kind] = {
                name: round(average_precision(truth, np.concatenate([m[name] for m in made])), 3)
                for name in made[0]
            }
            say(f"{kind}: {table[kind]}")
        return table, kept


def _frames(mic: Pcm) -> list[Pcm]:
    return list(mic[: len(mic) // IN_FRAME * IN_FRAME].reshape(-1, IN_FRAME))


def _loudness(mic: Pcm) -> Scores:
    return np.array([float(np.mean(np.square(p))) for p in _frames(mic)], np.float32)
