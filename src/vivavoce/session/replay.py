"""A recorded microphone through the same code, as fast as it goes, on modelled time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vivavoce.audio.files import write_wav
from vivavoce.audio.resample import Resampler
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    OUT_RATE,
    BadAudio,
    Event,
    Heard,
    Pcm,
    ReplyDone,
)
from vivavoce.session.config import Costs, SessionConfig
from vivavoce.session.jobs import ModelledJobs
from vivavoce.session.parts import Parts
from vivavoce.session.session import Session
from vivavoce.timeline import Timeline, read

AFTER_S = 45.0
"""How long after the file's end an answer may still sound."""
SILENT_FRAMES = 25
"""Frames of silence after the file (2 s), so that the last turn can end."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it."""

    events: tuple[Event, ...]
    user: Pcm
    """(n,) at 16 kHz, as heard, with the silence that was added at its end."""
    assistant: Pcm
    """(m,) at 24 kHz, as long as user."""

    @property
    def turns(self) -> list[tuple[str, str]]:
        """(side, words) in order; ours as far as they were heard."""
        said = []
        for event in self.events:
            if isinstance(event, Heard):
                said.append(("user", event.text))
            elif isinstance(event, ReplyDone):
                said.append(("assistant", event.heard))
        return said


async def replay(
    pcm: Pcm,
    parts: Parts,
    cfg: SessionConfig | None = None,
    costs: Costs | None = None,
    progress: Callable[[float], None] = lambda _s: None,
) -> Replayed:
    """pcm: (n,) at 16 kHz. Same samples and models, same events, whatever the machine's speed.

    progress is told the seconds done. BadAudio if there is nothing to hear."""
    if pcm.ndim != 1 or not len(pcm):
        raise BadAudio(f"expected mono samples, got an array of shape {pcm.shape}")
    events: list[Event] = []
    jobs = ModelledJobs()
    session = Session(parts, jobs, events.append, cfg, costs)
    frames = -(-len(pcm) // IN_FRAME)
    heard, played = [], []
    index, silent = 0, 0
    while index < frames or silent < SILENT_FRAMES or not session.quiet:
        if index > frames + AFTER_S / FRAME_S:
            break
        frame = np.zeros(IN_FRAME, np.float32)
        part = pcm[index * IN_FRAME : (index + 1) * IN_FRAME]
        frame[: len(part)] = part
        await jobs.advance((index + 1) * FRAME_S)
        session.hear(frame)
        played.append(session.play())
        heard.append(frame)
        index += 1
        silent = silent + 1 if index > frames else 0
        progress(min(index, frames) * FRAME_S)
    await session.close()
    return Replayed(tuple(events), np.concatenate(heard), np.concatenate(played))


def keep(done: Replayed, folder: Path, title: str) -> list[Path]:
    """Write timeline.jsonl, conversation.wav (left the user, right us) and timeline.png."""
    from vivavoce.timeline.picture import draw

    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / n for n in ("timeline.jsonl", "conversation.wav", "timeline.png")]
    timeline = Timeline(paths[0])
    for event in done.events:
        timeline(event)
    timeline.close()
    up = Resampler(IN_RATE, OUT_RATE)
    user = np.concatenate([up.push(done.user), up.flush()])
    n = min(len(user), len(done.assistant))
    both = np.stack([user[:n], done.assistant[:n]], axis=1)
    write_wav(paths[1], both, OUT_RATE)
    draw(read(paths[0]), both[:, 0], both[:, 1], OUT_RATE, paths[2], title)
    return paths
