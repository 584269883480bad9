"""Synthetic turns whose ends are known: `python -m bench.turns.said --out DIR`.

Sentences with fillers, restarts and thinking pauses in Kokoro's voices. The pauses are digital
silence of a length drawn as people pause; rooms and noise come later. Resumable: a clip that is
there is not made again.
"""

import argparse
import itertools
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import soundfile
import soxr
from numpy.typing import NDArray

from bench.speech.clips import RATE, level
from bench.speech.kokoro import RATE as KOKORO_RATE
from bench.speech.kokoro import Kokoro
from bench.turns import material
from vivavoce import weights
from vivavoce.core import OUT_RATE, Pcm
from vivavoce.training import addressees
from vivavoce.training.pauses import pause_s
from vivavoce.voice.piper import Piper

CACHE = Path.home() / ".cache" / "vivavoce-bench" / "kokoro"
COUNTS = {"train": 160, "dev": 30, "test": 60}
PIPER_COUNT, PIPER_MORE = 200, 400
"""More turns to train on, in Piper's one voice at several speeds and pitches, 20 times faster: of
the same sentences, and of those that people say to an assistant (vivavoce.training.texts)."""
SENTENCES = {"train": material.TRAIN, "dev": material.DEV, "test": material.TEST}
STOP_SHARE = 0.5
"""How often a place to think is used."""
MARKS = (",", "...", "")
"""What a piece before a pause is spoken with: a comma rises, no mark may fall like an end."""
_STOPS = re.compile(
    r"(?<=,) | (?=(?:about|and|at|because|but|for|from|if|in|of|on|or|that|to|when|where|which|who|"
    r"with) )"
)
FILLED, RESTARTED = 0.35, 0.1
"""Shares of the thinking pauses with a filler before them, with words said again after them."""


def pieces(sentence: str, rng: np.random.Generator) -> list[tuple[str, str]]:
    """What is said in one go, and how each piece ends: "pause" or "end"."""
    parts = [p.strip() for p in sentence.split("|")]
    stops = [bool(rng.random() < STOP_SHARE) for _ in parts[1:]]
    if parts[1:] and not any(stops) and rng.random() < 0.8:
        stops[int(rng.integers(len(stops)))] = True
    said, now = [], parts[0]
    for stop, part in zip(stops, parts[1:], strict=True):
        if not stop:
            now = f"{now} {part}"
            continue
        if now[-1] not in ".?!:":
            filled = rng.random() < FILLED
            mark = rng.choice(MARKS, p=(0.5, 0.2, 0.3))
            now = now.rstrip(",") + (f", {rng.choice(material.FILLERS)}" if filled else "") + mark
        said.append((now, "pause"))
        again = now.split()[-1] if rng.random() < RESTARTED and now[-1].isalpha() else ""
        now = f"{again} {part}".strip()
    return [*said, (now, "end")]


Say = Callable[[str], NDArray[np.float32]]
"""Text to speech, (n,) at 16 kHz."""


def turn(say: Say, sentence: str, rng: np.random.Generator) -> tuple[Pcm, list[list[float]]]:
    """The turn (n,) at 16 kHz and its pauses as [start, end] in seconds; the last is at its end."""
    sound: list[NDArray[np.float32]] = []
    spans: list[list[float]] = []
    for text, how in pieces(sentence, rng):
        sound.append(say(text))
        at = sum(map(len, sound)) / RATE
        length = pause_s(rng) if how == "pause" else 0.0
        spans.append([round(at, 4), round(at + length, 4)])
        sound.append(np.zeros(round(length * RATE), np.float32))
    return level(np.concatenate(sound)), spans


def kokoro_says(kokoro: Kokoro, voice: str, rng: np.random.Generator) -> Say:
    """One voice at one speed."""
    speed = float(rng.uniform(0.85, 1.2))

    def say(text: str) -> NDArray[np.float32]:
        pcm = kokoro.say(text, voice, speed)
        return np.asarray(soxr.resample(pcm, KOKORO_RATE, RATE, quality="VHQ"), np.float32)

    return say


def piper_says(voices: Sequence[Piper], rng: np.random.Generator) -> Say:
    """Piper at one speed and one pitch."""
    voice, pitch = voices[int(rng.integers(len(voices)))], float(rng.uniform(0.82, 1.25))

    def say(text: str) -> NDArray[np.float32]:
        pcm = voice.say(text).pcm
        loud = np.flatnonzero(np.abs(pcm) > 0.004)
        pcm = pcm[loud[0] : loud[-1] + 1] if len(loud) else pcm
        return np.asarray(soxr.resample(pcm, OUT_RATE * pitch, RATE, quality="VHQ"), np.float32)

    return say


def write(say: Say, voice: str, sentence: str, path: Path, rng: np.random.Generator) -> None:
    """One clip and what is known of it."""
    pcm, spans = turn(say, sentence, rng)
    soundfile.write(path, pcm, RATE, subtype="PCM_16")
    facts = {"voice": voice, "text": sentence, "spans": spans}
    path.with_suffix(".json").write_text(json.dumps(facts))


def marked(text: str) -> str:
    """With the places at which its speaker may stop to think."""
    return _STOPS.sub(" | ", text)


def with_piper(folder: Path) -> None:
    """The training turns in Piper's voice."""
    model = weights.path("piper-en_US-joe-medium")
    voices = [Piper(model, speed=s) for s in (0.85, 1.0, 1.2)]
    draw = np.random.default_rng(8)
    said = [material.TRAIN[int(at) % len(material.TRAIN)] for at in draw.permutation(PIPER_COUNT)]
    more = [one.text for one in addressees.said() if not one.aside]
    said += [marked(more[int(at)]) for at in draw.permutation(len(more))[:PIPER_MORE]]
    for n, sentence in enumerate(said):
        path, rng = folder / f"trainp{n:04}.flac", np.random.default_rng(10_000 + n)
        if not path.with_suffix(".json").exists():
            write(piper_says(voices, rng), "joe", sentence, path, rng)


def main() -> None:
    """Make what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the voices are kept")
    parser.add_argument("--split", choices=list(COUNTS), action="append")
    args = parser.parse_args()
    kokoro = Kokoro(args.cache)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    kokoro.__dict__["_session"] = onnxruntime.InferenceSession(args.cache / "kokoro.onnx", options)
    for split in args.split or COUNTS:
        folder = args.out / split
        folder.mkdir(parents=True, exist_ok=True)
        if split == "train":
            with_piper(folder)
        voices = itertools.cycle(material.VOICES[split])
        order = np.random.default_rng(7).permutation(COUNTS[split]) % len(SENTENCES[split])
        for n, (at, voice) in enumerate(zip(order, voices, strict=False)):
            path, rng = folder / f"{split}{n:04}.flac", np.random.default_rng(n)
            if not path.with_suffix(".json").exists():
                sentence = SENTENCES[split][int(at)]
                write(kokoro_says(kokoro, voice, rng), voice, sentence, path, rng)


if __name__ == "__main__":
    main()
