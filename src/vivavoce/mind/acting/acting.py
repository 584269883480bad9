"""A mind with hands: plain commands at once, everything else by a model with the right tools."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from vivavoce.experts.commands import Commands
from vivavoce.experts.finder import Finder
from vivavoce.mind.acting.ahead import Quiet
from vivavoce.mind.acting.at_once import AtOnce
from vivavoce.mind.acting.config import ActingConfig
from vivavoce.mind.acting.hands import Hands
from vivavoce.mind.acting.rounds import Rounds
from vivavoce.mind.acting.talk import Talks
from vivavoce.mind.ask import Ask
from vivavoce.mind.direct import Answers, Told
from vivavoce.models import Card


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
        self._at_once = AtOnce(hands, cfg.pin)
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
        request = ask.request
        if request.read_only or request.begun or request.tools or request.schema is not None:
            async for item in self._mind.stream(ask):  # a client's own tools are the client's
                yield item
            return
        talk = self._talks.of(request.conversation)
        talk.resumes = False
        for read in self._jobs.reported(request.messages) if self._jobs else ():
            if read not in talk.read:
                talk.was_read(read)
        words = next((m.text for m in reversed(request.messages) if m.role == "user"), "")
        for way in self._at_once.ways(ask, talk, words, self.commands):
            acted = False
            async with aclosing(way) as items:
                async for item in items:
                    acted = True
                    yield item
            if acted:
                return
        async with aclosing(self._rounds.answer(ask, talk, words)) as items:
            async for item in items:
                yield item
