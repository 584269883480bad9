"""Calls a tool, if the policy lets it: the only place where anything is done."""

import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any, Protocol, TypeVar

import anyio

from vivavoce.core import Call, Retry, Speaker, VivavoceError
from vivavoce.experts import Context, Effect, Result, Tool, Unclear
from vivavoce.experts.opened import Opened
from vivavoce.mind.acting.jobs import Ended, Jobs
from vivavoce.mind.acting.talk import Talk, Waiting
from vivavoce.mind.ask import Act
from vivavoce.mind.audit import Entry, Kept
from vivavoce.mind.policy import Planned, Read, Verdict

log = logging.getLogger(__name__)

CALL_S = 30.0
"""A tool that takes longer has failed, unless it says that it is slow."""

_LATE = Result(f"no answer within {CALL_S:g} seconds", failed=True)
"""Nobody knows what became of it."""
Decide = Callable[[Planned], Verdict]
T = TypeVar("T")


class Keeps(Protocol):
    """Where all that is done is written down; see mind.keeping."""

    def done(self, entry: Entry) -> None:
        """Never raises or waits: the house goes on."""
        ...

    async def last_change(self, speaker: Speaker) -> Kept | None:
        """The newest that this speaker changed and that was not put back."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one call."""

    act: Act
    result: Result | None
    """None: it was not called."""
    waits: Waiting | None = None
    """It waits for a yes."""


class Hands:
    """Shared by all conversations."""

    def __init__(
        self,
        opened: Opened,
        decide: Decide,
        audit: Keeps | None = None,
        jobs: Jobs | None = None,
        now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
    ) -> None:
        self.opened, self.audit, self.jobs, self.now = opened, audit, jobs, now
        self._decide = decide

    async def tools(self, names: Sequence[str]) -> tuple[dict[str, Tool], dict[str, str]]:
        """The tools of these experts by their whole names, and expert → why it has none now."""
        found: dict[str, Tool] = {}
        away: dict[str, str] = {}
        for name in names:
            try:
                found |= await self.opened.tools(name)
            except VivavoceError as error:
                away[name] = str(error)
        return found, away

    async def tool(self, name: str) -> Tool:
        """One by its whole name. KeyError: there is none; errors of Opened.tools."""
        return (await self.opened.tools(self._expert_of(name)))[name]

    def experts_of(self, acts: Iterable[Act]) -> list[str]:
        """Whose tools these are, of the experts that are still there."""
        found = set[str]()
        for act in acts:
            with suppress(KeyError):
                found.add(self._expert_of(act.tool))
        return sorted(found)

    async def do(
        self,
        name: str,
        arguments: Mapping[str, Any],
        speaker: Speaker,
        talk: Talk,
        *,
        tool: Tool | None = None,
        room: str = "",
        agreed: bool = False,
        asker: Speaker | None = None,
        strict: bool = False,
        own: bool = False,
        undoes: int | None = None,
    ) -> Done:
        """Ask the policy, then call. agreed: the speaker has just said yes to it. asker: whose
        request it was, if not the speaker's. strict: Unclear is the caller's to hear. own: the
        speaker's own sentence means it, no model made it up. undoes: the number in the log of what
        it puts back; it is not put back itself."""
        tool = tool or await self.tool(name)
        expert = self._expert_of(name)
        rule = self.opened.experts[expert].manifest.rules.get(tool.name)
        whose = asker or speaker
        words = talk.words_of(whose)
        read = () if own else (*talk.read, *talk.strangers(whose))
        planned = Planned(name, tool.about, tool.effect, arguments, speaker, words, read, rule)
        verdict = self._decide(planned)
        act = Act(name, dict(arguments), verdict.says, verdict.reason)
        if verdict.says == "refuse":
            self._keep(talk, speaker, act, effect=tool.effect)
            return Done(act, None)
        context = Context(speaker, words[-1] if words else "", room, self.now)
        if verdict.says == "ask":
            if not agreed or verdict.by_owner:
                waits = Waiting(name, act.arguments, "", own, undoes, verdict.by_owner)
                return await self._planned(act, waits, tool, talk, context, strict=strict)
            act = replace(act, verdict="allow", reason=f"after a yes: {verdict.reason}")
        talk.was_told(verdict.least)
        return await self._run(act, tool, talk, context, strict=strict, undoes=undoes)

    async def again(
        self,
        waits: Waiting,
        speaker: Speaker,
        talk: Talk,
        *,
        room: str = "",
        agreed: bool = False,
        asker: Speaker | None = None,
    ) -> Done:
        """As `do`, of something earlier: its expert may be gone by now, which is told."""
        try:
            return await self.do(
                waits.tool,
                waits.arguments,
                speaker,
                talk,
                room=room,
                agreed=agreed,
                asker=asker,
                own=waits.own,
                undoes=waits.undoes,
            )
        except (VivavoceError, KeyError) as error:
            why = "there is no such tool any more" if isinstance(error, KeyError) else str(error)
            act = Act(waits.tool, dict(waits.arguments), "allow", "it was asked for", why, True)
            undoes = None if isinstance(error, Retry) else waits.undoes
            self._keep(talk, speaker, act, undoes=undoes)
            return Done(act, Result(why, failed=True))

    async def _planned(
        self,
        act: Act,
        waits: Waiting,
        tool: Tool,
        talk: Talk,
        context: Context,
        *,
        strict: bool,
    ) -> Done:
        """What waits for a yes; or, where the call could do nothing, why."""
        plan: str | Result = ""
        if tool.plan is not None:
            plan = await _safely(act.tool, tool.plan(act.arguments, context), strict=strict)
        if isinstance(plan, Result):
            reason = f"before a yes: {act.reason}"
            act = replace(act, verdict="allow", reason=reason, result=plan.text, failed=True)
            talk.was_read(Read(plan.text, plan.source))
        self._keep(talk, context.speaker, act, effect=tool.effect)
        if isinstance(plan, Result):
            return Done(act, plan)
        summary = plan or summary_of(act.tool, tool, act.arguments)
        return Done(act, None, replace(waits, summary=summary))

    async def _run(
        self,
        act: Act,
        tool: Tool,
        talk: Talk,
        context: Context,
        *,
        strict: bool,
        undoes: int | None,
    ) -> Done:
        """Call it; what changes something, or takes long, is not broken off."""
        expert, began = self._expert_of(act.tool), monotonic()

        def ended(result: Result | None) -> None:
            undo = _whole(expert, result.undo) if result and undoes is None else None
            made = _ended(act, result, monotonic() - began)
            self._keep(talk, context.speaker, made, undo, tool.effect, undoes)

        with anyio.CancelScope(shield=tool.slow or tool.effect != "read"):
            if tool.slow and self.jobs is not None:
                result = await self.jobs.begin(act.tool, tool, act.arguments, context, ended)
            else:
                result = await _called(act, tool, context, ended, strict=strict)
        talk.was_read(Read(result.text, result.source))
        undo, offers = _whole(expert, result.undo), _whole(expert, result.offers)
        instead = result.instead and f"{expert}_{result.instead}"
        return Done(
            _ended(act, result, monotonic() - began),
            replace(result, undo=undo, offers=offers, instead=instead),
        )

    def _keep(
        self,
        talk: Talk,
        speaker: Speaker,
        act: Act,
        undo: Call | None = None,
        effect: Effect = "change",
        undoes: int | None = None,
    ) -> None:
        if self.audit is not None:
            entry = Entry(talk.number, speaker, act, undo, self.now(), effect, undoes)
            self.audit.done(entry)

    def _expert_of(self, name: str) -> str:
        """KeyError: there is none."""
        found = [expert for expert in self.opened.experts if name.startswith(f"{expert}_")]
        if not found:
            raise KeyError(name)
        return max(found, key=len)


