"""Word error rate of the streaming path against the same model on the whole file.

The questions and the passages have reference texts. Where VIVAVOCE_DATA names a folder with
speech/librispeech, its first 25 readers are streamed too; they have no reference here, so the
streamed text is compared with the whole file's.
"""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from bench import servers
from bench.client import ours, talk
from bench.command import parser, run, say
from bench.material import clips
from bench.stats import table
from bench.whisper import Whisper
from vivavoce.audio.files import read
from vivavoce.client import Talk
from vivavoce.core import Pcm

Row = dict[str, Any]
COMPLETED = "conversation.item.input_audio_transcription.completed"
READERS = 25
END_PAUSE_S = 2.5
"""Silence after which a file's last turn must have been transcribed."""


async def dictate(talk: Talk, pcm: Pcm, speech_end_s: float) -> tuple[str, float | None]:
    """Say a file; the text of all its turns, and how long after the speech the last one came."""
    start = time.monotonic()
    began = await talk.say(pcm)
    end = began + speech_end_s
    await talk.until(lambda: bool(talk.since(end - 1.0, COMPLETED)), 15)
    await talk.pause(END_PAUSE_S)
    last = [t for t, e in talk.events if e["type"] == COMPLETED and t >= end - 1.0]
    text = " ".join(e["transcript"].strip() for e in talk.since(start, COMPLETED))
    return text, round(last[-1] - end, 3) if last else None


async def stream(url: str, said: list[tuple[str, str, Path, float | None]]) -> list[Row]:
    """One conversation a file; the server only listens."""
    rows = []
    for group, text, path, end in said:
        wire = ours(url)
        pcm = read(path, wire.rate)
        async with talk(wire) as conversation:
            await conversation.send(LISTEN)
            streamed, late = await dictate(conversation, pcm, end or pcm.size / wire.rate)
        row: Row = {"group": group, "file": path.name, "text": text}
        rows.append(row | {"streamed": streamed, "final_after_s": late})
        say(f"  {path.name}: {streamed}")
    return rows


_SILENT = {"turn_detection": {"type": "semantic_vad", "create_response": False}}
LISTEN = {"type": "session.update", "session": {"type": "realtime", "audio": {"input": _SILENT}}}


def material() -> list[tuple[str, str, Path, float | None]]:
    """(group, reference or "", file, end of the speech or None)."""
    said: list[tuple[str, str, Path, float | None]] = [
        (folder, c.text, c.path, c.speech_end_s)
        for folder in ("questions", "passages")
        for c in clips(folder)
    ]
    if data := os.environ.get("VIVAVOCE_DATA"):
        readers = sorted((Path(data) / "speech" / "librispeech").glob("*.flac"))[:READERS]
        said += [("librispeech", "", path, None) for path in readers]
    return said


def rate(reference: list[str], hypothesis: list[str]) -> float:
    """Corpus word error rate in percent, after Whisper's own normalisation."""
    clean = EnglishTextNormalizer()
    pairs = [(clean(r), clean(h)) for r, h in zip(reference, hypothesis, strict=True)]
    kept = [(r, h) for r, h in pairs if r]
    return round(100 * float(jiwer.wer([r for r, _ in kept], [h for _, h in kept])), 2)


def compared(rows: list[Row]) -> Row:
    """Streamed against whole, and both against the reference where each file has one.

    lost_points: how much worse the streaming path is, in percent points.
    """
    texts, streamed, whole = ([r[k] for r in rows] for k in ("text", "streamed", "whole"))
    found: Row = {"files": len(rows), "streamed_vs_whole": rate(whole, streamed)}
    if all(texts):
        found |= {"streamed": rate(texts, streamed), "whole": rate(texts, whole)}
        found["lost_points"] = round(found["streamed"] - found["whole"], 2)
    return found


def measure(limit: int | None = None) -> Row:
    """Stream everything, then transcribe everything whole."""
    before = servers.machine()
    said = material()[:limit]
    with servers.ours() as running:
        rows = asyncio.run(stream(running.url, said))
    say("the same files whole")
    whisper = Whisper()
    for row, (_, _, path, _) in zip(rows, said, strict=True):
        row["whole"] = whisper(read(path, 16_000))
    result: Row = {"all": compared([r for r in rows if r["text"]])}
    for group in dict.fromkeys(r["group"] for r in rows):
        result[group] = compared([r for r in rows if r["group"] == group])
    late = sorted(r["final_after_s"] for r in rows if r["final_after_s"] is not None)
    result["final_after_speech_p50_ms"] = round(1000 * late[len(late) // 2]) if late else None
    return {**result, "machine": before, "details": rows}


def show(result: Row) -> str:
    """The table."""
    head = ["WER %", "files", "streamed", "whole file", "points lost", "streamed against whole"]
    keys = ("files", "streamed", "whole", "lost_points", "streamed_vs_whole")
    groups = [(k, v) for k, v in result.items() if isinstance(v, dict) and "files" in v]
    return table(head, [(name, *(v.get(k, "-") for k in keys)) for name, v in groups])


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--limit", type=int, help="only the first so many files")
    args = options.parse_args()
    run("wer", lambda: measure(args.limit), show, args.json)


if __name__ == "__main__":
    main()
