"""One conversation: a frame in, a move out, and all that follows from the move.

Synchronous, and without a clock of its own: what it does is a function of the order in which it is
called. Models work through Jobs and call back.
"""

import logging
from collections import deque
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np

from vivavoce.audio.pcm import clean
from vivavoce.audio.resample import Framer, Resampler
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    OUT_FRAME,
    OUT_RATE,
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
    Partial,
    Pcm,
    Percept,
    Refused,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SoundReady,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
    VivavoceError,
)
from vivavoce.floor import FloorState, Phase, backchannel, normal, step, unfinished
from vivavoce.mind import Conversation
from vivavoce.models import Request
from vivavoce.session.config import Costs, FloorTuning, SessionConfig
from vivavoce.session.jobs import Job, Jobs
from vivavoce.session.parts import Parts
from vivavoce.session.reply import Reply, Told
from vivavoce.words import Hearing, Transcript, Window

log = logging.getLogger(__name__)

HOLD_FRAMES = 2
"""Frames in a duck after which our voice stops altogether, until it is decided."""
SCORE_FRAMES = 2
"""A pause is scored anew every so many frames."""
READ_WORDS = 2
"""New words worth reading ahead: one takes nearly as long as two, and can't be stopped."""
SCORED_S = 8.0
"""Seconds of the turn that the end-of-turn score hears."""
REFERENCE_FRAMES = 25
"""Frames of our own voice that wait for their echo at most (2 s)."""

