"""A small session that behaves: it hears loud frames as the user, and answers with a tone."""

from collections.abc import Callable
from typing import Any

import numpy as np

from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    OUT_FRAME,
    OUT_RATE,
    Decided,
    Decision,
    Event,
    Flush,
    Heard,
    Listener,
    Message,
    Move,
    Partial,
    Pcm,
    Percept,
    Refused,
    ReplyActed,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    Side,
    SoundReady,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
    Word,
)
from vivavoce.web import FloorTuning

LOUD = 0.05
END_FRAMES = 4
"""Silence that ends a turn."""
YIELD_FRAMES = 3
"""Loud frames over our voice that are an interruption; fewer are a cough."""
WORD_S = 0.2
TOKENS_OUT = 7
"""What an answer is said to have cost."""
TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(OUT_FRAME) / OUT_RATE)).astype(np.float32)


class FakeSession:
    """Everything it was asked is in `asked`, everything it heard in `frames`."""

    def __init__(
        self,
        listener: Listener,
        answer: str = "hello there you",
        tool: str = "",
        thoughts: tuple[str, ...] = (),
        acts: tuple[tuple[str, str, str, str], ...] = (),
    ) -> None:
        self.thoughts, self.acts = thoughts, acts
        """Thinks these first, and holds a vote."""
        self.listener = listener
        self.answer = answer
        self.tool = tool
        """Answer the next time by calling this function."""
        self.asked: list[tuple[str, Any]] = []
        self.frames: list[Pcm] = []
        self.lags: list[tuple[float, bool]] = []
        self.floor = FloorTuning()
        self.aloud = True
        self.closed = False
        self.fail: Callable[[], None] | None = None
        """Called with the next frame."""
        self._t = 0.0
        self._talking = False
        self._quiet = self._loud = 0
        self._reply = 0
        self._active: int | None = None
        self._left: list[Pcm] = []
        self._pulled = 0
        self._held = False
        self._lag = (0.0, False)
        self._entry = 0
        self._limit: int | None = None

    # -- both streams

    def hear(self, pcm: Pcm) -> None:
        assert pcm.shape == (IN_FRAME,)
        assert pcm.dtype == np.float32
        if self.fail is not None:
            self.fail()
        self.frames.append(pcm)
        loud = float(np.sqrt(np.mean(pcm**2))) > LOUD
        self._emit(
            Decided(len(self.frames) - 1, self._t, Percept(owner=float(loud)), self._move(loud))
        )
        self._t += FRAME_S
        if self.floor.mode == "auto":
            self._turn(loud)

    def play(self) -> Pcm:
        if not self.playing:
            return np.zeros(OUT_FRAME, np.float32)
        out = self._left.pop(0)
        self._pulled += 1
        reply = self._active
        if reply is not None and not self._left:
            self._finish("completed")
        if reply is not None and self._pulled == 1:
            self._emit(Spoken(self._t, reply, Word("hello", self._t, self._t + WORD_S)))
        return out

    @property
    def playing(self) -> bool:
        return bool(self._left) and not self._held

    def lag(self, seconds: float, can_flush: bool) -> None:
        self._lag = (seconds, can_flush)
        self.lags.append(self._lag)

    # -- what a client may ask for

    def commit(self) -> None:
        self.asked.append(("commit", len(self.frames)))
        self._end_turn()

    def clear_input(self) -> None:
        self.asked.append(("clear_input", None))
        self._talking = False

    def respond(self, **how: Any) -> int:
        if self._active is not None:
            raise Refused("an answer is under way")
        self.asked.append(("respond", {k: v for k, v in how.items() if v is not None}))
        self._limit = how.get("max_tokens")
        return self._begin(how.get("aloud"))

    def cancel(self) -> None:
        self.asked.append(("cancel", None))
        if self._active is not None:
            self._finish("cancelled")

    def clear_output(self) -> None:
        self.asked.append(("clear_output", None))
        if self._active is not None:
            self._emit(Flush(self._t, self._active, final=True))
            self._finish("cancelled")

    def truncate(self, reply: int, heard_s: float) -> str:
        self.asked.append(("truncate", (reply, heard_s)))
        return self._words(heard_s)

    def add(self, message: Message, after: int | None = None) -> int:
        self.asked.append(("add", (message, after)))
        self._entry += 1
        return self._entry

    def remove(self, entry: int) -> None:
        self.asked.append(("remove", entry))

    def stop_announcement(self, number: int) -> None:
        self.asked.append(("stop_announcement", number))
        if number != 1:
            raise KeyError(number)

    def tool_result(self, call: str, output: str) -> None:
        self.asked.append(("tool_result", (call, output)))

    def configure(self, *, floor: FloorTuning | None = None, **changes: Any) -> None:
        self.asked.append(("configure", changes | ({"floor": floor} if floor else {})))
        self.floor = floor or self.floor
        self.aloud = changes.get("aloud", self.aloud)

    async def close(self) -> None:
        self.closed = True
        self._left.clear()

    def asked_for(self, what: str) -> list[Any]:
        return [how for name, how in self.asked if name == what]

    # -- its mind

    def _emit(self, event: Event) -> None:
        self.listener(event)

    def _move(self, loud: bool) -> Decision:
        if self._left:
            return Decision(Move.DUCK if loud else Move.SPEAK, "our answer")
        if loud:
            return Decision(Move.LISTEN, "owner speaks")
        return Decision(Move.HOLD if self._talking else Move.IDLE, "silence")

    def _turn(self, loud: bool) -> None:
        self._loud = self._loud + 1 if loud else 0
        self._quiet = 0 if loud else self._quiet + 1
        if self._left:
            self._over_us(loud)
        elif loud and not self._talking:
            self._start_turn()
        elif self._talking and loud:
            self._emit(Partial(self._t, "what", "is"))
        elif self._talking and self._quiet == END_FRAMES:
            self._end_turn()
            if self.floor.create_response:
                self._begin(None)

    def _over_us(self, loud: bool) -> None:
        reply = self._active or 0
        if self._loud == YIELD_FRAMES and self.floor.interrupt_response:
            self._emit(Flush(self._t, reply, final=True))
            self._finish("interrupted")
            self._start_turn()
        elif self._loud == 1:
            self._held = True
            self._take_back(reply)
        elif not loud and self._held:
            self._held = False
            self._emit(SoundReady(self._t, reply))

    def _take_back(self, reply: int) -> None:
        lag, can_flush = self._lag
        if can_flush:
            back = round(lag / FRAME_S)
            self._left = [TONE] * back + self._left
            self._pulled -= back
            self._emit(Flush(self._t, reply, final=False))

    def _start_turn(self) -> None:
        self._talking = True
        self._emit(TurnStarted(self._t))

    def _end_turn(self) -> None:
        self._talking = False
        self._emit(TurnEnded(self._t, self._t - self._quiet * FRAME_S))
        words = (Word("what", 0.1, 0.3), Word("is", 0.3, 0.5))
        self._emit(Heard(self._t, "what is", words, Side.USER))

    def _begin(self, aloud: bool | None) -> int:
        self._reply += 1
        reply = self._active = self._reply
        self._held, self._pulled = False, 0
        self._emit(ReplyStarted(self._t, reply))
        if self.tool:
            name, self.tool = self.tool, ""
            self._emit(ToolCall(self._t, reply, f"call_{reply}", name, '{"city":"Rome"}'))
            self._finish("completed")
            return reply
        for delta in self.thoughts:
            self._emit(ReplyThought(self._t, reply, delta))
        for stopped in ("", "decided") if self.thoughts else ():
            self._emit(ReplyVote(self._t, reply, 5, {"72": 3.0, "70": 1.0}, 90, stopped))
        for act in self.acts:
            self._emit(ReplyActed(self._t, reply, *act))
        for word in self.answer.split():
            self._emit(ReplyText(self._t, reply, word + " "))
        if self.thoughts:
            self._emit(
                ReplyMade(self._t, reply, "large", "it is hard", 212, 256, "exact", ("small",), 2)
            )
        if self.aloud if aloud is None else aloud:
            self._left = [TONE] * round(len(self.answer.split()) * WORD_S / FRAME_S)
            self._emit(SoundReady(self._t, reply))
        else:
            self._finish("completed")
        return reply

    def _words(self, heard_s: float) -> str:
        return " ".join(self.answer.split()[: int(heard_s / WORD_S)])

    def _finish(self, status: str) -> None:
        reply, self._active = self._active or 0, None
        text = "".join(word + " " for word in self.answer.split())
        heard_s = max(0.0, self._pulled * FRAME_S - self._lag[0])
        heard = text if status == "completed" else self._words(heard_s)
        self._left, self._held = [], False
        stages = {"speech_end": 0.0, "first_sound": self._t}
        finish = "length" if self._limit == TOKENS_OUT else "stop"
        self._limit = None
        self._emit(ReplyDone(self._t, reply, text, heard, status, stages, 11, TOKENS_OUT, finish))


class Opener:
    """Opens fake sessions and keeps them."""

    def __init__(self, **how: Any) -> None:
        self.how = how
        self.sessions: list[FakeSession] = []

    def __call__(self, listener: Listener) -> FakeSession:
        self.sessions.append(FakeSession(listener, **self.how))
        return self.sessions[-1]

    @property
    def last(self) -> FakeSession:
        return self.sessions[-1]
