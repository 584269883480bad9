"""Make the demo's recording anew: `python -m bench.speech.cafe`.

An owner among talkers. Near tables talk in Kokoro's voices without a pause; behind them readers of
LibriSpeech (its training split only) and dishes. Needs VIVAVOCE_DATA for the readers.
"""

import argparse
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from bench.speech.clips import LOUDNESS, MARGIN, RATE, level, render, spoken
from bench.speech.kokoro import Kokoro
from bench.speech.make import CACHE
from vivavoce.core import Pcm
from vivavoce.scenes import Corpus, Split, in_room
from vivavoce.scenes.noises import kitchen
from vivavoce.scenes.rooms import Room, made_room

OUT = Path(__file__).parents[2] / "src" / "vivavoce" / "demo" / "clips"
SECONDS = 48.0
"""After which the bed begins again; its ends overlap."""
FADE_S = 1.0
NEAR_DB, BEHIND_DB, DISHES_DB = -8.0, -17.0, -26.0
"""Against the owner's level."""
BEHIND = 6
"""Readers who talk at once."""
SEED = 5

OWNER = "af_heart"
ENROLMENT = (
    "This is my voice. I usually talk to you in the kitchen, or when I am out and about. "
    "My favourite season is autumn, when the mornings are cold and the forest turns red."
)
SAYS = (
    ("question", "Could you tell me, um, [1.0] why the sky is blue?", "start", 2.5),
    ("interruption", "Hold on, just give me the short version.", "assistant_speaking", 2.5),
    ("second", "And what is the capital of Australia?", "assistant_done", 0.9),
    ("goodbye", "Thank you, that's all.", "assistant_done", 0.9),
)
"""Name, words, and when: after what, and how much later."""

TABLES = (
    (
        ("am_liam", "So I told him, if you want the flat, then you have to call them today."),
        ("af_jessica", "Really? And what did he say? He never calls anybody, you know him."),
        ("am_liam", "Nothing! He just looked at me. Stop laughing, it isn't funny."),
        ("af_jessica", "Okay, okay. One more question: who is paying for all of this?"),
        ("am_liam", "What do you think? Me, as always. Could we have the bill, please?"),
        ("af_jessica", "Wait, is that Anna over there? I thought that she had moved to Spain."),
        ("am_liam", "No, that's her sister. Hold on, don't wave at her, she can't stand me."),
        ("af_jessica", "You are impossible. Come on, let's finish our coffee and go home."),
    ),
    (
        ("bm_lewis", "The meeting was a disaster. Nobody had read the report, not even the boss."),
        ("bf_lily", "I slept so badly last night. The neighbours had a party until four."),
        ("bm_lewis", "Hey, what time does your bus leave? I can take you to the station."),
        ("bf_lily", "My daughter wants a dog for her birthday, but we live on the fifth floor."),
        ("bm_lewis", "No, I meant next Friday, not this one. This Friday I'm in London."),
        ("bf_lily", "Can you pass me the sugar? Thank you. And that's enough milk, really."),
        ("bm_lewis", "Why is the music so loud in here today? I can hardly hear you."),
        ("bf_lily", "Actually, tell me about your holiday instead. How was the hotel?"),
    ),
)
"""What near tables say: much of it would be for us if the owner said it."""
BEGIN_S = (0.4, 3.0)
PAUSE_S = 0.35


def table(
    kokoro: Kokoro, said: tuple[tuple[str, str], ...], begin_s: float
) -> tuple[Pcm, list[list[float]]]:
    """One table's talk (n,) over the bed's length, as often as it fits, and when they speak."""
    track = np.zeros(int((SECONDS + FADE_S) * RATE), np.float32)
    spans: list[list[float]] = []
    clips = [render(kokoro, voice, text) for voice, text in said]
    at, n = begin_s, 0
    while True:
        clip = clips[n % len(clips)]
        start = at - clip.speech_start_s
        first = max(0, int(start * RATE))
        if first + len(clip.pcm) > len(track):
            return track, spans
        track[first : first + len(clip.pcm)] += clip.pcm
        spans.append([round(at, 2), round(start + clip.speech_end_s, 2)])
        at, n = start + clip.speech_end_s + PAUSE_S, n + 1


def readers(data: Path, room: Room, rng: np.random.Generator) -> Pcm:
    """(n,) several people at once, far away."""
    people = Corpus(data, Split.TRAIN).speakers
    track = np.zeros(int((SECONDS + FADE_S) * RATE), np.float32)
    for n in rng.choice(len(people), BEHIND, replace=False):
        pcm = np.resize(people[n].pcm, len(track))
        track += in_room(np.roll(pcm, int(rng.integers(len(pcm)))), room.far[0])
    return level(track)


def bed(kokoro: Kokoro, data: Path) -> tuple[Pcm, list[list[float]]]:
    """(n,) at 16 kHz that can be played over and over, and when somebody near speaks."""
    rng = np.random.default_rng(SEED)
    room = made_room("demo", rng)
    mixed = readers(data, room, rng) * _gain(BEHIND_DB)
    dishes = np.resize(kitchen(rng), len(mixed))
    mixed += dishes * _gain(DISHES_DB) * (LOUDNESS / float(dishes.std()))
    spans: list[list[float]] = []
    for n, (said, begin_s) in enumerate(zip(TABLES, BEGIN_S, strict=True)):
        track, spoke = table(kokoro, said, begin_s)
        mixed += level(in_room(track, room.responses[1 + n])) * _gain(NEAR_DB)
        spans += spoke
    return looped(mixed), sorted(spans)


def looped(pcm: Pcm) -> Pcm:
    """What stands beyond SECONDS fades into the beginning."""
    n, fade = int(SECONDS * RATE), int(FADE_S * RATE)
    rise = np.sqrt(np.linspace(0, 1, fade, dtype=np.float32))
    pcm[:fade] = pcm[:fade] * rise + pcm[n : n + fade] * rise[::-1]
    return pcm[:n]


def _gain(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))


def owner(kokoro: Kokoro, folder: Path) -> Iterator[dict[str, object]]:
    """The owner's clips, and when each is said."""
    for name, text, after, delay_s in SAYS:
        clip = render(kokoro, OWNER, text)
        end = round(clip.speech_end_s * RATE) + MARGIN
        _write(folder / f"{name}.flac", clip.pcm[:end])
        yield {
            "file": f"{name}.flac",
            "text": spoken(text),
            "speech_start_s": clip.speech_start_s,
            "speech_end_s": clip.speech_end_s,
            "after": after,
            "delay_s": delay_s,
        }


def _write(path: Path, pcm: Pcm) -> None:
    dither = np.random.default_rng(0).triangular(-1, 0, 1, len(pcm)) / 32768
    soundfile.write(path, pcm + dither, RATE, subtype="PCM_16")


def main() -> None:
    """Write the clips, the bed and demo.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the voices are kept")
    args = parser.parse_args()
    kokoro = Kokoro(args.cache)
    sound, spans = bed(kokoro, Path(os.environ["VIVAVOCE_DATA"]))
    soundfile.write(args.out / "cafe.ogg", sound, RATE, format="OGG", subtype="OPUS")
    _write(args.out / "enrolment.flac", render(kokoro, OWNER, ENROLMENT).pcm)
    told = {
        "enrolment": "enrolment.flac",
        "bed": "cafe.ogg",
        "bystanders": spans,
        "owner": list(owner(kokoro, args.out)),
    }
    (args.out / "demo.json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
