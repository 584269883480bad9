"""Pipecat's stock turn strategies on recordings: its own environment, faster than real time."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers.pipecat import environment
from vivavoce import weights
from vivavoce.audio.files import write_wav
from vivavoce.core import IN_RATE, Pcm

TRANSCRIBE_S = 0.73
"""Whisper base over its usual window of 30 s, as Pipecat runs it, on two cores."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The user's turn, as Pipecat took it; seconds of the recording."""

    start: float
    """It takes the floor: what the bot says is cut off."""
    end: float | None
    """The bot's answer is asked for; None: never within the recording."""
    text: str
    """Empty: nothing was understood, and nothing is answered."""


def turns(
    recordings: Sequence[Pcm], done: Callable[[float], None] = lambda _s: None
) -> list[list[Turn]]:
    """Those of each recording, (n,) at 16 kHz. done is told the seconds that are heard."""
    script = Path(__file__).with_name("pipecat_offline.py")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        wavs = [Path(folder) / f"{n}.wav" for n in range(len(recordings))]
        for wav, pcm in zip(wavs, recordings, strict=True):
            write_wav(wav, pcm, IN_RATE)
        out, job = Path(folder) / "out.json", Path(folder) / "job.json"
        told = {
            "whisper": str(weights.path("whisper-base")),
            "transcribe_s": TRANSCRIBE_S,
            "out": str(out),
            "recordings": [str(wav) for wav in wavs],
        }
        job.write_text(json.dumps(told))
        _run([str(environment()), "-P", str(script), str(job)], recordings, done)
        return [paired(found) for found in json.loads(out.read_text())]


def _run(command: list[str], recordings: Sequence[Pcm], done: Callable[[float], None]) -> None:
    quiet = os.environ | {"LOGURU_LEVEL": "ERROR"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet) as child:
        assert child.stdout is not None
        heard = iter(recordings)
        for line in child.stdout:
            if line.startswith("done"):
                done(len(next(heard)) / IN_RATE)
    if child.returncode:
        raise SystemExit(f"Pipecat's turns failed with {child.returncode}; its log stands above")


def paired(told: Sequence[dict[str, object]]) -> list[Turn]:
    """Starts with the stop that follows."""
    found: list[Turn] = []
    for event in told:
        t = float(str(event["t"]))
        if event["what"] == "started":
            found.append(Turn(t, None, ""))
        elif found and found[-1].end is None:
            found[-1] = Turn(found[-1].start, t, str(event.get("text") or "").strip())
    return found
