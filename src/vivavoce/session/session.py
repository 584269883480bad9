"""One conversation: a frame in, a move out, and all that follows from the move.

Synchronous, and without a clock of its own: what it does is a function of the order in which it is
called. Models work through Jobs and call back. The listening and the answering half know nothing of
each other; here they meet the floor.
"""

import logging
from dataclasses import replace
from typing import Any

import numpy as np

from vivavoce.audio.pcm import clean
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    OUT_FRAME,
    BadAudio,
    Decided,
    Decision,
    Event,
    Failed,
    Flush,
    Heard,
    Listener,
    Message,
    Move,
    Nod,
    Notice,
    Partial,
    Pcm,
    Percept,
    Refused,
    ReplyDone,
    SoundReady,
    Spoken,
    TurnEnded,
    TurnStarted,
    VivavoceError,
)
from vivavoce.ears import Level, Sensed
from vivavoce.floor import FloorState, Phase, Predicted, aside, backchannel, step, unfinished
from vivavoce.people import hands_over
from vivavoce.session.announcing import Announcing
from vivavoce.session.answering import Answering
from vivavoce.session.config import Costs, FloorTuning, How, SessionConfig
from vivavoce.session.introductions import Introductions
from vivavoce.session.jobs import Jobs
from vivavoce.session.listening import HeardFrom, Listening
from vivavoce.session.parts import Parts
from vivavoce.session.reply import Reply

log = logging.getLogger(__name__)

SPOKEN_S = 8.0
"""Seconds of a turn by which its speaker is known."""
HOLD_FRAMES = 2
"""Frames in a duck after which our voice stops altogether, until it is decided."""


