"""Fakes for our own seams: speech whose samples say which words they are.

A word is a stretch of one amplitude, by which the fake recogniser finds it in the samples alone,
as the real one does. So whole conversations run through the real session in milliseconds.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_RATE, OUT_RATE, Message, Pcm, Word
from vivavoce.ears import Sensed
from vivavoce.mind import Direct
from vivavoce.models import Card, Piece, Request, Text, Usage
from vivavoce.people import EnrolConfig, Hearing, Household, People
from vivavoce.people.enrol import SPEECH_STEP
from vivavoce.people.enrol import STEP as WINDOW_STEP
from vivavoce.people.person import SIZE
from vivavoce.session import Parts
from vivavoce.voice import Speech
from vivavoce.words import Transcript

WORD_S = 0.32
"""How long a word lasts."""
STEP = 0.002
"""Between the amplitudes of two words."""
LOUD = 0.05
"""Below this it is silence."""

_lexicon: list[str] = []


def speech(text: str) -> Pcm:
    """Words as samples (n,) at 16 kHz, with a short dip after each."""
    parts = []
    for word in text.split():
        if word not in _lexicon:
            _lexicon.append(word)
        level = 0.1 + STEP * _lexicon.index(word)
        parts.append(np.full(int((WORD_S - 0.02) * IN_RATE), level, np.float32))
        parts.append(np.full(int(0.02 * IN_RATE), LOUD + 0.01, np.float32))
    return np.concatenate(parts)


def silence(seconds: float) -> Pcm:
    """(n,) zeros at 16 kHz."""
    return np.zeros(round(seconds * IN_RATE), np.float32)


def cough(seconds: float = 0.4) -> Pcm:
    """Loud, and no words."""
    return np.full(round(seconds * IN_RATE), 0.9, np.float32)


def bystander(text: str) -> Pcm:
    """The same words by somebody else: upside down."""
    return -speech(text)


def faint(text: str) -> Pcm:
    """The same words by the owner, of whom the ears are not sure yet: a good quarter is upside
    down."""
    pcm = speech(text)
    return np.where(np.arange(len(pcm)) % 40 < 29, pcm, -pcm)


class FakeEars:
    """Speech is what is loud, the owner's as far as it is positive; our own voice never comes
    back."""

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        loudness = float(np.mean(np.abs(mic)))
        heard = 1.0 if loudness > LOUD / 2 else 0.0
        owner = heard and max(0.0, float(np.mean(mic)) / loudness)
        return Sensed(mic, 0.0, heard, owner, heard - owner)


def household(folder: Path) -> Household:
    """Nobody at home yet; a voice is the sign of its samples."""
    return Household(People(folder), hearing(), EnrolConfig(clipped=1.0))  # words are square waves


def hearing() -> Hearing:
    """What enrolment needs."""

    def windows(pcm: Pcm) -> NDArray[np.float32]:
        voices = np.zeros((max(1, len(pcm) // WINDOW_STEP - 1), SIZE), np.float32)
        voices[:, 0 if np.mean(pcm) > 0 else 1] = 1.0
        return voices

    return Hearing(
        windows,
        lambda pcm: np.ones(len(pcm) // SPEECH_STEP, np.float32),
        lambda pcm: windows(pcm)[0],
    )


class FakeRecogniser:
    """Reads the words off the amplitudes; a word needs half of its length to be known."""

    def transcribe(self, pcm: Pcm) -> Transcript:
        codes = np.rint((np.abs(pcm) - 0.1) / STEP).astype(int)
        words: list[Word] = []
        edges = [0, *(np.flatnonzero(np.diff(codes)) + 1).tolist(), len(codes)]
        for start, end in pairwise(edges):
            known = 0 <= codes[start] < len(_lexicon)
            if known and end - start > WORD_S / 2 * IN_RATE:
                words.append(Word(_lexicon[codes[start]], start / IN_RATE, end / IN_RATE))
        return Transcript(tuple(words))


def turn_end(pcm: Pcm) -> float:
    """A turn is over when its last word ends a sentence."""
    words = FakeRecogniser().transcribe(pcm).words
    return 0.97 if words and words[-1].text[-1] in ".?!" else 0.1


class FakeModel:
    """Answers by rule, and keeps what it was asked."""

    card = Card("fake", context_tokens=4096)

    async def count(self, request: Request) -> int:
        return sum(len(m.text.split()) for m in request.messages)

    def __init__(self, answer: Callable[[Sequence[Message]], str] | str) -> None:
        self.answer = (lambda _: answer) if isinstance(answer, str) else answer
        self.asked: list[Request] = []
        self.stopped = 0

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        if request.read_only:
            yield Usage()
            return
        self.asked.append(request)
        words = self.answer(request.messages)[len(request.begun) :].split(" ")
        finished = False
        try:
            for i, word in enumerate(words):
                yield Text(word if i == 0 else f" {word}")
            finished = True
            yield Usage(len(request.messages), 0, len(words))
        finally:
            self.stopped += not finished


class FakeVoice:
    """A tone of 0.3 s for each word."""

    def say(self, text: str) -> Speech:
        each, shown = 0.3, text.split()
        tone = np.full(int(len(shown) * each * OUT_RATE), 0.3, np.float32)
        return Speech(tone, tuple(Word(w, i * each, (i + 1) * each) for i, w in enumerate(shown)))


def parts(model: FakeModel | None, **changes: object) -> Parts:
    """A house of fakes."""
    given: dict[str, object] = {
        "ears": FakeEars,
        "recogniser": FakeRecogniser(),
        "turn_end": turn_end,
        "mind": Direct(model) if model else None,
        "voice": FakeVoice(),
    }
    return Parts(**(given | changes))  # type: ignore[arg-type]
