"""Interruptions and backchannels over a long answer.

How soon we are silent after the first sample of an interruption; whether the history then says
what was audible; how often we go on through an "uh-huh".
"""

import asyncio
import re
import time
from typing import Any

import numpy as np
import soxr

from bench import servers
from bench.client import ours, talk
from bench.command import parser, run, say
from bench.material import Clip, clips
from bench.others import DISTURBED, Others
from bench.stats import spread, table
from bench.whisper import Whisper
from vivavoce.client import AUDIBLE, Talk
from vivavoce.core import OUT_RATE, Pcm

Row = dict[str, Any]
AFTER_S = (2.0, 2.6, 3.2, 3.8)
"""How long our answer has sounded when the user cuts in."""
GOES_ON_S = 1.5
"""After a backchannel our answer must sound again within this."""


async def over(talk: Talk, question: Clip, phrase: Clip, after_s: float) -> Row:
    """Ask for a long answer, and say phrase over it."""
    asked = time.monotonic()
    began = await talk.say(question.pcm(talk.wire.rate))
    end = began + question.speech_end_s
    row: Row = {"question": question.path.name, "phrase": phrase.path.name, "said": phrase.text}
    if not await talk.until(lambda: talk.speaker.first_audible(end) is not None, 20):
        return row | {"skipped": "no answer"}
    first = talk.speaker.first_audible(end)
    assert first is not None
    item = next(s.item for s in talk.speaker.stretches if s.end > first)
    await talk.until(lambda: time.monotonic() > first + after_s, 20)
    if talk.speaker.ends < time.monotonic() + 0.3 and not _still(talk, item):
        await talk.quiet(first)
        return row | {"skipped": "the answer was over before"}
    cut = await talk.say(phrase.pcm(talk.wire.rate)) + phrase.speech_start_s
    await talk.quiet(cut, timeout_s=90 if phrase.kind == "backchannel" else 30)
    row |= {"asked": round(cut - asked, 2), "item": item, "moves": _moves(talk, cut)}
    row["duck_s"] = _ducked(talk, cut)
    row["stop_s"] = _stopped(talk, item, cut)
    row["went_on"] = _went_on(talk, item, cut, phrase)
    row["whole"], row["history"] = await _texts(talk, item, asked)
    spoken = talk.since(asked, "vivavoce.word")
    row["words_s"] = [w["text"] for w in spoken if w.get("item_id") == item]
    return row


def _still(talk: Talk, item: str) -> bool:
    done = talk.since(0, "output_audio_buffer.stopped", "response.output_audio.done")
    return not any(e.get("item_id") == item for e in done)


def _stopped(talk: Talk, item: str, cut: float) -> float | None:
    """None where we happened to be between two words: nothing had to stop."""
    last = talk.speaker.last_audible(item)
    return None if last is None or last <= cut else round(last - cut, 4)


def _ducked(talk: Talk, cut: float) -> float | None:
    """When the server first told that it holds back, or yields at once."""
    for t, event in talk.events:
        if t >= cut and event["type"] == "vivavoce.move" and event["move"] in ("duck", "yield"):
            return round(t - cut, 4)
    return None


def _went_on(talk: Talk, item: str, cut: float, phrase: Clip) -> bool:
    """The same answer sounds after the phrase is over."""
    said = cut + phrase.speech_end_s - phrase.speech_start_s
    last = talk.speaker.last_audible(item)
    return last is not None and last > said + GOES_ON_S


def _moves(talk: Talk, cut: float) -> list[str]:
    """What the floor did within a second and a half, in order."""
    moved = [(t - cut, e) for t, e in talk.events if e["type"] == "vivavoce.move"]
    return [f"{t:.2f} s {e['move']}: {e['why']}" for t, e in moved if 0 <= t <= 1.5]


async def _texts(talk: Talk, item: str, since: float) -> tuple[str, str]:
    """What was written and what the history keeps of it."""
    deltas = talk.since(since, "response.output_audio_transcript.delta")
    whole = "".join(e["delta"] for e in deltas if e["item_id"] == item)
    retrieve = {"type": "conversation.item.retrieve", "item_id": item}
    kept = await talk.ask(retrieve, "conversation.item.retrieved")
    content = (kept or {}).get("item", {}).get("content", [])
    return whole, " ".join(c.get("transcript") or c.get("text") or "" for c in content).strip()


def plain(text: str) -> list[str]:
    """Words to compare."""
    return re.findall(r"[a-z0-9']+", text.lower())


