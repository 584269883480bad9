"""What the voice says is what was written, when it says that it says it, and the same each time."""

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from vivavoce.core import OUT_RATE, Refused, WeightsMissing
from vivavoce.voice.align import share
from vivavoce.voice.piper import Piper

SENTENCES = (
    "The capital of Australia is Canberra, and it was founded in 1913.",
    "I would suggest taking an umbrella, because rain is likely in the afternoon.",
    "Boil the pasta for 11 minutes, then drain it and add the sauce.",
    "On March 5, 2024 the ticket costs $3.50 and the train leaves at 9:05.",
    "It is about 25 km from here to the middle of the city.",
    "Sure, I can help you with that. What would you like to know?",
)


def _path(name: str) -> Path:
    from vivavoce.weights import path

    try:
        return path(name)
    except WeightsMissing as e:
        pytest.skip(str(e))


@pytest.fixture(scope="module")
def model() -> Path:
    found = _path("piper-en_US-joe-medium")
    return found if found.is_file() else next(found.glob("*.onnx"))


@pytest.fixture(scope="module")
def voice(model: Path) -> Piper:
    return Piper(model)


def _heard(pcm):  # (n,) at 24 kHz → whisper's words with their times
    import soxr
    from faster_whisper import WhisperModel

    if not hasattr(_heard, "model"):
        _heard.model = WhisperModel(
            str(_path("whisper-base")), device="cpu", compute_type="int8", cpu_threads=2
        )
    segments, _ = _heard.model.transcribe(
        soxr.resample(pcm, OUT_RATE, 16_000), language="en", beam_size=1, word_timestamps=True
    )
    return [w for s in segments for w in s.words]


# ── the words' places, without a model ──────────────────────────────────────────────────────────


def test_merged_words_share_their_group_by_length() -> None:
    alone = {"one": "wˈʌn", "of": "ʌv", "the": "ðə", "best": "bˈɛst"}
    got = share(["wˈʌn", "ʌvðə", "bˈɛst"], ["one", "of", "the", "best"], alone.__getitem__)
    assert got == [(0.0, 1.0), (1.0, 1.5), (1.5, 2.0), (2.0, 3.0)]


def test_a_word_read_as_two_groups_has_both() -> None:
    alone = {"a": "ɐ", "PhD": "pˈiːʲˈeɪtʃ dˈiː", "now": "nˈaʊ"}
    got = share(["ɐ", "pˈiːʲˈeɪtʃ", "dˈiː", "nˈaʊ"], ["a", "PhD", "now"], alone.__getitem__)
    assert got == [(0.0, 1.0), (1.0, 3.0), (3.0, 4.0)]


# ── what can be wrong with the files ────────────────────────────────────────────────────────────


def test_a_missing_voice_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="vivavoce weights pull"):
        Piper(tmp_path / "none.onnx")


@pytest.mark.real
def test_a_torn_model_is_named_as_damaged(model: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.onnx"
    torn.write_bytes(model.read_bytes()[:1_000_000])
    shutil.copy(f"{model}.json", f"{torn}.json")
    with pytest.raises(WeightsMissing, match="damaged"):
        Piper(torn)


@pytest.mark.real
def test_a_garbled_description_is_named_as_damaged(model: Path, tmp_path: Path) -> None:
    (tmp_path / "v.onnx").symlink_to(model)
    (tmp_path / "v.onnx.json").write_text('{"audio": 3')
    with pytest.raises(WeightsMissing, match="damaged"):
        Piper(tmp_path / "v.onnx")


def test_a_speed_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="speed"):
        Piper(tmp_path / "v.onnx", speed=5)


# ── the voice ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.real
def test_what_is_said_is_heard_and_when(voice: Piper) -> None:
    import jiwer
    from whisper_normalizer.english import EnglishTextNormalizer

    normal = EnglishTextNormalizer()
    wanted, got, near, checked = [], [], 0, 0
    for sentence in SENTENCES:
        speech = voice.say(sentence)
        heard = _heard(speech.pcm)
        wanted.append(normal(sentence))
        got.append(normal("".join(w.word for w in heard)))
        ours = [w for w in speech.words if w.text.strip(".,?").isalpha()]
        for word in ours:
            same = [h for h in heard if _bare(h.word) == _bare(word.text)]
            if same:  # by its end: Whisper lets a word begin where the one before it ended
                checked += 1
                nearest = min(same, key=lambda h: abs(h.end - word.end))
                near += abs(nearest.end - word.end) <= 0.15 and word.start > nearest.start - 0.15
    assert jiwer.wer(wanted, got) <= 0.08, list(zip(wanted, got, strict=True))
    assert checked >= 50
    assert near >= 0.9 * checked, (near, checked)


