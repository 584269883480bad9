"""Real recognition."""

import jiwer
import numpy as np
import pytest
from whisper_normalizer.english import EnglishTextNormalizer

from tests.clips import clip, clips
from tests.weights_here import whisper
from vivavoce.core import IN_RATE, BadAudio

pytestmark = pytest.mark.real
normal = EnglishTextNormalizer()


def test_questions_are_understood() -> None:
    said = clips("questions")
    heard = [whisper().transcribe(c.pcm).text for c in said]
    wer = jiwer.wer([normal(c.text) for c in said], [normal(h) for h in heard])
    print(f"word error rate {wer:.3f}")
    assert wer < 0.06


def test_words_come_with_their_times() -> None:
    said = clip("questions", "q01")
    words = whisper().transcribe(said.pcm).words
    starts = [w.start for w in words]
    assert starts == sorted(starts)
    assert all(w.start <= w.end for w in words)
    assert abs(words[-1].end - said.end_s) < 0.3


@pytest.mark.parametrize("what", ["silence", "hiss", "cough", "door"])
def test_what_is_not_speech_has_no_words(what: str) -> None:
    rng = np.random.default_rng(0)
    pcm = {
        "silence": np.zeros(IN_RATE, np.float32),
        "hiss": (0.01 * rng.standard_normal(IN_RATE)).astype(np.float32),
    }.get(what)
    if pcm is None:
        pcm = clip("phrases", what).pcm
    assert whisper().transcribe(pcm).words == ()


def test_nothing_gives_nothing_and_too_much_is_refused() -> None:
    assert whisper().transcribe(np.zeros(0, np.float32)).words == ()
    with pytest.raises(BadAudio, match="29 s"):
        whisper().transcribe(np.zeros(31 * IN_RATE, np.float32))
