"""Plays the recorded user against a running server, and keeps what came of it."""

import asyncio
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.audio.files import read, write_wav
from vivavoce.client import Realtime, Talk, talk
from vivavoce.core import OUT_RATE, Pcm
from vivavoce.demo.show import Show
from vivavoce.timeline import Timeline
from vivavoce.timeline import read as read_lines

CLIPS = Path(__file__).parent / "clips"
LISTENS = 1.2
"""Seconds of silence after which the recorded user takes an answer as over."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing that the recorded user says, and when."""

    pcm: Pcm
    """(n,) at 24 kHz."""
    after: str
    """start, assistant_done or assistant_speaking."""
    delay_s: float


def load_script(folder: Path = CLIPS) -> list[Cue]:
    """demo.json and its clips."""
    lines = json.loads((folder / "demo.json").read_text())
    return [
        Cue(read(folder / line["file"], OUT_RATE), line["after"], line["delay_s"]) for line in lines
    ]


async def play(url: str, script: list[Cue], show: Show, folder: Path) -> list[Path]:
    """Hold the conversation; write timeline.jsonl, conversation.wav and timeline.png."""
    paths = _paths(folder)
    timeline = Timeline(paths[0])

    def tell(event: dict[str, Any]) -> None:
        line = _line(event)
        if line is not None:
            timeline.write(line)
        show.hear(event)

    wire = Realtime(url, {"vivavoce": {"frames": True}})
    async with talk(wire, tell) as talking:
        for cue in script:
            await _wait(talking, cue)
            await talking.say(cue.pcm)
        await _answered(talking)
    timeline.close()
    user = np.concatenate(talking.mic.recorded)
    both = np.stack([user, talking.speaker.track(talking.mic.began, len(user))], axis=1)
    write_wav(paths[1], both, OUT_RATE)
    from vivavoce.timeline.picture import draw

    lines = read_lines(paths[0])
    draw(lines, both[:, 0], both[:, 1], OUT_RATE, paths[2], "Vivavoce: the demo conversation")
    return paths


def _paths(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    return [folder / n for n in ("timeline.jsonl", "conversation.wav", "timeline.png")]


async def _wait(talking: Talk, cue: Cue) -> None:
    speaker = talking.speaker
    if cue.after == "assistant_done":
        await _answered(talking)
    elif cue.after == "assistant_speaking":
        since = time.monotonic()
        await talking.until(lambda: speaker.ends > since, timeout_s=30)
    await asyncio.sleep(cue.delay_s)


async def _answered(talking: Talk) -> None:
    """An answer has sounded and nothing came after it."""
    await talking.quiet(time.monotonic(), LISTENS, timeout_s=60)


def _line(event: dict[str, Any]) -> dict[str, Any] | None:
    match event["type"]:
        case "vivavoce.frame":
            return {"kind": "frame", **{k: event[k] for k in ("t", "p", "move", "why")}}
        case "vivavoce.word":
            return {"kind": "word", **{k: event[k] for k in ("side", "text", "start", "end")}}
        case "vivavoce.latency":
            return {"kind": "latency", "gap_ms": event["gap_ms"], "stages": event["stages"]}
        case _:
            return None
