"""The gap between a question's last sample and the first audible sample of the answer.

Ours and Pipecat's stock pipeline, the same questions, in alternating rounds; never both at once.
"""

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager
from typing import Any

from bench import servers
from bench.client import Pipecat, ours, talk
from bench.command import parser, run, say
from bench.material import Clip, clips
from bench.others import DISTURBED, Others
from bench.parts import parts
from bench.peers.pipecat import pipecat
from bench.stats import spread, table
from vivavoce.client import Talk, Wire

Row = dict[str, Any]
ROUND = 8
"""Questions asked before the other server has its turn."""


@contextlib.contextmanager
def peer() -> Iterator[servers.Running]:
    with pipecat(parts()) as running:
        yield running


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


async def round_of(wire: Wire, questions: list[Clip], *, first: Clip | None = None) -> list[Row]:
    """One conversation. first: asked, and not measured."""
    async with talk(wire) as conversation:
        await conversation.pause(SETTLE_S)
        if first:
            await ask(conversation, first)
        rows = []
        for clip in questions:
            rows.append(await ask(conversation, clip))
            say(f"  {rows[-1]['gap_s']!s:>8} s  {clip.text}  ->  {' / '.join(rows[-1]['answer'])}")
        rows[-1]["client_late_s"] = round(conversation.mic.late_s, 3)
        return rows


async def of_ours(url: str, questions: list[Clip]) -> list[Row]:
    """A conversation for each voice: whoever opens one owns it, and is answered alone."""
    rows: list[Row] = []
    for voice in dict.fromkeys(clip.voice for clip in questions):
        rows += await round_of(ours(url), [clip for clip in questions if clip.voice == voice])
    return rows


async def of_pipecat(url: str, questions: list[Clip]) -> list[Row]:
    """One conversation; Pipecat's model reads its instructions with the first question."""
    return await round_of(Pipecat(url), questions, first=clips("demo")[0])


Start = Callable[[], AbstractContextManager[servers.Running]]
Round = Callable[[str, list[Clip]], Coroutine[Any, Any, list[Row]]]
SERVERS: dict[str, tuple[Start, Round]] = {
    "ours": (servers.ours, of_ours),
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


def measure(who: list[str], questions: list[Clip]) -> dict[str, Any]:
    """Ask all questions of each server."""
    rows: dict[str, list[Row]] = {name: [] for name in who}
    before = servers.machine()
    for at in range(0, len(questions), ROUND):
        for name in who:
            start, round_ = SERVERS[name]
            say(f"{name}, questions {at + 1}-{min(at + ROUND, len(questions))} of {len(questions)}")
            with start() as running:
                time.sleep(2)
                rows[name] += asyncio.run(round_(running.url, questions[at : at + ROUND]))
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
    args = options.parse_args()
    who = [args.only] if args.only else list(SERVERS)
    run("gap", lambda: measure(who, clips("questions")[: args.questions]), show, args.json)


if __name__ == "__main__":
    main()
