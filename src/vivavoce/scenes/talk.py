"""Who speaks when: phrases laid on a line of time, still clean."""

from collections.abc import Iterator, Sequence

import numpy as np

from vivavoce.core import IN_FRAME, IN_RATE, Pcm
from vivavoce.scenes.speakers import Speaker

_LONGEST = 4 * IN_RATE
_FADE = IN_RATE // 100


def always(one: Speaker, samples: int, rng: np.random.Generator) -> Pcm:
    """(samples,) without a longer pause, from a random place."""
    return np.asarray(np.resize(np.roll(one.pcm, -int(rng.integers(len(one.pcm)))), samples))


def spells(one: Speaker, samples: int, rng: np.random.Generator, gap_s: tuple[float, float]) -> Pcm:
    """(samples,) phrases with gaps of so many seconds between them."""
    line, phrases = np.zeros(samples, np.float32), cycle(one, rng)
    at = _seconds(rng, (0.0, gap_s[1]))
    while at < samples:
        at = put(line, next(phrases), at) + _seconds(rng, gap_s)
    return line


def relay(
    people: Sequence[Speaker], samples: int, rng: np.random.Generator, gap_s: tuple[float, float]
) -> list[Pcm]:
    """(samples,) each: one speaks after the other, nobody twice in a row unless alone or in vein.

    The first of them opens in half of all cases. Gaps may be negative: then they overlap."""
    lines = [np.zeros(samples, np.float32) for _ in people]
    phrases = [cycle(one, rng) for one in people]
    at, turn = _seconds(rng, (0.0, 1.5)), int(rng.integers(min(2, len(people))))
    while at < samples:
        for _ in range(1 + int(rng.random() < 0.3)):
            end = put(lines[turn], next(phrases[turn]), at)
            at = max(at + IN_FRAME, end + _seconds(rng, gap_s))
        turn = _next(turn, len(people), rng)
    return lines


def cycle(one: Speaker, rng: np.random.Generator) -> Iterator[Pcm]:
    """Phrases of at most four seconds, from a random one on, for ever."""
    phrases = one.phrases()
    at = int(rng.integers(len(phrases)))
    while True:
        phrase = phrases[at % len(phrases)]
        if len(phrase) > _LONGEST:
            length = int(rng.integers(IN_RATE, _LONGEST))
            start = int(rng.integers(len(phrase) - length))
            phrase = phrase[start : start + length]
        yield phrase
        at += 1


def put(line: Pcm, phrase: Pcm, at: int) -> int:
    """Adds a phrase with soft edges to a line; returns where it ends."""
    phrase = phrase[: max(0, len(line) - at)].copy()
    fade = min(_FADE, len(phrase))
    phrase[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
    phrase[len(phrase) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    line[at : at + len(phrase)] += phrase
    return at + len(phrase)


def _next(turn: int, people: int, rng: np.random.Generator) -> int:
    """The owner (0) speaks about every second time."""
    if people == 1:
        return 0
    return 0 if turn and rng.random() < 0.7 else int(rng.integers(1, people))


def _seconds(rng: np.random.Generator, span_s: tuple[float, float]) -> int:
    return int(rng.uniform(*span_s) * IN_RATE)
