"""By a model: with the tools of the experts that are meant, call after call, to an answer."""

import logging
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from vivavoce.core import Budget, Call, Message, Speaker, VivavoceError
from vivavoce.experts import Result, Tool
from vivavoce.experts.finder import Finder
from vivavoce.mind.acting.aloud import sentence
from vivavoce.mind.acting.asking import heard, question
from vivavoce.mind.acting.config import ActingConfig
from vivavoce.mind.acting.cost import added, ended, nothing
from vivavoce.mind.acting.hands import Done, Hands, arguments_of
from vivavoce.mind.acting.held import First, HeldTo
from vivavoce.mind.acting.looking import wants_to_know
from vivavoce.mind.acting.prompt import described, result_message, told
from vivavoce.mind.acting.recalled import Turn, recalled
from vivavoce.mind.acting.talk import Talk
from vivavoce.mind.ask import Act, Ask, Outcome, settled
from vivavoce.mind.character import CHARACTER
from vivavoce.mind.direct import Answers, Told
from vivavoce.mind.router.words import wish
from vivavoce.models import Request, Text, Usage

log = logging.getLogger(__name__)

_JOINED = re.compile(r"(?<!^)\b(?:and|then|also|after that|both)\b", re.IGNORECASE)
"""Not at the beginning: "and in the bedroom?" asks for one thing."""


