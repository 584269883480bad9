"""The gap between a question's last sample and the first audible sample of the answer.

Ours and Pipecat's stock pipeline, the same questions, in alternating rounds; never both at once.
--cafe: among the talkers of the demo, who never stop, 10 dB below; each voice is enrolled with us.
"""

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from anyio import to_thread

from bench import servers
from bench.client import Pipecat, ours, talk
from bench.command import parser, run, say
from bench.material import Clip, clips
from bench.others import DISTURBED, Others
from bench.parts import parts
from bench.peers.pipecat import pipecat
from bench.stats import spread, table
from vivavoce.audio.resample import Resampler
from vivavoce.client import Talk, Wire
from vivavoce.core import IN_RATE, OUT_RATE, Pcm
from vivavoce.demo.play import load_script
from vivavoce.scenes import level

Row = dict[str, Any]
ROUND = 8
"""Questions asked before the other server has its turn."""
CAFE_DB = 10.0
"""The questions' level over the café's, each over its own speech."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where the questions are asked."""

    room: Pcm | None = None
    """(n,) at 24 kHz: what the microphone hears besides, over and over."""
    people: Path | None = None
    """Our server's people, where the one who asks is enrolled."""

    def heard(self, rate: int) -> Pcm | None:
        """The room, (n,) at this rate."""
        return None if self.room is None else Resampler(OUT_RATE, rate).push(self.room)


@contextlib.contextmanager
def peer(_where: Where) -> Iterator[servers.Running]:
    with pipecat(parts()) as running:
        yield running


@contextlib.contextmanager
def product(where: Where) -> Iterator[servers.Running]:
    with servers.ours(where.people) as running:
        yield running


def cafe_below(questions: list[Clip]) -> Pcm:
    """(n,) at 24 kHz: the demo's café, CAFE_DB below the questions."""
    bed = load_script().bed
    asked = level(np.concatenate([clip.pcm(IN_RATE) for clip in questions]))
    loud = level(Resampler(OUT_RATE, IN_RATE).push(bed))
    return np.asarray(bed * (asked / loud * 10 ** (-CAFE_DB / 20)), np.float32)


def enrol(voice: str, people: Path) -> None:
    """This voice and no other is known."""
    for known in people.glob("*"):
        known.unlink()
    recording = next(clip.path for clip in clips("passages") if clip.voice == voice)
    subprocess.run(
        [*servers.vivavoce(), "people", "enrol", voice.replace("_", " "), str(recording)],
        check=True,
        capture_output=True,
        env=os.environ | {"VIVAVOCE_PEOPLE": str(people)},
    )


SETTLE_S = 2.0
"""After connecting; our model reads its instructions meanwhile."""


async def ask(talk: Talk, clip: Clip) -> Row:
    """Ask one question and wait until its answer has sounded."""
    asked, others = time.monotonic(), Others()
    began = await talk.say(clip.pcm(talk.wire.rate))
    end = began + clip.speech_end_s
    answered = await talk.quiet(end)
    first = talk.speaker.first_audible(asked)
    early = first is not None and first < end
    sound = talk.speaker.first_audible(end)
    return {
        "clip": clip.path.name,
        "voice": clip.voice,
        "said": clip.text,
        "gap_s": None if sound is None or early else round(sound - end, 4),
        "early": early,
        "finished": answered,
        "others_cores": others.cores(),
        "heard": _texts(talk, asked, "user"),
        "answer": _texts(talk, asked, "assistant"),
        "stages": _stages(talk, asked),
    }


def _texts(talk: Talk, since: float, side: str) -> list[str]:
    kinds = {
        "user": ("conversation.item.input_audio_transcription.completed", "user"),
        "assistant": ("response.output_audio_transcript.done", "assistant"),
    }[side]
    return [e.get("transcript") or e.get("text") or "" for e in talk.since(since, *kinds)]


def _stages(talk: Talk, since: float) -> dict[str, float]:
    """Ours: milliseconds after the end of speech at which each stage was reached. Pipecat's own
    breakdown: milliseconds that each stage took."""
    found: dict[str, float] = {}
    for event in talk.since(since, "vivavoce.latency", "latency"):
        found = event.get("stages") or event.get("parts_ms") or found
    return {stage: ms for stage, ms in found.items() if stage != "speech_end"}


async def round_of(
    wire: Wire, questions: list[Clip], where: Where, *, first: Clip | None = None
) -> list[Row]:
    """One conversation. first: asked, and not measured."""
    async with talk(wire, where.heard(wire.rate)) as conversation:
        await conversation.pause(SETTLE_S)
        if first:
            await ask(conversation, first)
        rows = []
        for clip in questions:
            rows.append(await ask(conversation, clip))
            say(f"  {rows[-1]['gap_s']!s:>8} s  {clip.text}  ->  {' / '.join(rows[-1]['answer'])}")
        rows[-1]["client_late_s"] = round(conversation.mic.late_s, 3)
        return rows