def _bare(word: str) -> str:
    return word.strip(" .,?").lower()


@pytest.mark.real
def test_a_word_begins_where_the_sound_does_after_a_pause(voice: Piper) -> None:
    found = 0
    for sentence in SENTENCES:
        speech = voice.say(sentence)
        loud = np.flatnonzero(np.abs(speech.pcm) > 0.01) / OUT_RATE
        starts = np.array([w.start for w in speech.words])
        for onset in loud[1:][np.diff(loud) > 0.2]:
            found += 1
            inside = any(w.start + 0.1 < onset < w.end for w in speech.words)  # "March 5, 2024"
            assert inside or np.abs(starts - onset).min() <= 0.08, (sentence, onset)
    assert found >= 3


@pytest.mark.real
@pytest.mark.parametrize("text", [*SENTENCES, "of the", "Yes.", "a `b()` c"])
def test_words_are_in_order_inside_the_sound(voice: Piper, text: str) -> None:
    speech = voice.say(text)
    assert " ".join(w.text for w in speech.words) == text
    times = [t for w in speech.words for t in (w.start, w.end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= len(speech.pcm) / OUT_RATE


@pytest.mark.real
def test_the_same_text_gives_the_same_samples_whatever_came_before(voice: Piper) -> None:
    first = voice.say(SENTENCES[0]).pcm
    for odd in ("Well.. ", "(e.g.", "...", "A", "Hm?!.."):
        voice.say(odd)
        assert np.array_equal(voice.say(SENTENCES[0]).pcm, first)


@pytest.mark.real
def test_the_same_text_gives_the_same_samples_in_another_process(voice: Piper, model: Path) -> None:
    code = (
        "import sys,hashlib;from pathlib import Path;from vivavoce.voice.piper import Piper;"
        "print(hashlib.sha256(Piper(Path(sys.argv[1])).say(sys.argv[2]).pcm.tobytes()).hexdigest())"
    )
    import hashlib

    out = subprocess.run(
        [sys.executable, "-c", code, str(model), SENTENCES[1]],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    assert out.stdout.strip() == hashlib.sha256(voice.say(SENTENCES[1]).pcm.tobytes()).hexdigest()


@pytest.mark.real
def test_threads_do_not_disturb_each_other(voice: Piper) -> None:
    alone = [voice.say(s).pcm for s in SENTENCES[:4]]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda s: voice.say(s).pcm, SENTENCES[:4]))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.real
@pytest.mark.parametrize(
    ("text", "pause"),
    [("It is Canberra.", 0.25), ("It is Canberra,", 0.12), ("It is Canberra", 0.02)],
)
def test_the_pause_behind_follows_the_mark(voice: Piper, text: str, pause: float) -> None:
    pcm = voice.say(text).pcm
    loud = np.flatnonzero(np.abs(pcm) > 0.006)
    assert loud[0] <= 0.010 * OUT_RATE
    assert (len(pcm) - loud[-1]) / OUT_RATE == pytest.approx(pause, abs=0.002)


@pytest.mark.real
def test_a_clause_is_about_as_loud_as_any_other_and_none_clips(voice: Piper) -> None:
    def level(text: str) -> float:
        pcm = voice.say(text).pcm
        assert np.abs(pcm).max() < 1.0
        voiced = pcm[np.abs(pcm) > 0.02]
        return float(20 * np.log10(np.sqrt(np.mean(voiced**2))))

    levels = [level(t) for t in (*SENTENCES, "Yes.", "Sure,", "Well, I think that")]
    assert max(levels) - min(levels) < 6


@pytest.mark.real
def test_long_text_is_taken_in_pieces(voice: Piper) -> None:
    text = " ".join(["this goes on and on without any mark"] * 25)
    speech = voice.say(text)
    assert len(speech.words) == len(text.split())
    assert speech.words[-1].end == pytest.approx(len(speech.pcm) / OUT_RATE, abs=0.15)


@pytest.mark.real
@pytest.mark.parametrize(
    "text", ["", "  ", "😀", "https://x.org", "```\nx = 1\n```", "...", "日本"]
)
def test_text_with_nothing_to_read_is_silent(voice: Piper, text: str) -> None:
    speech = voice.say(text)
    assert speech.pcm.shape == (0,)
    assert all(w.start == w.end for w in speech.words)


@pytest.mark.real
def test_a_faster_voice_takes_less_time(model: Path, voice: Piper) -> None:
    quick = Piper(model, speed=1.5)
    ratio = len(voice.say(SENTENCES[0]).pcm) / len(quick.say(SENTENCES[0]).pcm)
    assert 1.3 < ratio < 1.7