class Rounds:
    """Between a mind and the hands."""

    def __init__(self, mind: Answers, hands: Hands, finder: Finder, cfg: ActingConfig) -> None:
        self._mind, self._hands, self._finder, self._cfg = mind, hands, finder, cfg

    async def answer(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """With the tools of the experts that the words mean; without any, the mind alone."""
        last = self._spoken_to(talk, ask.request.messages)
        loaded = self._finder.experts(words, last)
        if not loaded:
            talk.resumes = True
            async for item in self._mind.stream(ask):
                yield item
            await settled(ask)  # a draft is no turn
            talk.was_for(())
            return
        # In the house's order, so that the same experts make the same prompt.
        loaded = tuple(name for name in self._hands.opened.experts if name in loaded)
        tools, away = await self._hands.tools(loaded)
        scores = self._finder.scores(words, last)
        if not tools:
            async for item in self._away(ask, talk, scores, away):
                yield item
            return
        always = [f"{name}_{tool}" for name in loaded for tool in self._always(name)]
        fitting = self._finder.tools(words, tools, always, self._cfg.tools)
        able = [name for name in loaded if name not in away]
        request = _quick(ask.request, words)
        known, now = self._hands.opened.experts, self._hands.now()
        sure = any(scores.get(name, 0.0) >= self._cfg.surely for name in able)
        request = replace(
            request,
            messages=told(recalled(request.messages, talk.turns, fitting), known, able, now, away),
            tools_fit=sure,
            lasting=len(fitting) == len(tools)
            and request.messages[:1] == (Message("system", CHARACTER),),
        )
        ask = replace(ask, request=request)
        held = HeldTo()
        if request.thinking is not None and not request.thinking.tokens:
            looks = tuple(name for name, tool in fitting.items() if tool.effect == "read")
            asks = wants_to_know(words) or len(looks) == len(fitting)
            probable = not self._finder.probable(last).isdisjoint(able)
            held = HeldTo(looks if asks else tuple(fitting), sure and (asks or probable))
        acts: list[Act] = []
        async with aclosing(self._rounds(ask, talk, words, fitting, held)) as did:
            async for item in did:
                if isinstance(item, Act):
                    acts.append(item)
                    talk.was_for(self._hands.experts_of(acts))
                yield item
        if not acts:
            await settled(ask)
            talk.was_for(loaded)

    def _spoken_to(self, talk: Talk, messages: Sequence[Message]) -> tuple[str, ...]:
        """The experts that the turn before was for; of a conversation that nobody remembers, as
        far as its words tell."""
        if talk.number:
            return talk.experts
        said = [message.text for message in messages if message.role == "user"]
        return self._finder.experts(said[-2]) if len(said) > 1 else ()

    async def read(self, expert: str) -> None:
        """What the model is told when only this expert is meant, into its cache of prompts: so the
        first who needs it does not wait. Nothing, where it is away or its tools are chosen anew
        for each request."""
        tools, _ = await self._hands.tools((expert,))
        if not tools or len(tools) > self._cfg.tools:
            return
        known, now = self._hands.opened.experts, self._hands.now()
        asked = (Message("system", CHARACTER), Message("user", known[expert].manifest.when[0]))
        request = Request(
            told(asked, known, (expert,), now),
            tools=tuple(described(name, tool) for name, tool in tools.items()),
            lasting=True,
            read_only=True,
        )
        try:
            told_of = self._mind.stream(Ask(request, stays_here=True))
            async with aclosing(cast("Any", told_of)) as items:
                async for _ in items:
                    pass
        except VivavoceError as error:
            log.info("what %s can do was not read ahead: %s", expert, error)

    async def _rounds(
        self,
        ask: Ask,
        talk: Talk,
        words: str,
        tools: Mapping[str, Tool],
        held: HeldTo,
    ) -> AsyncGenerator[Told]:
        """Call after call, until there is an answer."""
        total, outcome, seen = Usage(), Outcome(Usage()), set[tuple[str, str]]()
        messages, offered = ask.request.messages, tuple(described(n, t) for n, t in tools.items())
        choice, allowed, turn = ask.request.tool_choice, tuple[str, ...](), Turn(words)
        last: list[Done] = []
        for left in reversed(range(self._cfg.steps + 1)):
            request = replace(
                ask.request,
                messages=messages,
                tools=offered,
                tool_choice=choice if left else "none",
                allowed=allowed,
                thinking=_left(ask.request.thinking, total),
            )
            calls: list[Call] = []
            heard_first = First(held, tools, acted=bool(last))
            async with aclosing(
                cast("Any", self._mind.stream(replace(ask, request=request)))
            ) as on:
                async for item in on:
                    if isinstance(item, Call):
                        if not (allowed and calls):  # who must call one goes on calling
                            calls.append(item)
                    elif isinstance(item, Outcome):
                        first = outcome.route if total.granted else None
                        outcome = replace(item, route=first or item.route)  # why it thinks
                        total = added(total, item.usage)
                    elif isinstance(item, Text):
                        if text := heard_first.more(item.text):
                            yield Text(text)
                        if heard_first.invents:
                            break
                    else:
                        yield item
            if text := heard_first.end():
                yield Text(text)
            if heard_first.invents and last:  # it talks about its tools: these tell it themselves
                yield Text(" ".join(map(heard, last)))
                break
            if heard_first.invents:
                choice, allowed, held = "required", held.tools, HeldTo()
                continue
            if not calls:
                break
            choice, allowed, held = ask.request.tool_choice, (), HeldTo()
            speaker = await settled(ask)
            talk.said(words, speaker)
            made = [(call.name, call.arguments) for call in calls]
            if seen.issuperset(made):  # a small model goes round in circles: it has what it asks
                choice = "none"
                continue
            seen.update(made)
            done: list[Done] = []
            results: list[Message] = []
            for call in calls:
                act, result = await self._one(call, tools, speaker, ask, talk)
                results.append(result)
                if act is not None:
                    done.append(act)
                    if not act.act.failed:
                        turn.made.append((call, result))
                        talk.did(turn)
                    yield act.act
            last = done
            instead = tuple(
                d.result.instead for d in done if d.result and d.result.instead in tools
            )
            if instead:
                choice, allowed = "required", instead
            if said := self._over(done, calls, words, talk, speaker):
                yield Text(said)
                break
            messages = (*messages, Message("assistant", "", calls=tuple(calls)), *results)
        yield replace(outcome, usage=replace(total, finish=ended(outcome)))

    def _over(
        self, done: list[Done], calls: list[Call], words: str, talk: Talk, speaker: Speaker
    ) -> str:
        """What ends the rounds: a question of ours, or what the tools themselves say."""
        waits = any(one.waits for one in done)
        said = "" if waits else self._short(done, calls, words)
        if not (waits or said):
            return ""
        told = [heard(one) for one in done if not one.waits] if waits else [said]
        asked = question(done, talk, speaker, self._hands.now())
        return " ".join(filter(None, [*told, asked]))

    async def _away(
        self, ask: Ask, talk: Talk, scores: Mapping[str, float], away: Mapping[str, str]
    ) -> AsyncGenerator[Told]:
        """The expert that is meant can't work: say why; a mind alone where it is doubtful that it
        is meant."""
        sure = [name for name in away if scores.get(name, 0.0) >= self._cfg.surely_meant]
        if sure:
            yield Text(" ".join(sentence(away[name]) for name in sure))
            yield nothing("an expert can't work now")
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
            return " ".join(dict.fromkeys(sentence(d.act.reason) for d in made))
        if not (self._cfg.short_cut and whole and clear):
            return ""
        return " ".join(d.result.say for d in made if d.result)

    def _always(self, expert: str) -> tuple[str, ...]:
        return self._hands.opened.experts[expert].manifest.always


def _left(thinking: Budget | None, total: Usage) -> Budget | None:
    """A budget, asked for or given by the router, is the whole answer's, not each round's."""
    if total.granted is None:
        return thinking
    left = max(0, total.granted - total.tokens_thought)
    return replace(thinking, tokens=left) if thinking else Budget(left)


def _quick(request: Request, words: str) -> Request:
    """To pick a tool takes no thinking, unless somebody asks for it."""
    if request.thinking is None and not wish(words).thinks:
        return replace(request, thinking=Budget(0))
    return request