async def of_ours(url: str, questions: list[Clip], where: Where) -> list[Row]:
    """A conversation for each voice: whoever opens one owns it, and is answered alone."""
    rows: list[Row] = []
    for voice in dict.fromkeys(clip.voice for clip in questions):
        if where.people:
            await to_thread.run_sync(enrol, voice, where.people)
        asked = [clip for clip in questions if clip.voice == voice]
        rows += await round_of(ours(url), asked, where)
    return rows


async def of_pipecat(url: str, questions: list[Clip], where: Where) -> list[Row]:
    """One conversation; Pipecat's model reads its instructions with the first question."""
    return await round_of(Pipecat(url), questions, where, first=clips("demo")[0])


Start = Callable[[Where], AbstractContextManager[servers.Running]]
Round = Callable[[str, list[Clip], Where], Coroutine[Any, Any, list[Row]]]
SERVERS: dict[str, tuple[Start, Round]] = {
    "ours": (product, of_ours),
    "pipecat": (peer, of_pipecat),
}


def summary(rows: list[Row]) -> dict[str, Any]:
    """Percentiles of the gap and the medians of the stages."""
    stages: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for stage, ms in row["stages"].items():
            stages[stage].append(ms)
    gaps = [row["gap_s"] for row in rows if row["gap_s"] is not None]
    calm = [r for r in rows if r["others_cores"] < DISTURBED]
    return {
        **spread(gaps),
        "undisturbed": spread([r["gap_s"] for r in calm if r["gap_s"] is not None]),
        "asked": len(rows),
        "unanswered": sum(not r["early"] and r["gap_s"] is None for r in rows),
        "early_share": round(sum(r["early"] for r in rows) / len(rows), 3),
        "stages_ms": {k: round(sorted(v)[len(v) // 2]) for k, v in stages.items()},
    }


def measure(who: list[str], questions: list[Clip], *, cafe: bool = False) -> dict[str, Any]:
    """Ask all questions of each server."""
    with tempfile.TemporaryDirectory() as folder:
        where = Where()
        if cafe:
            known = {clip.voice for clip in clips("passages")}
            questions = [clip for clip in questions if clip.voice in known]
            where = Where(cafe_below(questions), Path(folder))
        return {**_measure(who, questions, where), "cafe": cafe}


def _measure(who: list[str], questions: list[Clip], where: Where) -> dict[str, Any]:
    rows: dict[str, list[Row]] = {name: [] for name in who}
    before = servers.machine()
    for at in range(0, len(questions), ROUND):
        for name in who:
            start, round_ = SERVERS[name]
            say(f"{name}, questions {at + 1}-{min(at + ROUND, len(questions))} of {len(questions)}")
            with start(where) as running:
                time.sleep(2)
                rows[name] += asyncio.run(round_(running.url, questions[at : at + ROUND], where))
    result: dict[str, Any] = {name: summary(r) for name, r in rows.items()}
    if len(who) == 2 and result["pipecat"]["p50_ms"] and result["ours"]["p50_ms"]:
        result["ratio_p50"] = round(result["ours"]["p50_ms"] / result["pipecat"]["p50_ms"], 2)
        result["ratio_p90"] = round(result["ours"]["p90_ms"] / result["pipecat"]["p90_ms"], 2)
    return {**result, "machine": before, "details": rows}


def show(result: dict[str, Any]) -> str:
    """The table."""
    head = [
        "gap",
        "asked",
        "p50 ms",
        "p90 ms",
        "undisturbed",
        "early",
        "unanswered",
        "stages (median ms)",
    ]
    rows = [
        (
            name,
            r["asked"],
            r["p50_ms"],
            r["p90_ms"],
            r["undisturbed"]["n"],
            f"{r['early_share']:.0%}",
            r["unanswered"],
            "  ".join(f"{k} {v}" for k, v in r["stages_ms"].items()),
        )
        for name in SERVERS
        if (r := result.get(name))
    ]
    return table(head, rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--only", choices=list(SERVERS), help="measure one server")
    options.add_argument("--questions", type=int, default=24, help="how many (default 24)")
    options.add_argument("--cafe", action="store_true", help="among the talkers of the demo")
    args = options.parse_args()
    who = [args.only] if args.only else list(SERVERS)
    questions = clips("questions")[: args.questions]
    run("gap", lambda: measure(who, questions, cafe=args.cafe), show, args.json)


if __name__ == "__main__":
    main()
