"""What needs no model: a yes, an undo, a word about a long job, plain commands."""

import json
import re
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta

from vivavoce.core import Call, ConfigError, Message, Speaker
from vivavoce.experts import Unclear
from vivavoce.experts.commands import Command, Commands
from vivavoce.mind.acting import yes
from vivavoce.mind.acting.asking import heard, question
from vivavoce.mind.acting.cost import nothing
from vivavoce.mind.acting.hands import Done, Hands, arguments_of
from vivavoce.mind.acting.pin import Pin
from vivavoce.mind.acting.prompt import result_message
from vivavoce.mind.acting.recalled import Turn
from vivavoce.mind.acting.talk import Talk, Waiting, same
from vivavoce.mind.ask import Ask, settled
from vivavoce.mind.audit import Kept
from vivavoce.mind.direct import Told
from vivavoce.models import Text

YES_FOR = timedelta(seconds=60)
"""A question of ours may be answered for so long."""
UNDO_FOR = timedelta(minutes=30)
"""What is older is not put back: who says "undo that" means something else."""
SURE = 0.8
"""How sure we must be by the voice that it is an owner who says yes for others."""
_JOB = re.compile(
    r"(?:how (?:far|long) is (?:it|that)(?: still)?|is it (?:done|ready)(?: yet)?|"
    r"what are you doing|how is (?:it|that) (?:going|coming along))"
)
_STOP_JOB = re.compile(r"(?:stop|cancel|abort) (?:the|that|this|it|all)(?: long)?(?: jobs?)?")


class AtOnce:
    """Shared by all conversations."""

    def __init__(self, hands: Hands, pin: Pin) -> None:
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
        if pending is None or said is None or not pending.answered_in(ask.request.messages):
            return
        speaker = await settled(ask)
        if talk.pending is not pending:
            return
        talk.pending = None
        now = self._hands.now()
        pin = self._pin.said(words, now) if said else ""
        if pin == "right":
            speaker = replace(speaker, rank="owner", confidence=1.0, by="login")
        if not said:
            yield Text("All right, I leave it.")
            yield nothing("a no")
        elif now - pending.at > YES_FOR:
            yield Text("That was too long ago. Ask me again.")
            yield nothing("a late yes")
        elif pin == "locked" and not _may_confirm(speaker):
            yield Text("Too many wrong PINs: none counts for a while. I leave it.")
            yield nothing("a PIN that does not count")
        elif pin == "wrong" or (pending.by_owner and not _may_confirm(speaker)):
            talk.pending = pending
            why = "That is not the PIN." if pin else "That needs the owner's yes."
            yield Text(f"{why} {pending.question}")
            yield nothing("a yes that does not count")
        else:
            made = [
                await self._hands.again(
                    call, speaker, talk, room=ask.room, agreed=True, asker=pending.asker
                )
                for call in pending.calls
            ]
            async for item in self._told(made, talk, words, pending.asker):
                yield item

    async def _put_back(self, ask: Ask, talk: Talk, words: str) -> AsyncGenerator[Told]:
        """The last thing that this speaker changed is undone."""
        audit = self._hands.audit
        if audit is None or not yes.undo(words):
            return
        speaker = await settled(ask)
        waits = self._undoing(await audit.last_change(speaker), speaker)
        if isinstance(waits, str):
            yield Text(waits)
            yield nothing("nothing to undo")
            return
        done = await self._hands.again(waits, speaker, talk, room=ask.room)
        async for item in self._told([done], talk, words, speaker):
            yield item

    def _undoing(self, last: Kept | None, speaker: Speaker) -> Waiting | str:
        """What puts a speaker's last change back, or why nothing does."""
        if last is None:
            return "There is nothing that I could put back."
        jobs = self._hands.jobs.running() if self._hands.jobs else []
        if any(same(job.speaker, speaker) and job.at > last.at for job in jobs):
            return "That is still under way; you can stop it."
        if self._hands.now() - last.at > UNDO_FOR:
            return "That was too long ago to be put back."
        if last.undo is None:
            return f"The last thing can't be put back: {last.tool.replace('_', ' ')}."
        arguments = arguments_of(last.undo) or {}
        return Waiting(last.undo.name, arguments, own=True, undoes=last.number)

    async def _job(self, ask: Ask, words: str) -> AsyncGenerator[Told]:
        """A long job is asked about, or stopped, by somebody who may."""
        jobs = self._hands.jobs
        said = words.lower().strip(" .!?")
        asks, stops = _JOB.fullmatch(said), _STOP_JOB.fullmatch(said)
        if jobs is None or not jobs.running() or not (asks or stops):
            return
        running = jobs.of(await settled(ask))
        if running and asks:
            yield Text(" ".join(f"{job.line[0].upper()}{job.line[1:]}." for job in running))
            yield nothing("a job was asked about")
        elif running:
            jobs.stop(running)
            yield Text(f"I stopped {' and '.join(j.tool.replace('_', ' ') for j in running)}.")
            yield nothing("a job was stopped")

    async def _plain(
        self, ask: Ask, talk: Talk, words: str, commands: Commands
    ) -> AsyncGenerator[Told]:
        """A plain command, or some in one sentence."""
        whole, parts = commands.match(words), commands.parts(words)
        if whole and sum(part[0].literal for part in parts) <= whole[0].literal:
            speaker = await settled(ask)
            talk.said(words, speaker)
            if (done := await self._first_clear(whole, speaker, ask, talk)) is not None:
                async for item in self._told([done], talk, words, speaker):
                    yield item
                return
        if not parts:
            return
        speaker = await settled(ask)
        talk.said(words, speaker)
        found = [await self._first_clear(part, speaker, ask, talk) for part in parts]
        made = [done for done in found if done is not None]
        if made:
            async for item in self._told(made, talk, words, speaker, len(found) - len(made)):
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

    async def _told(
        self, made: list[Done], talk: Talk, words: str, asker: Speaker, missing: int = 0
    ) -> AsyncGenerator[Told]:
        """What was done, said without a model, and what is asked."""
        talk.was_for(self._hands.experts_of(done.act for done in made))
        turn = Turn(words, [pair for done in made if (pair := _as_called(done)) is not None])
        if turn.made:
            talk.did(turn)
        for done in made:
            yield done.act
        sentences = [heard(done) for done in made if not done.waits]
        if missing:
            sentences.append("The rest I did not understand.")
        sentences.append(question(made, talk, asker, self._hands.now()))
        yield Text(" ".join(filter(None, sentences)))
        yield nothing("a plain command")


def _as_called(done: Done) -> tuple[Call, Message] | None:
    """As if a model had made the call; None: nothing came of it."""
    if done.result is None or done.result.failed:
        return None
    call = Call(done.act.tool, json.dumps(dict(done.act.arguments), default=str))
    return call, result_message(done.result, "")


def _may_confirm(speaker: Speaker) -> bool:
    """Whether it is surely an owner."""
    sure = speaker.by != "voice" or speaker.confidence >= SURE
    return speaker.rank == "owner" and sure
