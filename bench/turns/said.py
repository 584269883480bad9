"""Synthetic turns whose ends are known: `python -m bench.turns.said --out DIR`.

Sentences with fillers, restarts and thinking pauses in Kokoro's voices. The pauses are digital
silence of a length drawn as people pause; rooms and noise come later. Resumable: a clip that is
there is not made again.
"""

import argparse
import itertools
import json
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
from vivavoce.training.pauses import pause_s

CACHE = Path.home() / ".cache" / "vivavoce-bench" / "kokoro"
COUNTS = {"train": 240, "dev": 50, "test": 100}
SENTENCES = {"train": material.TRAIN, "dev": material.DEV, "test": material.TEST}
STOP_SHARE = 0.5
"""How often a place to think is used."""
MARKS = (",", "...", "")
"""What a piece before a pause is spoken with: a comma rises, no mark at all may fall like an end."""
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


def say(kokoro: Kokoro, voice: str, sentence: str, seed: int) -> tuple[NDArray[np.float32], list[list[float]]]:
    """The turn (n,) at 16 kHz and its pauses as [start, end] in seconds; the last is at its end."""
    rng = np.random.default_rng(seed)
    speed = float(rng.uniform(0.85, 1.2))
    sound: list[NDArray[np.float32]] = []
    spans: list[list[float]] = []
    for text, how in pieces(sentence, rng):
        pcm = soxr.resample(kokoro.say(text, voice, speed), KOKORO_RATE, RATE, quality="VHQ")
        sound.append(pcm.astype(np.float32))
        at = sum(map(len, sound)) / RATE
        length = pause_s(rng) if how == "pause" else 0.0
        spans.append([round(at, 4), round(at + length, 4)])
        sound.append(np.zeros(round(length * RATE), np.float32))
    return level(np.concatenate(sound)), spans


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
        voices = itertools.cycle(material.VOICES[split])
        order = np.random.default_rng(7).permutation(COUNTS[split]) % len(SENTENCES[split])
        for n, (at, voice) in enumerate(zip(order, voices)):
            name = folder / f"{split}{n:04}.flac"
            if name.with_suffix(".json").exists():
                continue
            sentence = SENTENCES[split][int(at)]
            pcm, spans = say(kokoro, voice, sentence, seed=n)
            soundfile.write(name, pcm, RATE, subtype="PCM_16")
            facts = {"voice": voice, "text": sentence, "spans": spans}
            name.with_suffix(".json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
