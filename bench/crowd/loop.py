"""A recorded microphone through the whole conversation, on modelled time, while we speak or not.

As `vivavoce.session.replay`, with what a measurement needs besides: answers that begin when the
recipe says so, our own voice coming back to the microphone, and nothing kept of long hours.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vivavoce.audio.resample import Framer, Resampler
from vivavoce.client import AUDIBLE
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    OUT_RATE,
    Decided,
    Event,
    Heard,
    Pcm,
    Refused,
    ReplyDone,
    TurnEnded,
)
from vivavoce.models import Card, Piece, Request, Text, Usage
from vivavoce.session import Parts, Session, SessionConfig
from vivavoce.session.jobs import ModelledJobs
from vivavoce.voice import Speech, Voice

GRAIN_S = 0.01
"""Of what is known of our own sound."""
_GRAIN = round(GRAIN_S * OUT_RATE)
REST_FRAMES = 12
"""Where we keep talking, the next answer begins after so much of nobody having the floor."""

LECTURE = (
    "Bread begins with flour, water, salt and a little yeast. You mix them until no dry flour is "
    "left, and then the dough rests. After half an hour it is smoother and easier to work with. "
    "You stretch it and fold it, and you let it rest again. The yeast eats the sugar in the flour "
    "and makes small bubbles, so the dough grows to twice its size. Then you shape a loaf and put "
    "it into a basket, where it rises once more. The oven must be very hot, and some steam keeps "
    "the crust soft while the loaf still grows. After forty minutes the bread sounds hollow when "
    "you knock on it, and it should cool on a rack before anybody cuts it. "
)


class Lecturer:
    """A language model that never comes to an end, and always says the same."""

    card = Card("lecturer", context_tokens=4096)

    async def count(self, request: Request) -> int:
        """It reads nothing."""
        del request
        return 0

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        """Goes on where it was interrupted, as the real one does."""
        if request.read_only:
            yield Usage()
            return
        words = LECTURE.split()
        for n in range(len(request.begun.split()), request.max_tokens):
            yield Text(("" if n == 0 else " ") + words[n % len(words)])
        yield Usage(tokens_out=request.max_tokens, finish="length")


class Remembering:
    """A voice that says a clause only once: a lecture repeats itself."""

    def __init__(self, voice: Voice) -> None:
        self.say: Callable[[str], Speech] = lru_cache(maxsize=512)(voice.say)


@dataclass(frozen=True, slots=True)
class Plan:
    """When we speak, and what the microphone hears of it."""

    speak_at_s: tuple[float, ...] = ()
    """An answer is begun at these moments, whatever the floor thinks, unless one is under way."""
    keep_talking: bool = False
    """Whenever nobody has the floor, the next answer begins."""
    echo: Pcm | None = None
    """(n,) at 16 kHz: the impulse response from our loudspeaker to the microphone."""


@dataclass(slots=True)
class Went:
    """What came of it."""

    seconds: float
    turns: list[tuple[float, str]]
    """When each of the user's turns was over, with its words."""
    cuts: list[float]
    """When an answer of ours was given up for the user's sake."""
    ducks: int
    """How often our voice was lowered."""
    sounding: NDArray[np.bool_]
    """(n,) whether our voice was audible in each 10 ms."""
    mic: Pcm
    """(m,) what the microphone heard, echo included; empty unless it was asked for."""
    shown: list[Event]
    """Every event, where asked for."""

    @property
    def sounding_s(self) -> float:
        """For how long our voice was heard."""
        return float(self.sounding.sum()) * GRAIN_S

    def sounds_at(self, t: float) -> bool:
        """Whether our voice is heard around t: within the quarter of a second before, words have
        gaps."""
        return bool(self.sounding[max(0, round((t - 0.25) / GRAIN_S)) : round(t / GRAIN_S)].any())

    def silent_after(self, t: float, cut: float) -> float:
        """Seconds from t to our last audible sound before the cut took effect; 0 in a gap. What
        sounds once the turn is over is the next answer."""
        over = min((end for end, _ in self.turns if end > cut), default=np.inf)
        here = self.sounding[round(t / GRAIN_S) : round(min(cut + 0.5, over) / GRAIN_S)]
        return float(np.flatnonzero(here)[-1] + 1) * GRAIN_S if here.any() else 0.0


