"""The answering half of a conversation: what is read ahead, the draft, the answer, the history."""

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from typing import Any

from vivavoce.core import (
    Call,
    Event,
    Flush,
    Message,
    Refused,
    ReplyActed,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    SoundReady,
    Speaker,
    ToolCall,
)
from vivavoce.floor import normal
from vivavoce.mind import Act, Answers, Ask, Conversation, Direct, Outcome, Vote
from vivavoce.models import Fixed, Request
from vivavoce.session.config import Costs, How, SessionConfig
from vivavoce.session.jobs import Job, Jobs
from vivavoce.session.parts import Parts
from vivavoce.session.reply import Reply, ReplyTo

log = logging.getLogger(__name__)

READ_WORDS = 2
"""New words worth reading ahead: one takes nearly as long as two, and can't be stopped."""
KEPT = 8
"""Answers that a client may still cut to what was heard."""

_ids = count(1)


class Answering:
    """At most one draft, which nobody hears, and one answer, which holds the floor."""

    def __init__(
        self,
        parts: Parts,
        jobs: Jobs,
        cfg: SessionConfig,
        costs: Costs,
        emit: Callable[[Event], None],
        failed: Callable[[Exception], None],
        whose: Callable[[Iterable[int]], Speaker | None],
    ) -> None:
        """whose: on whose authority these entries are answered; None while nobody knows."""
        self.cfg = cfg
        self.id = next(_ids)
        """Names the conversation in logs and for the model's prefix cache."""
        self.history = Conversation(cfg.instructions)
        self.reply: Reply | None = None
        self.draft: Reply | None = None
        self.speech_end = 0.0
        """Seconds at which the user's last sound ended."""
        self.words_at = 0.0
        """Seconds at which the user's words changed last."""
        self.lag_s, self.can_flush = 0.0, True
        self._whose = whose
        self._asked: tuple[int, ...] = ()
        """The entries that the present answer, or the last one, is to."""
        self._since: list[int] = []
        """Entries that came while the present answer was under way."""
        self._parts, self._jobs, self._costs = parts, jobs, costs
        self._emit, self._failed = emit, failed
        self._numbers = count(1)
        self._done: dict[int, tuple[Reply, int]] = {}
        self._called: list[Call] = []
        """Of the present answer."""
        self._waiting: dict[str, Call] = {}
        """Calls without a result, by id."""
        self._early: list[tuple[Call, str]] = []
        """Results of the present answer's calls."""
        self.owed = False
        """The last turn's answer was broken off before any of it was heard or done."""
        self._answers = 0
        """The number of the answer to the last turn."""
        self._read: str | None = None
        self._reading: Job | None = None
        self._told = ReplyTo(
            text=lambda r, delta: emit(ReplyText(jobs.now(), r.number, delta)),
            thought=lambda r, delta: emit(ReplyThought(jobs.now(), r.number, delta)),
            acted=lambda r, act: emit(_acted(jobs.now(), r.number, act)),
            vote=lambda r, vote: emit(_voted(jobs.now(), r.number, vote)),
            made=self._on_made,
            call=self._on_call,
            sound=lambda r: emit(SoundReady(jobs.now(), r.number)),
            over=lambda _: self.finish("completed"),
            failed=self._on_failed,
        )

    @property
    def able(self) -> bool:
        """There is a mind to answer with."""
        return self._parts.mind is not None

    # -- before the floor is ours ------------------------------------------------------------

    def prepare(self, text: str, *, whole: bool) -> None:
        """The user has said so much. whole: perhaps all of it, so draft the answer; otherwise read
        it into the model's prefix cache."""
        if not whole:
            if self.draft is None:
                self.read_ahead(_all_but_the_last(text))
        elif self.draft is None or self.draft.key != normal(text):
            self.drop_draft()
            self.draft = self.new_reply(text)

    def read_ahead(self, words: str) -> None:
        """Read history and the user's first words into the model's prefix cache."""
        mind = self._parts.mind
        if mind is None or self._reading is not None or words == self._read:
            return
        if words and len(words.split()) < len((self._read or "").split()) + READ_WORDS:
            return
        self._read = words
        request = self._request(self.history.messages(words), aloud=self.cfg.aloud, read_only=True)

        def over(_: object) -> None:
            self._reading = None

        def failed(error: Exception) -> None:
            self._reading = None
            log.warning("conversation %d: reading ahead failed: %s", self.id, type(error).__name__)

        cost = self._costs.first_token_s
        self._reading = self._jobs.stream(mind.stream(request), cost, 0.0, over, failed)

    def drop_draft(self) -> None:
        """The words went another way, or it was told what does not hold any more."""
        if self.draft is not None:
            self.draft.stop()
            self.draft = None

    # -- the answer --------------------------------------------------------------------------

    def number(self) -> int:
        """For one answer or draft."""
        return next(self._numbers)

    def new_reply(
        self,
        words: str | None = None,
        mind: Answers | None = None,
        number: int | None = None,
        **asked: Any,
    ) -> Reply:
        """An answer to the history and, as a draft, to words that are not in it yet.

        mind: who writes it, if not the conversation's own; number: if it has one already; asked:
        what differs from the configuration, as `respond` names it. Refused without a mind."""
        mind = mind or self._parts.mind
        if mind is None:
            raise Refused("this conversation only listens: it was opened without a model")
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        messages = self.history.messages(words)
        instructions = asked.pop("instructions", None)
        if instructions is not None:
            messages = (Message("system", instructions), *messages[1:])
        aloud = asked.pop("aloud", None)
        aloud = self.cfg.aloud if aloud is None else aloud
        given = {k: v for k, v in asked.items() if v is not None}
        ask = self._request(messages, aloud=aloud, **given)
        return Reply(
            number or self.number(),
            replace(ask, settled=lambda: self._whose(self._asked)),
            mind,
            self._parts.voice if aloud else None,
            self._jobs,
            self._told,
            key=normal(words or ""),
            clauses=self.cfg.clauses,
            costs=self._costs,
        )

    def answer(self, text: str) -> None:
        """The turn ended with these words, and the floor is ours: release the draft if it answers
        them, else a new answer."""
        draft, self.draft = self.draft, None
        if draft is not None and draft.key != normal(text):
            draft.stop()
            draft = None
        self._to_the_turn(draft or self.new_reply())

    def again(self) -> None:
        """What broke the answer off before it was heard was no turn: the answer is still due."""
        self.drop_draft()
        self._to_the_turn(self.new_reply())

    def _to_the_turn(self, reply: Reply) -> None:
        self._answers = reply.number
        self.release(reply)

    def wait(self) -> None:
        """A frame went by: no dead air."""
        if self.reply is not None:
            self.reply.wait(self.cfg.bridge_frames, self.cfg.bridge_again_frames)

    def say(self, text: str) -> int | None:
        """Answer with just this; the answer's number. None: another is under way."""
        self.drop_draft()
        if self.reply is not None:
            return None
        self.release(reply := self.new_reply(mind=Direct(Fixed(text))))
        return reply.number

    def release(self, reply: Reply) -> None:
        """From now on it may be heard."""
        self.reply = reply
        self._asked = self.history.unanswered or self._asked
        self.owed = False
        self._read = None
        reply.stages |= {
            "speech_end": self.speech_end,
            "final_words": self.words_at,
            "floor": self._jobs.now(),
        }
        self._emit(ReplyStarted(self._jobs.now(), reply.number))
        reply.release()

    def finish(self, status: str) -> None:
        """The answer is over: what was heard of it becomes history."""
        reply = self.reply
        if reply is None:
            return
        whole = status == "completed"
        reply.stop()
        self.reply = None
        heard = reply.text if whole else self._heard(reply)
        said = Message("assistant", heard.strip(), calls=tuple(self._called))
        entry = self._keep(reply, said) if said.text or said.calls else 0
        for call, output in self._early:
            self.history.add_result(call, output)
        self.history.move_down(self._since)
        self._called, self._early, self._since = [], [], []
        unheard = status == "interrupted" and not entry and not reply.acts
        self.owed = unheard and reply.number == self._answers
        usage = reply.outcome.usage if reply.outcome else None
        self._emit(
            ReplyDone(
                self._jobs.now(),
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
            self.read_ahead("")

    def _heard(self, reply: Reply) -> str:
        """The words of an answer that was cut off which had sounded by now."""
        if reply.player.words:
            unheard_s = 0.0 if reply.player.held or not self.can_flush else self.lag_s
            return reply.player.heard(max(0.0, reply.player.position_s - unheard_s))
        return "" if self.cfg.aloud else reply.text

    def _keep(self, reply: Reply, said: Message) -> int:
        entry = self.history.add(said)
        self._done[reply.number] = (reply, entry)
        while len(self._done) > KEPT:
            del self._done[next(iter(self._done))]
        return entry

    def flush(self) -> None:
        """What was pulled and has not sounded yet shall never sound."""
        if self.reply is not None:
            self._emit(Flush(self._jobs.now(), self.reply.number, final=True))

    def truncate(self, number: int, heard_s: float) -> str:
        """Cut an answer in the history to what was heard; the words kept. KeyError if unknown."""
        done, entry = self._done[number]
        kept = done.player.heard(heard_s) if done.player.words else done.text
        self.drop_draft()
        self.history.rewrite(entry, kept)
        if not kept:
            del self._done[number]
        return kept

    def add(self, message: Message, after: int | None = None) -> int:
        """Put a message into the history, see Conversation.add; behind the present answer, which
        has not read it."""
        entry = self.history.add(message, after)
        if self.reply is not None and (after is None or after in self._since):
            self._since.append(entry)
        return entry

    def tool_result(self, call: str, output: str) -> None:
        """The result of a ToolCall; it stands behind the answer that made the call. Refused for a
        call that was never made, or has its result."""
        if call not in self._waiting:
            raise Refused(f"no function call {call!r} waits for its result in this conversation")
        self.drop_draft()
        made = self._waiting.pop(call)
        if made in self._called:
            self._early.append((made, output))
        else:
            self.history.add_result(made, output)

    def configure(self, cfg: SessionConfig) -> None:
        """From now on; a draft that was told otherwise is written anew."""
        if replace(cfg, floor=self.cfg.floor) != self.cfg:
            self.drop_draft()
        self.cfg = cfg
        if self.history.instructions != cfg.instructions:
            self.history.instructions = cfg.instructions
            self._read = None
        self.read_ahead("")

    def close(self) -> None:
        """Stop all work."""
        for reply in (self.draft, self.reply):
            if reply is not None:
                reply.stop()
        self.draft = self.reply = None

    def _request(
        self,
        messages: tuple[Message, ...],
        how: How | None = None,
        aloud: bool = True,
        **changes: Any,
    ) -> Ask:
        cfg = self.cfg
        how = how or How(cfg.model, cfg.thinking, cfg.voting)
        request = Request(
            messages,
            max_tokens=cfg.max_tokens,
            temperature=cfg.temperature,
            tools=cfg.tools,
            tool_choice=cfg.tool_choice,
            conversation=self.id,
            thinking=how.thinking,
        )
        spoken = aloud and self._parts.voice is not None
        return Ask(replace(request, **changes), how.model, how.voting, spoken=spoken)

    def _on_call(self, reply: Reply, name: str, arguments: str) -> None:
        call = Call(name, arguments, f"call_{self.id}_{reply.number}_{len(self._called)}")
        self._called.append(call)
        self._waiting[call.id] = call
        self._emit(ToolCall(self._jobs.now(), reply.number, call.id, name, arguments))

    def _on_made(self, reply: Reply, outcome: Outcome) -> None:
        """What the history let go is missed only where a model read it."""
        left_out = self.history.left_out if outcome.usage.tokens_in else 0
        outcome = replace(outcome, shortened=outcome.shortened + left_out)
        self._emit(_made(self._jobs.now(), reply.number, outcome))

    def _on_failed(self, reply: Reply, error: Exception) -> None:
        self._failed(error)
        if reply is self.draft:
            self.draft = None
        elif reply is self.reply:
            self.finish("failed")


def _all_but_the_last(text: str) -> str:
    """The words that the next transcript will most likely begin with, too."""
    return " ".join(text.split()[:-1]).rstrip(".,!? ")


def _acted(t: float, reply: int, act: Act) -> ReplyActed:
    arguments = json.dumps(act.arguments, ensure_ascii=False, default=str)
    return ReplyActed(
        t, reply, act.tool, arguments, act.verdict, act.reason, act.result, act.failed
    )


def _voted(t: float, reply: int, vote: Vote) -> ReplyVote:
    return ReplyVote(t, reply, vote.chains, dict(vote.counts), vote.tokens, vote.stopped)


def _made(t: float, reply: int, outcome: Outcome) -> ReplyMade:
    usage, route = outcome.usage, outcome.route
    return ReplyMade(
        t,
        reply,
        usage.model,
        route.why if route else "",
        usage.tokens_thought,
        usage.granted or 0,
        usage.budget,
        route.fell_from if route else (),
        outcome.shortened,
    )
