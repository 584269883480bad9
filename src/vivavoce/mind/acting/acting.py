"""A mind with hands: plain commands at once, everything else by a model with the right tools."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

import anyio

from vivavoce.core import Budget, Call, ConfigError, Message, Speaker
from vivavoce.experts import Result, Tool, Unclear
from vivavoce.experts.commands import Command, Commands
from vivavoce.experts.finder import Finder
from vivavoce.mind.acting import yes
from vivavoce.mind.acting.hands import Done, Hands, arguments_of, summary_of
from vivavoce.mind.acting.prompt import described, result_message, told
from vivavoce.mind.acting.talk import Pending, Talk, Talks
from vivavoce.mind.ask import Ask, Outcome, Route
from vivavoce.mind.direct import Answers, Told
from vivavoce.mind.mind import NOTHING
from vivavoce.mind.router.words import wish
from vivavoce.models import Card, Request, Text, Usage

POLL_S = 0.02
_JOB = re.compile(
    r"(?:how (?:far|long) is (?:it|that)(?: still)?|is it (?:done|ready)(?: yet)?|"
    r"what are you doing|how is (?:it|that) (?:going|coming along))"
)
_STOP_JOB = re.compile(r"(?:stop|cancel|abort) (?:the|that|this|it|all)(?: long)?(?: jobs?)?")
_JOINED = re.compile(r"\b(?:and|then|also|after that|both)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ActingConfig:
    """How far a model may go by itself."""

    steps: int = 6
    """Times that it may call tools for one request."""
    tools: int = 6
    """At most, that a model is told of: a small one reads some 100 tokens for each."""
    short_cut: bool = True
    """What a tool says is the answer, where nothing else was asked for: no model puts it anew."""
    surely_meant: float = 0.45
    """The finder's score from which an expert that can't work is named instead of an answer."""
    pin: str = ""
    """Digits that stand for the owner's voice; empty: none do."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.tools < 1:
            raise ConfigError("acting: steps and tools are at least 1")
        if self.pin and (not self.pin.isdigit() or len(self.pin) < 4):
            raise ConfigError("acting: a PIN has at least 4 digits")


