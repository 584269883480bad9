"""Plays the recorded user against a running server, and keeps what came of it."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vivavoce.audio.files import read, write_wav
from vivavoce.client import Realtime, Talk, talk
from vivavoce.core import IN_RATE, OUT_RATE, Pcm
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


@dataclass(frozen=True, slots=True)
class Script:
    """An owner among talkers."""

    cues: list[Cue]
    bed: Pcm
    """(m,) at 24 kHz: everybody else, over and over, under all that the owner says."""
    bystanders: list[tuple[float, float]]
    """When somebody near speaks in it, in seconds of the bed."""
    enrolment: Pcm
    """(n,) at 16 kHz: the owner alone, in another room, on another day."""


def load_script(folder: Path = CLIPS) -> Script:
    """demo.json and its clips."""
    told = json.loads((folder / "demo.json").read_text())
    cues = [
        Cue(read(folder / line["file"], OUT_RATE), line["after"], line["delay_s"])
        for line in told["owner"]
    ]
    return Script(
        cues,
        read(folder / told["bed"], OUT_RATE),
        [(start, end) for start, end in told["bystanders"]],
        read(folder / told["enrolment"], IN_RATE),
    )


async def play(url: str, script: Script, show: Show, folder: Path) -> list[Path]:
    """Hold the conversation; write timeline.jsonl, conversation.wav and timeline.png."""
    paths = _paths(folder)
    timeline = Timeline(paths[0])

    def tell(event: dict[str, Any]) -> None:
        line = _line(event)
        if line is not None:
            timeline.write(line)
        show.hear(event)

    wire = Realtime(url, {"vivavoce": {"frames": True}})
    async with talk(wire, tell, script.bed) as talking:
        for cue in script.cues:
            await _wait(talking, cue)
            at = await talking.say(cue.pcm) - talking.mic.began
            timeline.write(_said("owner", at, at + len(cue.pcm) / OUT_RATE))
        await _answered(talking)
    user = np.concatenate(talking.mic.recorded)
    for start, end in over_and_over(script, len(user) / OUT_RATE):
        timeline.write(_said("bystander", start, end))
    timeline.close()
    both = np.stack([user, talking.speaker.track(talking.mic.began, len(user))], axis=1)
    write_wav(paths[1], both, OUT_RATE)
    from vivavoce.timeline.picture import draw

    lines = read_lines(paths[0])
    draw(lines, both[:, 0], both[:, 1], OUT_RATE, paths[2], "Vivavoce: a conversation in a café")
    return paths


def _said(who: str, start: float, end: float) -> dict[str, Any]:
    """The truth, which only the one who plays the recording knows."""
    return {"kind": "said", "who": who, "start": round(start, 3), "end": round(end, 3)}


def over_and_over(script: Script, seconds: float) -> Iterator[tuple[float, float]]:
    """The bystanders' spans for as long as the bed was played."""
    length = len(script.bed) / OUT_RATE
    for again in range(int(seconds // length) + 1):
        for start, end in script.bystanders:
            if start + again * length < seconds:
                yield start + again * length, min(end + again * length, seconds)


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
            told = ("t", "p", "move", "why", "person")
            return {"kind": "frame", **{k: event[k] for k in told if k in event}}
        case "vivavoce.word":
            return {"kind": "word", **{k: event[k] for k in ("side", "text", "start", "end")}}
        case "vivavoce.latency":
            return {"kind": "latency", "gap_ms": event["gap_ms"], "stages": event["stages"]}
        case _:
            return None