async def _called(act: Act, tool: Tool, context: Context, ended: Ended, *, strict: bool) -> Result:
    """What the tool tells. Unclear, if strict: nothing was done."""
    try:
        result = await _safely(act.tool, tool.run(act.arguments, context), strict=strict)
    except anyio.get_cancelled_exc_class():
        ended(None)
        raise
    ended(None if result is _LATE else result)
    return result


async def _safely(name: str, work: Awaitable[T], *, strict: bool) -> T | Result:
    """What the tool tells; that it failed is a result too."""
    try:
        with anyio.fail_after(CALL_S):
            return await work
    except Unclear as error:
        if strict:
            raise
        return Result(str(error), source=error.source, failed=True, instead=error.instead)
    except VivavoceError as error:
        return Result(str(error), failed=True)
    except TimeoutError:
        return _LATE
    except Exception as broken:  # a tool may be anybody's: it must not end the turn
        log.exception("the tool %s broke", name)
        return Result(f"the tool broke ({type(broken).__name__})", failed=True)


def _ended(act: Act, result: Result | None, took_s: float) -> Act:
    """None: it did not end."""
    if result is None:
        reason = f"{act.reason}; it was interrupted and may have been done"
        return replace(act, reason=reason, failed=True, took_s=round(took_s, 3))
    return replace(act, result=result.text, failed=result.failed, took_s=round(took_s, 3))


def _whole(expert: str, call: Call | None) -> Call | None:
    """By the tool's whole name."""
    return call and replace(call, name=f"{expert}_{call.name}")


def arguments_of(call: Call) -> dict[str, Any] | None:
    """A model's arguments; None: they are no JSON object."""
    try:
        read = json.loads(call.arguments or "{}")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def summary_of(name: str, tool: Tool, arguments: Mapping[str, Any]) -> str:
    """What a call would do, to be said before a yes."""
    if tool.summary is not None:
        with suppress(KeyError):  # a model may have left one out
            return tool.summary(arguments)
    given = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in arguments.items())
    return f"do this: {name.replace('_', ' ')}{', ' if given else ''}{given}"