class Acting:
    """Answers like the mind that it has, and does what is asked."""

    def __init__(
        self,
        mind: Answers,
        hands: Hands,
        finder: Finder,
        commands: Commands,
        cfg: ActingConfig | None = None,
    ) -> None:
        self._mind, self._hands, self._finder = mind, hands, finder
        self.commands, self._cfg = commands, cfg or ActingConfig()
        self._talks = Talks()

    def cards(self) -> Mapping[str, Card]:
        """The mind's."""
        return self._mind.cards()

    async def count(self, ask: Ask) -> int:
        """The mind's, without tools."""
        return await self._mind.count(ask)

    def resumes(self, conversation: int) -> bool:
        """As the mind does, where nothing is done."""
        return self._talks.of(conversation).resumes and self._mind.resumes(conversation)

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        """What was done, and the answer. Errors as of the mind; a tool's failure is none."""
        request = ask.request
        if request.read_only or request.begun or request.tools or request.schema is not None:
            async for item in self._mind.stream(ask):  # a client's own tools are the client's
                yield item
            return
        talk = self._talks.of(request.conversation)
        talk.resumes = False
        words = next((m.text for m in reversed(request.messages) if m.role == "user"), "")
        ways = (
            self._agreed(ask, talk, words),
            self._put_back(ask, talk, words),
            self._job(ask, words),
            self._plain(ask, talk, words),
        )
        for way in ways:
            acted = False
            async with aclosing(way) as items:
                async for item in items:
                    acted = True
                    yield item
            if acted:
                return
        async with aclosing(self._by_model(ask, talk, words)) as items:
            async for item in items:
                yield item

    # -- without a model -----------------------------------------------------------------------

    async def _agreed(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """The answer to a question of ours: shall I?"""
        pending, said = talk.pending, yes.answered(words)
        if pending is None:
            return
        if said is None:
            if ask.settled is None or ask.settled() is not None:
                talk.pending = None
            return
        speaker = self._by_pin(words, await _settled(ask))
        if talk.pending is not pending:
            return
        talk.pending = None
        if not said:
            yield Text("All right, I leave it.")
            yield _outcome("a no")
            return
        done = await self._hands.do(
            pending.tool, pending.arguments, speaker, talk, room=ask.room, agreed=True
        )
        async for item in self._told([done], talk):
            yield item

    async def _put_back(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """The last thing done is undone."""
        audit = self._hands.audit
        if audit is None or not yes.undo(words):
            return
        speaker = await _settled(ask)
        found = audit.last_undoable(speaker)
        if found is None:
            yield Text("There is nothing that I could put back.")
            yield _outcome("nothing to undo")
            return
        number, call = found
        arguments = arguments_of(call) or {}
        done = await self._hands.do(
            call.name, arguments, speaker, talk, room=ask.room, own=True, undoes=True
        )
        if done.result is not None and not done.result.failed:
            audit.mark_undone(number)
        async for item in self._told([done], talk):
            yield item

    async def _job(self, ask: Ask, words: str) -> AsyncGenerator[Told]:
        """A long job is asked about, or stopped."""
        jobs = self._hands.jobs
        said = words.lower().strip(" .!?")
        if jobs is None or not (running := jobs.running()):
            return
        if _JOB.fullmatch(said):
            yield Text(" ".join(f"{job.line[0].upper()}{job.line[1:]}." for job in running))
            yield _outcome("a job was asked about")
        elif _STOP_JOB.fullmatch(said):
            await _settled(ask)
            stopped = jobs.stop()
            yield Text(f"I stopped {' and '.join(j.tool.replace('_', ' ') for j in stopped)}.")
            yield _outcome("a job was stopped")

    async def _plain(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """A plain command, or some in one sentence."""
        whole, parts = self.commands.match(words), self.commands.parts(words)
        if whole and sum(part[0].literal for part in parts) <= whole[0].literal:
            speaker = await _settled(ask)
            talk.said(words)
            if (done := await self._first_clear(whole, speaker, ask, talk)) is not None:
                async for item in self._told([done], talk):
                    yield item
                return
        if not parts:
            return
        speaker = await _settled(ask)
        talk.said(words)
        found = [await self._first_clear(part, speaker, ask, talk) for part in parts]
        made = [done for done in found if done is not None]
        if made:
            async for item in self._told(made, talk, missing=len(found) - len(made)):
                yield item

    async def _first_clear(
        self, meant: list[Command], speaker: Speaker, ask: Ask, talk: Talk
    ) -> Done | None:
        """The first of what a sentence may mean that its tool can follow; None: a model's task."""
        for command in meant:
            try:
                return await self._hands.do(
                    command.tool,
                    command.arguments,
                    speaker,
                    talk,
                    room=ask.room,
                    strict=True,
                    own=True,
                )
            except Unclear:
                continue
            except (ConfigError, KeyError):
                return None  # not set up: the model says so, or another expert is meant
        return None

    async def _told(self, made: list[Done], talk: Talk, missing: int = 0) -> AsyncGenerator[Told]:
        """What was done, said without a model."""
        sentences = []
        for done in made:
            yield done.act
            sentences.append(await self._sentence(done, talk))
        if missing:
            sentences.append("The rest I did not understand.")
        yield Text(" ".join(sentences))
        yield _outcome("a plain command")

    async def _sentence(self, done: Done, talk: Talk) -> str:
        if done.asks:
            return await self._question(done, talk)
        if done.result is None:
            return _sentence(done.act.reason)
        if done.result.failed:
            return f"That did not work: {done.result.say or done.result.text}"
        return done.result.say or done.result.text

    async def _question(self, done: Done, talk: Talk) -> str:
        """Shall I? From now on a yes does it."""
        act = done.act
        summary = summary_of(act.tool, await self._hands.tool(act.tool), act.arguments)
        talk.pending = Pending(act.tool, act.arguments, summary)
        return f"Shall I {summary}?"

    def _by_pin(self, words: str, speaker: Speaker) -> Speaker:
        """A PIN makes its speaker the owner, for this yes."""
        if self._cfg.pin and self._cfg.pin in yes.digits(words):
            return Speaker("owner", "owner", by="login")
        return speaker

    # -- with a model ----------------------------------------------------------------------------

    async def _by_model(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """With the tools of the experts that the words mean; without any, the mind alone."""
        loaded = self._finder.experts(words, talk.experts)
        talk.experts = loaded
        if not loaded:
            talk.resumes = True
            async for item in self._mind.stream(ask):
                yield item
            talk.said(words)
            return
        tools, away = await self._hands.tools(loaded)
        if not tools:
            async for item in self._away(ask, talk, words, away):
                yield item
            return
        always = [f"{name}_{tool}" for name in loaded for tool in self._always(name)]
        tools = self._finder.tools(words, tools, always, self._cfg.tools)
        able = [name for name in loaded if name not in away]
        request = _quick(ask.request, words)
        messages = told(request.messages, self._hands.opened.experts, able, self._hands.now())
        request = replace(request, messages=_with_away(messages, away))
        async with aclosing(self._rounds(replace(ask, request=request), talk, words, tools)) as did:
            async for item in did:
                yield item

    async def _rounds(
        self, ask: Ask, talk: Talk, words: str, tools: Mapping[str, Tool]
    ) -> AsyncGenerator[Told]:
        """Call after call, until there is an answer."""
        total, outcome, seen = Usage(), Outcome(Usage()), set[tuple[str, str]]()
        messages, offered = ask.request.messages, tuple(described(n, t) for n, t in tools.items())
        for left in reversed(range(self._cfg.steps + 1)):
            request = replace(ask.request, messages=messages, tools=offered if left else ())
            calls: list[Call] = []
            async with aclosing(
                cast("Any", self._mind.stream(replace(ask, request=request)))
            ) as on:
                async for item in on:
                    if isinstance(item, Call):
                        calls.append(item)
                    elif isinstance(item, Outcome):
                        outcome, total = item, _sum(total, item.usage)
                    else:
                        yield item
            if not calls:
                break
            speaker = await _settled(ask)
            talk.said(words)
            made = [(call.name, call.arguments) for call in calls]
            if seen.issuperset(
                made
            ):  # a small model goes round in circles: it has what it asks for
                offered = ()
                continue
            seen.update(made)
            done: list[Done] = []
            results: list[Message] = []
            for call in calls:
                act, result = await self._one(call, tools, speaker, ask, talk)
                results.append(result)
                if act is not None:
                    done.append(act)
                    yield act.act
                if act is not None and act.asks:
                    break
            if said := await self._over(done, calls, words, talk):
                yield Text(said)
                break
            messages = (*messages, Message("assistant", "", calls=tuple(calls)), *results)
        talk.said(words)
        yield replace(outcome, usage=replace(total, finish=_ended(outcome)))

    async def _over(self, done: list[Done], calls: list[Call], words: str, talk: Talk) -> str:
        """What ends the rounds: a question of ours, or what the tools themselves say."""
        asks = next((one for one in done if one.asks), None)
        return await self._question(asks, talk) if asks else self._short(done, calls, words)

    async def _away(
        self, ask: Ask, talk: Talk, words: str, away: Mapping[str, str]
    ) -> AsyncGenerator[Told]:
        """The expert that is meant can't work: say why; a mind alone where it is doubtful that it
        is meant."""
        meant = self._finder.scores(words)
        sure = [name for name in away if meant.get(name, 0.0) >= self._cfg.surely_meant]
        if sure:
            yield Text(" ".join(_sentence(away[name]) for name in sure))
            yield _outcome("an expert can't work now")
            return
        talk.resumes = True
        async for item in self._mind.stream(ask):
            yield item

    async def _one(
        self, call: Call, tools: Mapping[str, Tool], speaker: Speaker, ask: Ask, talk: Talk
    ) -> tuple[Done | None, Message]:
        """One call of a model's, and what the model is told of it."""
        arguments = arguments_of(call)
        if call.name not in tools or arguments is None:
            why = "there is no such tool" if call.name not in tools else "that is no JSON object"
            return None, result_message(Result(why, failed=True), call.id)
        done = await self._hands.do(
            call.name, arguments, speaker, talk, tool=tools[call.name], room=ask.room
        )
        result = done.result or Result(f"not allowed: {done.act.reason}", failed=True)
        return done, result_message(result, call.id)

    def _short(self, made: list[Done], calls: list[Call], words: str) -> str:
        """What the tools say, if that is the whole answer."""
        whole = len(made) == len(calls) and (len(calls) > 1 or not _JOINED.search(words))
        clear = all(d.result and d.result.say and not d.result.failed for d in made)
        refused = all(d.result is None for d in made)
        if refused and made:
            return " ".join(dict.fromkeys(_sentence(d.act.reason) for d in made))
        if not (self._cfg.short_cut and whole and clear):
            return ""
        return " ".join(d.result.say for d in made if d.result)

    def _always(self, expert: str) -> tuple[str, ...]:
        return self._hands.opened.experts[expert].manifest.always


async def _settled(ask: Ask) -> Speaker:
    """Who asked, once that is known and the answer is wanted; a draft that never is waits until it
    is closed."""
    while ask.settled is not None:
        if (speaker := ask.settled()) is not None:
            return speaker
        await anyio.sleep(POLL_S)
    return ask.speaker


def _quick(request: Request, words: str) -> Request:
    """To pick a tool takes no thinking, unless somebody asks for it."""
    if request.thinking is None and not wish(words).thinks:
        return replace(request, thinking=Budget(0))
    return request


def _with_away(messages: tuple[Message, ...], away: Mapping[str, str]) -> tuple[Message, ...]:
    """The model is told which experts can't work now, and why."""
    if not away:
        return messages
    lines = "\n".join(f"{name} can't work now: {why}" for name, why in away.items())
    first = replace(messages[0], text=f"{messages[0].text}\n{lines}\nTell the user so.")
    return (first, *messages[1:])


def _outcome(why: str) -> Outcome:
    return Outcome(Usage(model=NOTHING), Route(NOTHING, why))


def _sentence(text: str) -> str:
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def _sum(total: Usage, more: Usage) -> Usage:
    return replace(
        more,
        tokens_in=total.tokens_in + more.tokens_in,
        tokens_cached=total.tokens_cached + more.tokens_cached,
        tokens_out=total.tokens_out + more.tokens_out,
        tokens_thought=total.tokens_thought + more.tokens_thought,
    )


def _ended(outcome: Outcome) -> Any:
    """Calls of our own are no end that a client must act on."""
    return "stop" if outcome.usage.finish == "tool_calls" else outcome.usage.finish