_ids = count(1)


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
        self.conversation = Conversation(self.cfg.instructions)
        self._parts, self._jobs, self._tell = parts, jobs, listener
        self._costs = costs or Costs()
        self._id = next(_ids)
        self._index = 0
        self._ears = parts.ears()
        self._floor = FloorState()
        self._hearing = Hearing(self.cfg.hearing)
        self._transcribing = False
        self._turn_end = 0.0
        self._scoring: Job | None = None
        self._draft: Reply | None = None
        self._reply: Reply | None = None
        self._next = 1
        self._done: dict[int, tuple[Reply, int]] = {}
        self._calls: dict[str, str] = {}
        self._read: str | None = None
        self._reading: Job | None = None
        self._committing = False
        self._waiting: dict[str, Any] | None = None
        self._ducked = 0
        self._lag_s, self._can_flush = 0.0, True
        self._speech_end = 0.0
        self._words_at = 0.0
        self._to_ears = Resampler(OUT_RATE, IN_RATE)
        self._framer = Framer(IN_FRAME)
        self._reference: deque[Pcm] = deque(maxlen=REFERENCE_FRAMES)
        self._told = Told(
            text=lambda r, delta: self._emit(ReplyText(self.now, r.number, delta)),
            call=self._on_call,
            sound=lambda r: self._emit(SoundReady(self.now, r.number)),
            over=self._on_over,
            failed=self._on_failed,
        )
        self._read_ahead("")

    # -- both streams ------------------------------------------------------------------------

    def hear(self, pcm: Pcm) -> None:
        """The next frame of the microphone, (1280,) at 16 kHz. BadAudio for any other shape."""
        if pcm.shape != (IN_FRAME,):
            raise BadAudio(f"a frame is ({IN_FRAME},) samples at {IN_RATE} Hz, got {pcm.shape}")
        pcm, _ = clean(pcm)  # one NaN would stay in the ears' memory for ever
        self._jobs.tick((self._index + 1) * FRAME_S)
        sensed = self._ears.hear(pcm, self._next_reference())
        phase, floor = self._floor.phase, self.cfg.floor
        present = floor.present_speaking if phase is Phase.OURS else floor.present_listening
        self._hearing.push(self._index, sensed.pcm, sensed.owner > present)
        text = self._hearing.text
        percept = Percept(
            echo=sensed.echo,
            speech=sensed.speech,
            owner=sensed.owner,
            addressed=sensed.owner,
            turn_end=self._turn_end,
            unfinished=unfinished(text),
            backchannel=backchannel(text),
            words=len(self._hearing.words),
            settled=self._hearing.settled,
            transcribing=self._transcribing,
            answering=self._reply is not None,
            audible=self._reply is not None and self._reply.player.position_s > self._lag_s,
        )
        self._floor, decision = step(self._floor, percept, floor)
        self._emit(Decided(self._index, self._index * FRAME_S, percept, decision))
        self._index += 1
        self._follow(phase, decision)
        self._transcribe()
        self._score()
        self._prepare()

    def play(self) -> Pcm:
        """The next frame for the loudspeaker, (1920,) at 24 kHz; silence if there is nothing."""
        reply = self._reply
        out = reply.pull(OUT_FRAME) if reply else np.zeros(OUT_FRAME, np.float32)
        if reply is not None:
            at = reply.player.position_s
            for word in reply.player.starting():
                begins = self.now + self._lag_s + word.start - at
                shown = replace(word, start=max(0.0, begins), end=begins + word.end - word.start)
                self._emit(Spoken(self.now, reply.number, shown))
        self._framer_push(out)
        return out

    @property
    def playing(self) -> bool:
        """Something is left to pull, and no duck holds it."""
        reply = self._reply
        return reply is not None and reply.player.left > 0 and not reply.player.held

    def lag(self, seconds: float, can_flush: bool) -> None:
        """So much of what was pulled has not sounded yet; whether Flush makes it never sound."""
        self._lag_s, self._can_flush = max(0.0, seconds), can_flush

    @property
    def now(self) -> float:
        """Seconds since the conversation began."""
        return self._jobs.now()

    @property
    def quiet(self) -> bool:
        """Nobody has the floor and no answer is on its way."""
        return self._floor.phase is Phase.IDLE and self._reply is None and self._draft is None

    def _next_reference(self) -> Pcm:
        return self._reference.popleft() if self._reference else np.zeros(IN_FRAME, np.float32)

    def _framer_push(self, out: Pcm) -> None:
        for frame in self._framer.push(self._to_ears.push(out)):
            self._reference.append(frame)

    # -- from a move to what follows -----------------------------------------------------------

    def _follow(self, before: Phase, decision: Decision) -> None:
        after, reply = self._floor.phase, self._reply
        if decision.move is Move.YIELD:
            self._yield()
        elif before is not Phase.USER and after is Phase.USER:
            self._emit(TurnStarted(self.now))
        elif before is Phase.USER and after is not Phase.USER:
            self._close_turn(decision.move)
        elif decision.move is Move.IDLE and self._floor.spoke == 0:
            self._forget_turn()
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
            reply.player.hold(self._lag_s if self._can_flush else 0.0)
            if self._can_flush:
                self._emit(Flush(self.now, reply.number, final=False))

    def _yield(self) -> None:
        self._ducked = 0
        reply = self._reply
        if reply is not None:
            self._emit(Flush(self.now, reply.number, final=True))
            self._finish(reply, "interrupted")
        self._emit(TurnStarted(self.now))

    def _forget_turn(self) -> None:
        if self._hearing.heard_speech and not self._committing:
            self._hearing.reset()
        self._drop_draft()
        self._turn_end = 0.0

    def _close_turn(self, move: Move) -> None:
        """The user's turn is over: fix its words, and answer if the floor is ours."""
        hearing = self._hearing
        text, words = hearing.text, hearing.words
        self._speech_end = hearing.speech_end
        if not text:
            self._forget_turn()
            return
        self._emit(TurnEnded(self.now, hearing.speech_end))
        entry = self.conversation.add(Message("user", text))
        self._emit(Heard(self.now, text, words, entry=entry))
        hearing.reset()
        self._turn_end = 0.0
        if move is Move.SPEAK and self._reply is None and self._parts.model is not None:
            draft, self._draft = self._draft, None
            if draft is not None and draft.key != normal(text):
                draft.stop()
                draft = None
            self._release(draft or self._new_reply())
        else:
            self._drop_draft()

    # -- the user's words ----------------------------------------------------------------------

    def _transcribe(self, *, final: bool = False) -> None:
        if self._transcribing:
            return
        window = self._hearing.final() if final else self._hearing.due()
        if window is None:
            return
        self._transcribing = True
        cost = self._costs
        self._jobs.call(
            lambda: self._parts.recogniser.transcribe(window.pcm),
            cost.transcribe_s + cost.transcribe_per_s * len(window.pcm) / IN_RATE,
            lambda transcript: self._on_transcript(window, transcript),
            self._on_deaf,
        )

    def _on_transcript(self, window: Window, transcript: Transcript) -> None:
        self._transcribing = False
        hearing, floor = self._hearing, self._floor
        if floor.phase is Phase.DUCKED and transcript.confidence < self.cfg.floor.yield_confidence:
            transcript = replace(transcript, words=())
        if hearing.take(window, transcript) and self._floor.phase is not Phase.OURS:
            self._words_at = self.now
            if hearing.text:
                self._emit(Partial(self.now, hearing.stable, hearing.tentative))
        if self._committing:
            self._committed()
        else:
            self._transcribe()
            self._prepare()

    def _on_deaf(self, error: Exception) -> None:
        self._transcribing = False
        self._report(error)
        if self._committing:
            self._committed()

    def _prepare(self) -> None:
        """Answer before the turn is over: read the growing words; draft in every pause."""
        floor, hearing, text = self.cfg.floor, self._hearing, self._hearing.text
        wanted = floor.answers and floor.mode == "auto" and self._parts.model is not None
        if not text or not wanted or self._committing or self._floor.phase is not Phase.USER:
            return
        if not self._floor.quiet or not hearing.settled or unfinished(text) > 0.5:
            if self._draft is None:
                self._read_ahead(_all_but_the_last(text))
        elif self._draft is None or self._draft.key != normal(text):
            self._drop_draft()
            self._draft = self._new_reply(text)

    def _read_ahead(self, words: str) -> None:
        """Read history and the user's first words into the model's prefix cache."""
        model = self._parts.model
        if model is None or self._reading is not None or words == self._read:
            return
        if words and len(words.split()) < len((self._read or "").split()) + READ_WORDS:
            return
        self._read = words
        request = self._request(self.conversation.messages(words), read_only=True)
        cost = self._costs.first_token_s

        def over(_: object) -> None:
            self._reading = None

        def failed(error: Exception) -> None:
            self._reading = None
            log.warning("conversation %d: reading ahead failed: %s", self._id, type(error).__name__)

        self._reading = self._jobs.stream(model.stream(request), cost, 0.0, over, failed)

    def _score(self) -> None:
        """Ask, again and again while the user is silent, whether the turn is over."""
        quiet = self._floor.quiet
        if self._floor.phase is not Phase.USER or not quiet:
            self._turn_end = 0.0
            return
        if self._scoring is not None or quiet % SCORE_FRAMES != 1 % SCORE_FRAMES:
            return
        if self._turn_end >= self.cfg.floor.patience[0][0]:
            return  # it can't become more certain, and the processor has other work
        sound = self._hearing.sound(SCORED_S)
        asked = self._floor.spoke

        def scored(probability: float) -> None:
            self._scoring = None
            if self._floor.phase is Phase.USER and self._floor.spoke == asked:
                self._turn_end = probability
            self._prepare()

        def failed(error: Exception) -> None:
            self._scoring = None
            self._report(error)

        self._scoring = self._jobs.call(
            lambda: self._parts.turn_end(sound), self._costs.turn_end_s, scored, failed
        )

    # -- answers -------------------------------------------------------------------------------

    def _request(self, messages: tuple[Message, ...], **changes: Any) -> Request:
        cfg = self.cfg
        request = Request(
            messages,
            max_tokens=cfg.max_tokens,
            temperature=cfg.temperature,
            tools=cfg.tools,
            tool_choice=cfg.tool_choice,
            conversation=self._id,
        )
        return replace(request, **changes)

    def _new_reply(self, words: str | None = None, **asked: Any) -> Reply:
        """An answer to the history and, as a draft, to words that are not in it yet."""
        if self._parts.model is None:
            raise Refused("this conversation only listens: it was opened without a model")
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        messages = self.conversation.messages(words)
        instructions = asked.pop("instructions", None)
        if instructions is not None:
            messages = (Message("system", instructions), *messages[1:])
        aloud = asked.pop("aloud", None)
        number, self._next = self._next, self._next + 1
        return Reply(
            number,
            self._request(messages, **{k: v for k, v in asked.items() if v is not None}),
            self._parts.model,
            self._parts.voice if (self.cfg.aloud if aloud is None else aloud) else None,
            self._jobs,
            self._told,
            key=normal(words or ""),
            clauses=self.cfg.clauses,
            costs=self._costs,
        )

    def _release(self, reply: Reply) -> None:
        self._reply = reply
        self._read = None
        reply.stages |= {
            "speech_end": self._speech_end,
            "final_words": self._words_at,
            "floor": self.now,
        }
        self._emit(ReplyStarted(self.now, reply.number))
        reply.release()

    def _drop_draft(self) -> None:
        if self._draft is not None:
            self._draft.stop()
            self._draft = None

    def _on_call(self, reply: Reply, name: str, arguments: str) -> None:
        call = f"call_{self._id}_{reply.number}_{len(self._calls)}"
        self._calls[call] = name
        self._emit(ToolCall(self.now, reply.number, call, name, arguments))

    def _on_over(self, reply: Reply) -> None:
        self._finish(reply, "completed")

    def _on_failed(self, reply: Reply, error: Exception) -> None:
        self._report(error)
        if reply is self._draft:
            self._draft = None
        elif reply is self._reply:
            self._finish(reply, "failed")

    def _finish(self, reply: Reply, status: str) -> None:
        """The answer is over: what was heard of it becomes history."""
        whole = status == "completed"
        reply.stop()
        self._reply = None
        self._ducked = 0
        spoke = reply.player.words
        heard = reply.text
        if not whole and spoke:
            heard = reply.player.heard(max(0.0, reply.player.position_s - self._unheard_s))
        elif not whole and self.cfg.aloud:
            heard = ""
        said = heard + "".join(
            f'\n<tool_call>\n{{"name": "{name}", "arguments": {arguments}}}\n</tool_call>'
            for name, arguments in reply.calls
        )
        entry = 0
        if said.strip():
            entry = self.conversation.add(Message("assistant", said.strip()))
            self._done[reply.number] = (reply, entry)
            while len(self._done) > 8:
                del self._done[next(iter(self._done))]
        usage = reply.usage
        self._emit(
            ReplyDone(
                self.now,
                reply.number,
                reply.text,
                heard,
                status,
                reply.stages,
                usage.tokens_in if usage else 0,
                usage.tokens_out if usage else 0,
                usage.finish if usage else "stop",
                entry,
            )
        )
        if whole:
            self._read_ahead("")

    @property
    def _unheard_s(self) -> float:
        held = self._reply is not None and self._reply.player.held
        return 0.0 if held or not self._can_flush else self._lag_s

    # -- what a client may ask for ---------------------------------------------------------------

    def commit(self) -> None:
        """The user's turn is over now, whatever the floor thinks; TurnEnded and Heard follow."""
        if self._committing:
            return
        self._committing = True
        if self._hearing.final_ready:
            self._committed()
        else:
            self._transcribe(final=True)
            if not self._transcribing:
                self._committed()

    def _committed(self) -> None:
        """Called with each transcript while a commit waits for the last words."""
        if not self._hearing.final_ready and self._hearing.heard_speech:
            self._transcribe(final=True)
            if self._transcribing:
                return
        self._committing = False
        hearing = self._hearing
        self._speech_end = hearing.speech_end if hearing.heard_speech else self.now
        self._emit(TurnEnded(self.now, self._speech_end))
        entry = self.conversation.add(Message("user", hearing.text)) if hearing.text else 0
        self._emit(Heard(self.now, hearing.text, hearing.words, entry=entry))
        hearing.reset()
        self._drop_draft()
        self._floor = FloorState()
        asked, self._waiting = self._waiting, None
        if asked is not None:
            self._answer(**asked)

    def clear_input(self) -> None:
        """Forget the sound of the present turn."""
        self._hearing.reset()
        self._drop_draft()
        if self._floor.phase is Phase.USER:
            self._floor = FloorState()

    def respond(
        self,
        instructions: str | None = None,
        max_tokens: int | None = None,
        aloud: bool | None = None,
        tools: tuple[dict[str, Any], ...] | None = None,
        tool_choice: str | None = None,
    ) -> int:
        """Begin an answer now; its number. Refused while one is under way."""
        if self._reply is not None or self._waiting is not None:
            raise Refused("an answer is under way; cancel it first, or wait for its end")
        asked = {
            "instructions": instructions,
            "max_tokens": max_tokens,
            "aloud": aloud,
            "tools": tools,
            "tool_choice": tool_choice,
        }
        if self._committing:
            self._waiting = asked
            return self._next
        return self._answer(**asked)

    def _answer(self, **asked: Any) -> int:
        self._drop_draft()
        reply = self._new_reply(**asked)
        self._speech_end = self._words_at = self.now
        self._release(reply)
        return reply.number

    def cancel(self) -> None:
        """Stop the present answer, model and voice."""
        self._waiting = None
        if self._reply is not None:
            self._finish(self._reply, "cancelled")

    def clear_output(self) -> None:
        """Drop what has not sounded; the answer is over."""
        if self._reply is not None:
            self._emit(Flush(self.now, self._reply.number, final=True))
            self.cancel()

    def truncate(self, reply: int, heard_s: float) -> str:
        """The client says how much of an answer's sound was heard; returns the words kept.

        KeyError for an answer that is not known (any more)."""
        if self._reply is not None and self._reply.number == reply:
            self.clear_output()
        done, entry = self._done[reply]
        kept = done.player.heard(heard_s) if done.player.words else done.text
        self.conversation.rewrite(entry, kept)
        if not kept:
            del self._done[reply]
        return kept

    def add(self, message: Message, after: int | None = None) -> int:
        """Put a message into the history, at its end or behind the entry `after`; its id."""
        return self.conversation.add(message, after)

    def remove(self, entry: int) -> None:
        """Take a message out of the history. KeyError if there is none."""
        self.conversation.remove(entry)

    def tool_result(self, call: str, output: str) -> None:
        """The result of a ToolCall. Refused for a call that was never made."""
        if call not in self._calls:
            raise Refused(f"no function call {call!r} was made in this conversation")
        self.conversation.add(Message("tool", output))

    def configure(self, *, floor: FloorTuning | None = None, **changes: Any) -> None:
        """Change what is given, from now on; see SessionConfig for the names."""
        given = {k: v for k, v in changes.items() if v is not None}
        if floor is not None:
            given["floor"] = floor.floor()
        self.cfg = replace(self.cfg, **given)
        if self.conversation.instructions != self.cfg.instructions:
            self.conversation.instructions = self.cfg.instructions
            self._read = None
        self._read_ahead("")

    async def close(self) -> None:
        """Stop all work."""
        for reply in (self._draft, self._reply):
            if reply is not None:
                reply.stop()
        self._draft = self._reply = None
        self._jobs.close()

    # -- telling -----------------------------------------------------------------------------

    def _emit(self, event: Event) -> None:
        self._tell(event)

    def _report(self, error: Exception) -> None:
        code = error.code if isinstance(error, VivavoceError) else "internal"
        if code == "internal":
            log.error("conversation %d", self._id, exc_info=error)
        message = str(error) if code != "internal" else "something broke inside; see the log"
        self._emit(Failed(self.now, code, message))


def _all_but_the_last(text: str) -> str:
    """The words that the next transcript will most likely begin with, too."""
    return " ".join(text.split()[:-1]).rstrip(".,!? ")
