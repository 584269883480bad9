"""Make tests/data/ anew: `python -m bench.speech.make --whisper DIR`.

Needs numpy, onnxruntime, soundfile, soxr and piper-tts (for espeak-ng), and npm for the voices;
faster-whisper to check that each clip can be understood.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import soundfile

from bench.speech import crowd, material, noises
from bench.speech.clips import MARGIN, RATE, Clip, level, measured, render, spoken
from bench.speech.kokoro import Kokoro

OUT = Path(__file__).parents[2] / "tests" / "data"
CACHE = Path.home() / ".cache" / "vivavoce-bench" / "kokoro"


def main() -> None:
    """Write every clip, its list and what Whisper understands."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the voices are kept")
    parser.add_argument("--whisper", help="a faster-whisper model, to check the clips with")
    parser.add_argument("--dog", type=Path, help="dog_bark.wav of sierra-research/tau2-bench")
    args = parser.parse_args()
    kokoro = Kokoro(args.cache)

    questions = [(f"q{n:02}", v, t, "question") for n, (v, t) in enumerate(material.QUESTIONS, 1)]
    write(kokoro, args.out / "questions", questions)
    groups = [
        ("long", material.LONG_ANSWERS),
        ("interruption", material.INTERRUPTIONS),
        ("backchannel", material.BACKCHANNELS),
        ("thinking", material.THINKING),
        ("two", material.TWO_AT_ONCE),
        ("think", material.THINK_ABOUT_IT),
        ("house", material.HOUSE),
    ]
    phrases = [
        (f"{kind}{n}", v, t, kind) for kind, said in groups for n, (v, t) in enumerate(said, 1)
    ]
    sounds = [("cough", measured(noises.cough())), ("door", measured(noises.door()))]
    if args.dog:
        pcm, rate = soundfile.read(args.dog, dtype="float32")
        assert rate == RATE, "the dog barks at 16 kHz"
        sounds.append(("dog", measured(level(pcm))))
    write(kokoro, args.out / "phrases", phrases, sounds)
    passages = [(f"p{n}", v, t, "passage") for n, (v, t) in enumerate(material.PASSAGES, 1)]
    write(kokoro, args.out / "passages", passages)
    said = [
        (f"{kind}{n}", v, t, kind)
        for kind, group in crowd.GROUPS.items()
        for n, (v, t) in enumerate(group, 1)
    ]
    write(kokoro, args.out / "crowd", said)
    demo = [(name, voice, text, "demo") for name, voice, text in material.DEMO]
    write(kokoro, args.out / "demo", demo, when=material.DEMO_WHEN)
    if args.whisper:
        check(args.out, args.whisper)


def write(
    kokoro: Kokoro,
    folder: Path,
    said: Iterable[tuple[str, str, str, str]],
    sounds: Iterable[tuple[str, Clip]] = (),
    when: Mapping[str, dict[str, object]] | None = None,
) -> None:
    """One FLAC a clip, and FOLDER.json with the text, the exact ends of the speech, and when."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for name, voice, text, kind in said:
        clip = render(kokoro, voice, text)
        rows.append(_save(folder, name, clip, voice=voice, text=spoken(text), kind=kind))
    rows += [_save(folder, name, clip, voice="", text="", kind="noise") for name, clip in sounds]
    rows = [row | (when or {}).get(str(row["file"]).removesuffix(".flac"), {}) for row in rows]
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / f"{folder.name}.json").write_text(f"[\n{lines}\n]\n")


def _save(folder: Path, name: str, clip: Clip, **facts: str) -> dict[str, object]:
    end = round(clip.speech_end_s * RATE) + MARGIN
    dither = np.random.default_rng(0).triangular(-1, 0, 1, clip.pcm.size) / 32768
    soundfile.write(folder / f"{name}.flac", (clip.pcm + dither)[:end], RATE, subtype="PCM_16")
    times = {"speech_start_s": clip.speech_start_s, "speech_end_s": clip.speech_end_s}
    return {"file": f"{name}.flac", **facts, **times}


def check(out: Path, whisper: str) -> None:
    """Print what is misheard; a clip with many errors should be said otherwise."""
    import jiwer
    from faster_whisper import WhisperModel
    from whisper_normalizer.english import EnglishTextNormalizer

    plain = EnglishTextNormalizer()
    model = WhisperModel(whisper, device="cpu", compute_type="int8", cpu_threads=2)
    for listing in sorted(out.glob("*/*.json")):
        for row in json.loads(listing.read_text()):
            if not row.get("text"):
                continue
            segments, _ = model.transcribe(
                str(listing.parent / row["file"]), language="en", beam_size=1, temperature=0
            )
            heard = " ".join(s.text.strip() for s in segments)
            errors = jiwer.wer(plain(row["text"]) or "-", plain(heard) or "-")
            if errors:
                print(f"{errors:5.0%} {row['file']}: {row['text']!r} heard as {heard!r}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
