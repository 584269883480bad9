"""What needs no model: a yes, an undo, a word about a long job, plain commands."""

import re
from collections.abc import AsyncGenerator

from vivavoce.core import ConfigError, Speaker
from vivavoce.experts import Unclear
from vivavoce.experts.commands import Command, Commands
from vivavoce.mind.acting import yes
from vivavoce.mind.acting.aloud import sentence, spoken
from vivavoce.mind.acting.asking import offered, question, settled
from vivavoce.mind.acting.cost import nothing
from vivavoce.mind.acting.hands import Done, Hands, arguments_of
from vivavoce.mind.acting.talk import Talk
from vivavoce.mind.ask import Ask
from vivavoce.mind.direct import Told
from vivavoce.models import Text

_JOB = re.compile(
    r"(?:how (?:far|long) is (?:it|that)(?: still)?|is it (?:done|ready)(?: yet)?|"
    r"what are you doing|how is (?:it|that) (?:going|coming along))"
)
_STOP_JOB = re.compile(r"(?:stop|cancel|abort) (?:the|that|this|it|all)(?: long)?(?: jobs?)?")


class AtOnce:
    """pin: digits that stand for the owner's voice; empty: none do."""

    def __init__(self, hands: Hands, pin: str) -> None:
        self._hands, self._pin = hands, pin

    def ways(
        self, ask: Ask, talk: Talk, words: str, commands: Commands
    ) -> tuple[AsyncGenerator[Told], ...]:
        """In this order; the first that tells anything has understood."""
        return (
            self._agreed(ask, talk, words),
            self._put_back(ask, talk, words),
            self._job(ask, words),
            self._plain(ask, talk, words, commands),
        )

    async def _agreed(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """The answer to a question of ours: shall I?"""
        pending, said = talk.pending, yes.answered(words)
        if pending is None:
            return
        if said is None:
            if ask.settled is None or ask.settled() is not None:
                talk.pending = None
            return
        speaker = self._by_pin(words, await settled(ask))
        if talk.pending is not pending:
            return
        talk.pending = None
        if not said:
            yield Text("All right, I leave it.")
            yield nothing("a no")
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
        speaker = await settled(ask)
        found = await audit.last_undoable(speaker)
        if found is None:
            yield Text("There is nothing that I could put back.")
            yield nothing("nothing to undo")
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
            yield nothing("a job was asked about")
        elif _STOP_JOB.fullmatch(said):
            await settled(ask)
            stopped = jobs.stop()
            yield Text(f"I stopped {' and '.join(j.tool.replace('_', ' ') for j in stopped)}.")
            yield nothing("a job was stopped")

    async def _plain(
        self, ask: Ask, talk: Talk, words: str, commands: Commands
    ) -> AsyncGenerator[Told]:
        """A plain command, or some in one sentence."""
        whole, parts = commands.match(words), commands.parts(words)
        if whole and sum(part[0].literal for part in parts) <= whole[0].literal:
            speaker = await settled(ask)
            talk.said(words)
            if (done := await self._first_clear(whole, speaker, ask, talk)) is not None:
                async for item in self._told([done], talk):
                    yield item
                return
        if not parts:
            return
        speaker = await settled(ask)
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
        yield nothing("a plain command")

    async def _sentence(self, done: Done, talk: Talk) -> str:
        if done.asks:
            return await question(self._hands, done, talk)
        if done.result is None:
            return sentence(done.act.reason)
        offered(done, talk)
        return spoken(done.result, done.act.tool)

    def _by_pin(self, words: str, speaker: Speaker) -> Speaker:
        """A PIN makes its speaker the owner, for this yes."""
        if self._pin and self._pin in yes.digits(words):
            return Speaker("owner", "owner", by="login")
        return speaker
