"""A mind with hands: plain commands at once, everything else by a model with the right tools."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial

from vivavoce.core import RANKS, Rank, Speaker
from vivavoce.experts.commands import Commands
from vivavoce.experts.finder import Finder
from vivavoce.mind.acting.ahead import Quiet
from vivavoce.mind.acting.at_once import AtOnce
from vivavoce.mind.acting.config import ActingConfig
from vivavoce.mind.acting.hands import Hands
from vivavoce.mind.acting.pin import Pin
from vivavoce.mind.acting.rounds import Rounds
from vivavoce.mind.acting.talk import Talk, Talks
from vivavoce.mind.ask import Ask, settled
from vivavoce.mind.direct import Answers, Told
from vivavoce.models import Card, Request


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
        cfg = cfg or ActingConfig()
        self.commands = commands
        self.quiet = Quiet()
        self._mind, self._talks, self._jobs = mind, Talks(), hands.jobs
        self._pin = Pin(cfg.pin)
        self._at_once = AtOnce(hands, self._pin)
        self._rounds = Rounds(mind, hands, finder, cfg)

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
        with self.quiet.broken():
            async with aclosing(self._answer(ask)) as items:
                async for item in items:
                    yield item

    async def read(self, expert: str) -> None:
        """See Rounds.read."""
        await self._rounds.read(expert)

    async def _answer(self, ask: Ask) -> AsyncGenerator[Told]:
        words, ask = _last_words(ask.request), self._pin.hidden(ask)
        request = ask.request
        owns_tools = request.tools or request.schema is not None  # they are the client's to call
        if request.read_only or request.begun or owns_tools or words is None:
            async for item in self._mind.stream(ask):
                yield item
            return
        talk = self._talks.of(request.conversation)
        talk.resumes = False
        talk.goes_on(request.messages)
        for read in self._jobs.reported(request.messages) if self._jobs else ():
            if read not in talk.read:
                talk.was_read(read)
        for way in self._at_once.ways(ask, talk, words, self.commands):
            acted = False
            async with aclosing(way) as items:
                async for item in items:
                    acted = True
                    yield item
            if acted:
                return
        before = talk.words
        async with aclosing(self._for_whoever(ask, talk, words)) as items:
            async for item in items:
                yield item
        speaker = await settled(ask)  # a draft may be written before anybody knows who asked
        if talk.words is before:
            talk.said(words, speaker)

    async def _for_whoever(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """By a model. Whoever may not know what was told here before is answered without it; a
        draft is begun with it, and is worth nothing then."""
        checked = replace(ask, settled=partial(_who_may_know, ask, talk.least))
        try:
            async with aclosing(self._rounds.answer(checked, talk, words)) as items:
                async for item in items:
                    if talk.least != "unknown":
                        await settled(checked)
                    yield item
        except _MayNotKnow:
            told = ask.request.messages
            alone = (*(m for m in told if m.role == "system"), told[-1])
            ask = replace(ask, request=replace(ask.request, messages=alone))
            async with aclosing(self._rounds.answer(ask, talk, words)) as items:
                async for item in items:
                    yield item


class _MayNotKnow(Exception):
    """The speaker's rank is too low for what was told before."""


def _who_may_know(ask: Ask, least: Rank) -> Speaker | None:
    speaker = ask.settled() if ask.settled is not None else ask.speaker
    if speaker is not None and RANKS.index(speaker.rank) > RANKS.index(least):
        raise _MayNotKnow
    return speaker


def _last_words(request: Request) -> str | None:
    """What is to be answered; None: nobody has said anything since the last answer."""
    said = [message for message in request.messages if message.role != "system"]
    return said[-1].text if said and said[-1].role == "user" else None
