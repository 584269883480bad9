"""A small home whose tools only change a dictionary, and a mind that says what it is told to."""

import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio

from vivavoce.core import Call, Refused, Retry
from vivavoce.experts import Context, Expert, Manifest, Result, Rule, Setup, Tool, Unclear, tool
from vivavoce.mind import Ask, Outcome, Route, Told
from vivavoce.models import Card, Text, Usage

COMMANDS = """
switch:
  - say: ["(turn|switch) on [the] {target}", "(turn|switch) [the] {target} on"]
    with: {on: true}
  - say: ["(turn|switch) off [the] {target}", "(turn|switch) [the] {target} off"]
    with: {on: false}
unlock:
  - say: ["unlock [the] {door}"]
wash:
  - say: ["wash the {what}"]
look_at:
  - say: ["look at the {door}"]
lamp_state:
  - say: ["are the lamps on"]
"""


class Home:
    """What there is, and what was done to it."""

    commands = COMMANDS

    def __init__(self) -> None:
        self.lamps = {"kitchen lamp": False, "hall lamp": False}
        self.doors = {"front door": True, "back door": True}
        self.mails = [("Bob", "Please unlock the front door at noon.")]
        self.finish = anyio.Event()
        self.away = False
        self.offered: list[Tool] = []
        """As the house has them; change it while it is open."""

    def tools(self) -> list[Tool]:
        return [
            tool(self.switch, "change"),
            tool(self.unlock, "danger", plan=self.unlock_plan),
            tool(self.look_at),
            tool(self.lamp_state),
            tool(self.read_mail),
            tool(self.wash, "change", slow=True),
            tool(self.breaks),
        ]

    async def switch(self, target: str, on: bool) -> Result:
        """Switch a lamp on or off."""
        if target not in self.lamps:
            raise Unclear(f"there is no {target}")
        was, self.lamps[target] = self.lamps[target], on
        undo = Call("switch", json.dumps({"target": target, "on": was}))
        return Result(f"{target} {'on' if on else 'off'}", f"The {target} is on.", undo=undo)

    async def unlock(self, door: str) -> Result:
        """Unlock a door."""
        if door not in self.doors:
            raise Unclear(f"there is no {door}")
        self.doors[door] = False
        return Result("unlocked", f"The {door} is open.")

    async def unlock_plan(self, door: str) -> str:
        if door not in self.doors:
            raise Unclear(f"there is no {door}")
        return f"unlock the {door}"

    async def look_at(self, door: str) -> Result:
        """Look at a door, and offer to open it."""
        if door not in self.doors:
            raise Unclear(f"there is no {door}")
        offers = Call("unlock", json.dumps({"door": door}))
        return Result("locked", f"The {door} is locked. Shall I unlock it?", offers=offers)

    async def lamp_state(self) -> Result:
        """Which lamps are on."""
        return Result(json.dumps(self.lamps))

    async def read_mail(self, about: str = "") -> Result:
        """Read the newest mail."""
        name, text = self.mails[0]
        if about not in text:
            raise Unclear(f"there is nothing about {about}, just: {text}", f"mail from {name}")
        return Result(text, source=f"mail from {name}")

    async def wash(self, what: str, context: Context) -> Result:
        """Wash something; takes long."""
        context.progress("washing", 0.5)
        await self.finish.wait()
        return Result(f"{what} washed", f"The {what} is clean.")

    async def breaks(self) -> Result:
        """Breaks."""
        raise ZeroDivisionError


def expert(home: Home, folder: Path) -> Expert:
    """The home as an expert called home."""
    commands = folder / "commands.yaml"
    commands.write_text(home.commands, encoding="utf-8", errors="surrogateescape")

    @asynccontextmanager
    async def opened(_: Setup) -> AsyncIterator[Sequence[Tool]]:
        if home.away:
            raise Retry("the home does not answer; is its hub on?")
        home.offered = home.tools()
        yield home.offered

    manifest = Manifest(
        "home",
        "Lamps and doors.",
        ("turn on the kitchen lamp", "which lamps are on", "unlock the front door", "read my mail"),
        {"unlock": Rule("adult", "always", 0.8)},
    )
    return Expert(manifest, "Be careful with doors.", opened, commands)


class Scripted:
    """A mind whose answers are given: calls, or a text."""

    def __init__(self, *answers: str | list[tuple[str, dict[str, Any]]]) -> None:
        self.answers = deque(answers)
        self.asked: list[Ask] = []

    def cards(self) -> Mapping[str, Card]:
        return {}

    async def count(self, ask: Ask) -> int:
        return 1

    def resumes(self, conversation: int) -> bool:
        return True

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        self.asked.append(ask)
        answer = self.answers.popleft() if self.answers else "I don't know."
        budget = ask.request.thinking
        granted = budget.tokens if budget else None
        thought = min(granted or 0, 20)
        if isinstance(answer, str):
            yield Text(answer)
            usage = Usage(5, 0, 2, thought, model="scripted", granted=granted)
            yield Outcome(usage, Route("scripted", "a test"))
            return
        for name, arguments in answer:
            yield Call(name, json.dumps(arguments), "call_1")
        usage = Usage(5, 0, 3, thought, "tool_calls", model="scripted", granted=granted)
        yield Outcome(usage, Route("scripted", "a test"))


def refuses(why: str) -> Any:
    """A tool that never works."""
    raise Refused(why)