class Session:
    """One conversation. Call it from one thread only."""

    def __init__(
        self,
        parts: Parts,
        jobs: Jobs,
        listener: Listener,
        cfg: SessionConfig | None = None,
        costs: Costs | None = None,
    ) -> None:
        self.cfg = cfg or SessionConfig()
        self._parts, self._jobs, self._emit = parts, jobs, listener
        costs = costs or Costs()
        told = HeardFrom(
            words=self._on_words, deaf=self._on_deaf, scored=self._prepare, failed=self._report
        )
        self._listening = Listening(parts, jobs, self.cfg.hearing, costs, told)
        self._introductions = Introductions(
            parts.household, jobs, costs, listener, self._say, self._listening.know, self._report
        )
        self._answering = Answering(
            parts, jobs, self.cfg, costs, self._answered, self._report, self._introductions.whose
        )
        self._announcing = Announcing(
            parts.announcer, jobs.now, listener, self._answering.say, self.clear_output
        )
        self._index = 0
        self._floor = FloorState()
        self._ducked = 0
        self._nodding: Pcm = np.zeros(0, np.float32)
        """What is left of a nod."""
        self._level = Level()
        self._committing = self._sounds = False
        self._waiting: dict[str, Any] | None = None
        self._answering.read_ahead("")

    # -- both streams ------------------------------------------------------------------------

    def hear(self, pcm: Pcm) -> None:
        """The next frame of the microphone, (1280,) at 16 kHz. BadAudio for any other shape."""
        if pcm.shape != (IN_FRAME,):
            raise BadAudio(f"a frame is ({IN_FRAME},) samples at {IN_RATE} Hz, got {pcm.shape}")
        pcm, _ = clean(pcm)  # one NaN would stay in the ears' memory for ever
        self._jobs.tick((self._index + 1) * FRAME_S)
        before, floor, listening = self._floor, self.cfg.floor, self._listening
        phase = before.phase
        present = floor.present_speaking if phase is Phase.OURS else floor.present_listening
        least = floor.yield_confidence if phase is Phase.DUCKED else 0.0
        sensed = listening.hear(
            self._index, pcm, lambda s: floor.speaks(s.owner, s.other, present), least
        )
        self._introductions.hear(sensed)
        if (notice := self._level.hear(pcm, sensed.speech)) is not None:
            self._emit(Notice(self.now, *notice))
        in_turn = phase in (Phase.USER, Phase.DUCKED)
        percept = self._percept(sensed, listening.predict(sensed, in_turn=in_turn))
        self._floor, decision = step(self._floor, percept, floor)
        self._emit(Decided(self._index, self._index * FRAME_S, percept, decision))
        self._index += 1
        self._follow(before, decision)
        listening.transcribe()
        if self._floor.phase is Phase.USER and self._floor.quiet:
            listening.score(self._floor.quiet)
        else:
            listening.quiet()
        self._prepare()
        self._answering.wait()
        self._introductions.step(quiet=self.quiet)
        self._announcing.step(quiet=self.quiet)

    def _percept(self, sensed: Sensed, predicted: Predicted | None) -> Percept:
        hearing, reply = self._listening.hearing, self._answering.reply
        text = hearing.text
        said_aside = aside(text)
        return Percept(
            echo=sensed.echo,
            speech=sensed.speech,
            owner=sensed.owner,
            other=sensed.other,
            person=sensed.person,
            addressed=sensed.owner * (1 - said_aside),
            aside=said_aside,
            turn_end=predicted.turn_end if predicted else self._listening.turn_end,
            learned=predicted is not None,
            soon=predicted.soon if predicted else 0.0,
            unfinished=unfinished(text),
            backchannel=backchannel(text),
            words=len(hearing.words),
            settled=hearing.settled,
            transcribing=self._listening.transcribing,
            answering=reply is not None,
            audible=reply is not None and reply.player.position_s > self._answering.lag_s,
        )

    def play(self) -> Pcm:
        """The next frame for the loudspeaker, (1920,) at 24 kHz; silence if there is nothing."""
        reply = self._answering.reply
        out = reply.pull(OUT_FRAME) if reply else self._next_of_nod()
        self._sound(self.playing)
        if reply is not None:
            at = reply.player.position_s
            for word in reply.player.starting():
                begins = self.now + self._answering.lag_s + word.start - at
                shown = replace(word, start=max(0.0, begins), end=begins + word.end - word.start)
                self._emit(Spoken(self.now, reply.number, shown))
        self._listening.played(out)
        return out

    def _next_of_nod(self) -> Pcm:
        out = np.zeros(OUT_FRAME, np.float32)
        part, self._nodding = self._nodding[:OUT_FRAME], self._nodding[OUT_FRAME:]
        out[: len(part)] = part
        return out

    @property
    def playing(self) -> bool:
        """Something is left to pull, and no duck holds it."""
        reply = self._answering.reply
        return reply is not None and reply.player.left > 0 and not reply.player.held

    def lag(self, seconds: float, can_flush: bool) -> None:
        """So much of what was pulled has not sounded yet; whether Flush makes it never sound."""
        self._answering.lag_s, self._answering.can_flush = max(0.0, seconds), can_flush

    @property
    def now(self) -> float:
        """Seconds since the conversation began."""
        return self._jobs.now()

    @property
    def quiet(self) -> bool:
        """Nobody has the floor and no answer is on its way."""
        idle = self._answering.reply is None and self._answering.draft is None
        return idle and not self._committing and self._floor.phase is Phase.IDLE

    # -- from a move to what follows -----------------------------------------------------------

    def _follow(self, state: FloorState, decision: Decision) -> None:
        """state: the floor's, before the move."""
        before, after, reply = state.phase, self._floor.phase, self._answering.reply
        if decision.move is Move.YIELD:
            self._yield()
        elif decision.move is Move.NOD and self._parts.nod is not None:
            self._nodding = self._parts.nod
            self._emit(Nod(self.now, self._nodding))
        elif before is not Phase.USER and after is Phase.USER:
            self._emit(TurnStarted(self.now))
        elif before is Phase.USER and after is not Phase.USER and self.cfg.floor.mode == "auto":
            invites = state.owned(self.cfg.floor) and hands_over(self._listening.hearing.text)
            self._close_turn(decision)
            if invites:
                self._listening.hand_over()
                self._introductions.hand_over()
        elif decision.move is Move.IDLE and self._floor.spoke == 0:
            self._forget_turn(may_begin=True)  # a voice comes up by degrees
        if reply is None or after not in (Phase.OURS, Phase.DUCKED):
            return
        if decision.move is Move.DUCK:
            self._duck(reply)
        elif before is Phase.DUCKED:
            self._ducked = 0
            reply.player.resume()
            self._forget_turn()
            if self.playing:
                self._emit(SoundReady(self.now, reply.number))
        elif before is Phase.OURS and self._floor.spoke == 0:
            self._forget_turn()

    def _duck(self, reply: Reply) -> None:
        self._ducked += 1
        reply.player.duck()
        if self._ducked == HOLD_FRAMES:
            can_flush = self._answering.can_flush
            reply.player.hold(self._answering.lag_s if can_flush else 0.0)
            if can_flush:
                self._emit(Flush(self.now, reply.number, final=False))

    def _yield(self) -> None:
        self._answering.flush()
        self._finish("interrupted")
        self._emit(TurnStarted(self.now))

    def _finish(self, status: str) -> None:
        self._ducked = 0
        self._answering.finish(status)

    def _forget_turn(self, *, may_begin: bool = False) -> None:
        """By hand, its sound is the client's until it commits or clears it. may_begin: as of
        Hearing.reset."""
        if self.cfg.floor.mode == "auto" and not self._committing:
            self._introductions.forget_turn()
            hearing = self._listening.hearing
            if hearing.heard_speech:
                self._listening.forget(may_begin=may_begin and not hearing.words)
        self._listening.quiet()
        self._answering.drop_draft()

    def _close_turn(self, decision: Decision) -> None:
        """The user's turn is over: fix its words, and answer if the floor is ours."""
        hearing, answering = self._listening.hearing, self._answering
        text = hearing.text
        if not text or not (decision.ended or self._answering.reply is not None):
            self._forget_turn()
            if answering.owed and answering.reply is None:
                answering.again()
            return
        self._heard(hearing.speech_end)
        ours = decision.move is Move.SPEAK and answering.reply is None and answering.able
        if ours and not self._introductions.asked(text):
            answering.answer(text)
        else:
            answering.drop_draft()

    def _heard(self, speech_end: float) -> None:
        """The turn's words become history."""
        hearing, answering = self._listening.hearing, self._answering
        text, words = hearing.text, hearing.words
        answering.owed = False
        answering.speech_end = speech_end
        self._emit(TurnEnded(self.now, speech_end))
        entry = answering.add(Message("user", text)) if text else 0
        self._emit(Heard(self.now, text, words, entry=entry))
        self._introductions.turn(entry, hearing.sound(SPOKEN_S))
        self._announcing.turn(text)
        self._listening.forget()

    # -- the user's words ----------------------------------------------------------------------

    def _on_words(self, changed: bool) -> None:
        hearing = self._listening.hearing
        if changed and self._floor.phase is not Phase.OURS:
            self._answering.words_at = self.now
            if hearing.text:
                self._emit(Partial(self.now, hearing.stable, hearing.tentative))
        if self._committing:
            self._committed()
        else:
            self._listening.transcribe()
            self._prepare()

    def _on_deaf(self, error: Exception) -> None:
        self._report(error)
        if self._committing:
            self._end_commit()

    def _prepare(self) -> None:
        """Answer before the turn is over: read the growing words; draft in every pause."""
        floor, hearing = self.cfg.floor, self._listening.hearing
        text = hearing.text
        wanted = floor.answers and floor.mode == "auto" and self._answering.able
        if not text or not wanted or self._committing or self._floor.phase is not Phase.USER:
            return
        pause = self._floor.quiet > 0 and hearing.settled
        self._answering.prepare(text, whole=pause and unfinished(text) <= 0.5)

    # -- what a client may ask for ---------------------------------------------------------------

    def commit(self) -> None:
        """The user's turn is over now, whatever the floor thinks; TurnEnded and Heard follow."""
        if self._committing:
            return
        self._committing = True
        self._committed()

    def _committed(self) -> None:
        """Called again with each transcript while a commit waits for the last words."""
        listening = self._listening
        if not listening.hearing.final_ready:
            listening.transcribe(final=True)
            if listening.transcribing:
                return
        self._end_commit()

    def _end_commit(self) -> None:
        self._committing = False
        hearing = self._listening.hearing
        self._heard(hearing.speech_end if hearing.heard_speech else self.now)
        self._answering.drop_draft()
        self._floor = FloorState()
        asked, self._waiting = self._waiting, None
        if asked is not None:
            self._answer(**asked)

    def clear_input(self) -> None:
        """Forget the sound of the present turn."""
        self._listening.forget()
        self._introductions.forget_turn()
        self._answering.drop_draft()
        if self._floor.phase is Phase.USER:
            self._floor = FloorState()

    def respond(
        self,
        instructions: str | None = None,
        max_tokens: int | None = None,
        aloud: bool | None = None,
        tools: tuple[dict[str, Any], ...] | None = None,
        tool_choice: str | None = None,
        how: How | None = None,
    ) -> int:
        """Begin an answer now; its number. Refused while one is under way."""
        if self._answering.reply is not None or self._waiting is not None:
            raise Refused("an answer is under way; cancel it first, or wait for its end")
        asked = {
            "instructions": instructions,
            "max_tokens": max_tokens,
            "aloud": aloud,
            "tools": tools,
            "tool_choice": tool_choice,
            "how": how,
        }
        if self._committing:
            self._waiting = asked | {"number": (number := self._answering.number())}
            return number
        return self._answer(**asked)

    def _answer(self, **asked: Any) -> int:
        answering = self._answering
        answering.drop_draft()
        reply = answering.new_reply(**asked)
        answering.speech_end = answering.words_at = self.now
        answering.release(reply)
        return reply.number

    def cancel(self) -> None:
        """Stop the present answer, model and voice."""
        self._waiting = None
        self._finish("cancelled")

    def clear_output(self) -> None:
        """Drop what has not sounded; the answer is over."""
        self._answering.flush()
        if self._answering.reply is not None:
            self.cancel()

    def truncate(self, reply: int, heard_s: float) -> str:
        """The client says how much of an answer's sound was heard; returns the words kept.

        KeyError for an answer that is not known (any more)."""
        now = self._answering.reply
        if now is not None and now.number == reply:
            self.clear_output()
        return self._answering.truncate(reply, heard_s)

    def add(self, message: Message, after: int | None = None) -> int:
        """Put a message into the history, at its end or behind the entry `after`; its id."""
        self._answering.drop_draft()
        return self._answering.add(message, after)

    def remove(self, entry: int) -> None:
        """Take a message out of the history. KeyError if there is none."""
        self._answering.drop_draft()
        self._answering.history.remove(entry)

    def stop_announcement(self, number: int) -> None:
        """Somebody has seen it: it need not be said (again). KeyError: there is none to say."""
        self._announcing.stop(number)

    def tool_result(self, call: str, output: str) -> None:
        """The result of a ToolCall. Refused for a call that was never made."""
        self._answering.tool_result(call, output)

    def configure(
        self, *, floor: FloorTuning | None = None, how: How | None = None, **changes: Any
    ) -> None:
        """Change what is given, from now on; see SessionConfig for the names."""
        given = {k: v for k, v in changes.items() if v is not None}
        if floor is not None:
            given["floor"] = floor.floor()
        if how is not None:
            given |= {"model": how.model, "thinking": how.thinking, "voting": how.voting}
        self.cfg = replace(self.cfg, **given)
        self._answering.configure(self.cfg)

    async def close(self) -> None:
        """Stop all work."""
        self._announcing.close()
        self._sound(False)
        self._answering.close()
        self._jobs.close()

    def _sound(self, now: bool) -> None:
        """Our voice sounds, or does not any more."""
        if now != self._sounds and self._parts.sounding is not None:
            self._parts.sounding(now)
        self._sounds = now

    def _say(self, text: str) -> None:
        self._answering.say(text)

    def _answered(self, event: Event) -> None:
        """What the answering half tells."""
        self._emit(event)
        if isinstance(event, ReplyDone):
            self._announcing.done(event)

    def _report(self, error: Exception) -> None:
        code = error.code if isinstance(error, VivavoceError) else "internal"
        if code == "internal":
            log.error("conversation %d", self._answering.id, exc_info=error)
        message = str(error) if code != "internal" else "something broke inside; see the log"
        self._emit(Failed(self.now, code, message))