def heard_words(whole: str, heard: str) -> int:
    """How many words of whole are in heard: the prefix of whole that is nearest to it."""
    full, got = plain(whole), plain(heard)
    row = list(range(len(got) + 1))
    best, best_n = row[-1], 0
    for n, word in enumerate(full, 1):
        new = [n]
        for j, other in enumerate(got, 1):
            new.append(min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (word != other)))
        row = new
        if row[-1] < best:
            best, best_n = row[-1], n
    return best_n


def audible(talk: Talk, item: str) -> Pcm:
    """What sounded of an item, (n,) at 16 kHz, up to its last audible sample."""
    pcm = talk.speaker.sounded(item)
    loud = np.flatnonzero(np.abs(pcm) > AUDIBLE)
    pcm = pcm[: loud[-1] + 1] if loud.size else pcm[:0]
    return np.asarray(soxr.resample(pcm, OUT_RATE, 16_000), np.float32)


async def conversations(url: str, pairs: list[tuple[Clip, Clip, float]]) -> list[Row]:
    """Each pair in a conversation of its own, so that histories stay short."""
    rows = []
    for question, phrase, after_s in pairs:
        async with talk(ours(url)) as conversation:
            others = Others()
            row = await over(conversation, question, phrase, after_s)
            row["others_cores"] = others.cores()
            if "item" in row:
                row["sound"] = audible(conversation, row["item"])
        rows.append(row)
        say(f"  {row.get('stop_s', row.get('skipped'))!s:>8}  {phrase.text}")
    return rows


def _same_voice(questions: list[Clip], phrase: Clip, i: int) -> Clip:
    """Who asks cuts in: another voice would not be obeyed."""
    mine = [clip for clip in questions if clip.voice == phrase.voice]
    return (mine or questions)[i % len(mine or questions)]


def measure(limit: int | None = None) -> Row:
    """All interruptions, then all backchannels."""
    questions = clips("phrases", "long")
    cuts, nods = clips("phrases", "interruption"), clips("phrases", "backchannel")
    plan = [
        (_same_voice(questions, phrase, i), phrase, AFTER_S[i % len(AFTER_S)])
        for i, phrase in enumerate([*cuts, *nods][:limit])
    ]
    before = servers.machine()
    say(f"{len(plan)} times somebody speaks over a long answer; silent after, s:")
    with servers.ours() as running:
        rows = asyncio.run(conversations(running.url, plan))
    whisper = Whisper()
    for row in rows:
        if "sound" in row:
            row["audible"] = whisper(row.pop("sound"))
            said = heard_words(row["whole"], row["history"])
            row["words_off"] = said - heard_words(row["whole"], row["audible"])
    stops = [r for r in rows if "item" in r and "interruption" in r["phrase"]]
    nodded = [r for r in rows if "item" in r and "backchannel" in r["phrase"]]
    cut = [
        r for r in stops if len(plain(r["history"])) < len(plain(r["whole"])) or not r["went_on"]
    ]
    return {
        "interruptions": len(stops),
        "interruption": spread([r["stop_s"] for r in stops if r["stop_s"] is not None]),
        "duck": spread([r["duck_s"] for r in stops if r["duck_s"] is not None]),
        "yielded_share": round(sum(not r["went_on"] for r in stops) / max(1, len(stops)), 3),
        "history_within_one_word": round(
            sum(abs(r["words_off"]) <= 1 for r in cut) / max(1, len(cut)), 3
        ),
        "backchannels": len(nodded),
        "went_on_share": round(sum(r["went_on"] for r in nodded) / max(1, len(nodded)), 3),
        "skipped": sum("skipped" in r for r in rows),
        "disturbed": sum(r["others_cores"] >= DISTURBED for r in rows),
        "machine": before,
        "details": rows,
    }


def show(result: Row) -> str:
    """The table."""
    stop, duck = result["interruption"], result["duck"]
    rows = [
        ("interruptions", result["interruptions"]),
        ("of them, something of ours had to stop", stop["n"]),
        ("silent after, p50 ms", stop["p50_ms"]),
        ("silent after, p95 ms", stop["p95_ms"]),
        ("held back after, p50 ms", duck["p50_ms"]),
        ("held back after, p95 ms", duck["p95_ms"]),
        ("yielded", f"{result['yielded_share']:.0%}"),
        ("history within one word", f"{result['history_within_one_word']:.0%}"),
        ("backchannels", result["backchannels"]),
        ("went on through them", f"{result['went_on_share']:.0%}"),
        ("skipped", result["skipped"]),
        ("disturbed by other processes", result["disturbed"]),
    ]
    return table(["barge-in", "value"], rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--limit", type=int, help="only the first so many")
    args = options.parse_args()
    run("bargein", lambda: measure(args.limit), show, args.json)


if __name__ == "__main__":
    main()