class _Echo:
    """Our loudspeaker in the room, a frame at a time."""

    def __init__(self, response: Pcm) -> None:
        self._response = response
        self._tail = np.zeros(len(response) - 1, np.float32)
        self._down = Resampler(OUT_RATE, IN_RATE)
        self._framer = Framer(IN_FRAME)
        self._frames: deque[Pcm] = deque()

    def play(self, pcm: Pcm) -> None:
        """(1920,) at 24 kHz."""
        self._frames.extend(self._framer.push(self._down.push(pcm)))

    def heard(self) -> Pcm:
        """(1280,) at 16 kHz: what of it reaches the microphone in the next frame."""
        played = self._frames.popleft() if self._frames else np.zeros(IN_FRAME, np.float32)
        size = 1 << (len(played) + len(self._response)).bit_length()
        product = np.fft.rfft(played, size) * np.fft.rfft(self._response, size)
        whole = np.fft.irfft(product, size)[: len(played) + len(self._response) - 1]
        whole[: len(self._tail)] += self._tail
        self._tail = whole[IN_FRAME:].astype(np.float32)
        return whole[:IN_FRAME].astype(np.float32)


async def converse(
    mic: Pcm,
    parts: Parts,
    cfg: SessionConfig,
    plan: Plan,
    *,
    keep: bool = False,
    done: Callable[[float], None] = lambda _s: None,
) -> Went:
    """mic: (n,) at 16 kHz. keep: also the microphone's track and every event; done is told the
    seconds of each stretch that is heard."""
    went = Went(len(mic) / IN_RATE, [], [], 0, np.zeros(0, np.bool_), np.zeros(0, np.float32), [])
    jobs = ModelledJobs()
    session = Session(parts, jobs, _Notes(went, keep), cfg)
    echo = None if plan.echo is None else _Echo(plan.echo)
    loud: list[NDArray[np.bool_]] = []
    tracks: list[Pcm] = []
    starts = deque(plan.speak_at_s)
    rested = 0
    for index in range(len(mic) // IN_FRAME):
        t = index * FRAME_S
        rested = rested + 1 if session.quiet else 0
        if starts and t >= starts[0]:
            starts.popleft()
            with suppress(Refused):  # one is under way: that will do
                session.respond()
        elif plan.keep_talking and rested >= REST_FRAMES:
            session.respond()
        frame = mic[index * IN_FRAME : (index + 1) * IN_FRAME]
        if echo is not None:
            frame = frame + echo.heard()
        await jobs.advance((index + 1) * FRAME_S)
        session.hear(frame)
        out = session.play()
        if echo is not None:
            echo.play(out)
        loud.append(np.max(np.abs(out).reshape(-1, _GRAIN), axis=1) > AUDIBLE)
        if keep:
            tracks.append(frame)
        done(FRAME_S)
    await session.close()
    went.sounding = np.concatenate(loud)
    if keep:
        went.mic = np.concatenate(tracks)
    return went


class _Notes:
    """Counts what matters while it happens: an hour has 45,000 events."""

    def __init__(self, went: Went, keep: bool) -> None:
        self._went, self._keep = went, keep
        self._ended = 0.0
        self._ducked = False

    def __call__(self, event: Event) -> None:
        went = self._went
        match event:
            case TurnEnded(t=t):
                self._ended = t
            case Heard(text=text) if text:
                went.turns.append((self._ended, text))
            case ReplyDone(t=t, status="interrupted"):
                went.cuts.append(t)
            case Decided(decision=decision):
                ducks = decision.move == "duck"
                went.ducks += ducks and not self._ducked
                self._ducked = ducks
            case _:
                pass
        if self._keep:
            went.shown.append(event)
