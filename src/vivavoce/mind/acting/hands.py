"""Calls a tool, if the policy lets it: the only place where anything is done."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any, Protocol, TypeVar

import anyio

from vivavoce.core import Call, Speaker, VivavoceError
from vivavoce.experts import Context, Result, Tool, Unclear
from vivavoce.experts.opened import Opened
from vivavoce.mind.acting.jobs import Jobs
from vivavoce.mind.acting.talk import Talk
from vivavoce.mind.ask import Act
from vivavoce.mind.policy import Planned, Read, Verdict

log = logging.getLogger(__name__)

CALL_S = 30.0
"""A tool that takes longer has failed, unless it says that it is slow."""

Decide = Callable[[Planned], Verdict]
T = TypeVar("T")


class Keeps(Protocol):
    """Where all that is done is written down; see mind.keeping."""

    def done(self, talk: int, speaker: Speaker, act: Act, undo: Call | None, now: datetime) -> None:
        """One call, whatever became of it. Never raises or waits: the house goes on."""
        ...

    async def last_undoable(self, speaker: Speaker) -> tuple[int, Call] | None:
        """The newest that this speaker did and that can be put back: its number, and how."""
        ...

    def mark_undone(self, number: int) -> None:
        """It was put back."""
        ...


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one call."""

    act: Act
    result: Result | None
    """None: it was not called."""
    plan: str = ""
    """What waits for a yes, in words."""

    @property
    def asks(self) -> bool:
        """It waits for a yes."""
        return self.act.verdict == "ask" and self.result is None


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
        expert = next(e for e in self._by_length() if name.startswith(f"{e}_"))
        return (await self.opened.tools(expert))[name]

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
        strict: bool = False,
        own: bool = False,
        undoes: bool = False,
    ) -> Done:
        """Ask the policy, then call. agreed: the speaker has just said yes to it. strict: Unclear
        is the caller's to hear. own: the speaker's own sentence means it, no model made it up.
        undoes: it puts something back, and is not put back itself."""
        tool = tool or await self.tool(name)
        expert = next(e for e in self._by_length() if name.startswith(f"{e}_"))
        rule = self.opened.experts[expert].manifest.rules.get(tool.name)
        read = () if own else tuple(talk.read)
        planned = Planned(
            name, tool.about, tool.effect, arguments, speaker, tuple(talk.words), read, rule
        )
        verdict = self._decide(planned)
        act = Act(name, dict(arguments), verdict.says, verdict.reason)
        if verdict.says == "refuse":
            self._keep(talk, speaker, act, None)
            return Done(act, None)
        context = Context(speaker, talk.words[-1] if talk.words else "", room, self.now)
        if verdict.says == "ask":
            if not agreed:
                return await self._planned(act, tool, speaker, talk, context, strict=strict)
            act = replace(act, verdict="allow", reason=f"after a yes: {verdict.reason}")
        began = monotonic()
        result = await self._run(name, tool, arguments, context, strict=strict)
        act = replace(
            act, result=result.text, failed=result.failed, took_s=round(monotonic() - began, 3)
        )
        result = replace(
            result, undo=_whole(expert, result.undo), offers=_whole(expert, result.offers)
        )
        undo = None if undoes else result.undo
        self._keep(talk, speaker, act, undo)
        talk.was_read(Read(result.text, result.source))
        return Done(act, result)

    async def _planned(
        self, act: Act, tool: Tool, speaker: Speaker, talk: Talk, context: Context, *, strict: bool
    ) -> Done:
        """What waits for a yes; or, where the call could do nothing, why."""
        plan: str | Result = ""
        if tool.plan is not None:
            plan = await _safely(act.tool, tool.plan(act.arguments, context), strict=strict)
        if isinstance(plan, Result):
            reason = f"before a yes: {act.reason}"
            act = replace(act, verdict="allow", reason=reason, result=plan.text, failed=True)
            talk.was_read(Read(plan.text, plan.source))
        self._keep(talk, speaker, act, None)
        return Done(act, plan) if isinstance(plan, Result) else Done(act, None, plan)

    async def _run(
        self,
        name: str,
        tool: Tool,
        arguments: Mapping[str, Any],
        context: Context,
        *,
        strict: bool,
    ) -> Result:
        """What the tool tells; that it failed is a result too."""
        if tool.slow and self.jobs is not None:
            return await self.jobs.begin(name, tool, arguments, context)
        return await _safely(name, tool.run(arguments, context), strict=strict)

    def _keep(self, talk: Talk, speaker: Speaker, act: Act, undo: Call | None) -> None:
        if self.audit is not None:
            self.audit.done(talk.number, speaker, act, undo, self.now())

    def _by_length(self) -> list[str]:
        return sorted(self.opened.experts, key=len, reverse=True)


async def _safely(name: str, work: Awaitable[T], *, strict: bool) -> T | Result:
    """What the tool tells; that it failed is a result too."""
    try:
        with anyio.fail_after(CALL_S):
            return await work
    except Unclear as error:
        if strict:
            raise
        return Result(str(error), source=error.source, failed=True)
    except VivavoceError as error:
        return Result(str(error), failed=True)
    except TimeoutError:
        return Result(f"no answer within {CALL_S:g} seconds", failed=True)
    except Exception as broken:  # a tool may be anybody's: it must not end the turn
        log.exception("the tool %s broke", name)
        return Result(f"the tool broke ({type(broken).__name__})", failed=True)


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
        return tool.summary(arguments)
    given = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in arguments.items())
    return f"do this: {name.replace('_', ' ')}{', ' if given else ''}{given}"
