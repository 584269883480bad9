"""One conversation with a small home, turn by turn, as a session holds it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import anyio
import pytest

from tests.mind.acting.home import Home, Scripted, expert
from vivavoce import weights
from vivavoce.core import Message, Speaker
from vivavoce.experts import Setup
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.finder import Finder
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import Meant
from vivavoce.experts.opened import Opened, opened
from vivavoce.mind import Act, Ask, Outcome
from vivavoce.mind.acting import Acting, ActingConfig, Hands, Jobs
from vivavoce.mind.audit import Audit, Kept
from vivavoce.mind.keeping import keeping
from vivavoce.mind.policy import PolicyConfig, decide
from vivavoce.models import Request, Text

ANNA = Speaker("Anna", "owner", 0.97, "voice")
TOM = Speaker("Tom", "adult", 0.97, "voice")
CHILD = Speaker("Tim", "child", 0.97, "voice")
TELEVISION = Speaker("", "unknown", 0.9, "voice")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DRAFT_S = 0.03
"""A turn is over, and its speaker known, so long after its draft was begun."""


class Talking:
    """Everything is said by voice: the answer is begun as a draft."""

    def __init__(
        self, acting: Acting, mind: Scripted, home: Home, house: Opened, audit: Audit
    ) -> None:
        self.acting, self.mind, self.home = acting, mind, home
        self.house, self.audit = house, audit
        self.acts: list[Act] = []
        self.outcome: Outcome | None = None
        self.history = [Message("system", "Be brief.")]
        self.now = NOW

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def ask(self, text: str, speaker: Speaker = ANNA) -> Ask:
        """A turn of theirs, which becomes history."""
        self.history.append(Message("user", text))
        begun = monotonic()
        return Ask(
            Request(tuple(self.history), conversation=1),
            settled=lambda: speaker if monotonic() > begun + DRAFT_S else None,
        )

    async def say(self, text: str, speaker: Speaker = ANNA) -> str:
        """What is answered, and heard to its end."""
        said = await self.hear(self.ask(text, speaker))
        self.history.append(Message("assistant", said))
        return said

    def heard(self, text: str) -> None:
        """No more than this was heard of the last answer."""
        self.history[-1] = replace(self.history[-1], text=text)

    async def hear(self, ask: Ask) -> str:
        said = ""
        async for item in self.acting.stream(ask):
            if isinstance(item, Text):
                said += item.text
            elif isinstance(item, Act):
                self.acts.append(item)
            elif isinstance(item, Outcome):
                self.outcome = item
        return said

    async def kept(self) -> list[Kept]:
        """The log, the newest first."""
        await anyio.sleep(0.05)
        return self.audit.recent()


@pytest.fixture
def talking(tmp_path: Path) -> Callable[..., object]:
    return partial(_talking, tmp_path)


@asynccontextmanager
async def _talking(
    folder: Path,
    *answers: object,
    pin: str = "",
    most: int = 10,
    home: Home | None = None,
    announced: list[str] | None = None,
    policy: PolicyConfig = PolicyConfig(),  # noqa: B008  frozen
    meant: Meant | None = None,
) -> AsyncIterator[Talking]:
    home = home or Home()
    known = {"home": expert(home, folder)}
    mind = Scripted(*answers)  # type: ignore[arg-type]
    tools = {tool.name: tool for tool in home.tools()}
    commands = Commands([read_commands(folder / "commands.yaml", "home", tools)])
    log = Audit(folder / "audit.db")
    async with (
        keeping(log) as audit,
        opened(known, lambda _: Setup({}, folder)) as house,
        anyio.create_task_group() as group,
    ):
        said = announced if announced is not None else []
        jobs = Jobs(group, lambda text, **_: said.append(text))
        hands = Hands(house, partial(decide, cfg=policy), audit, jobs, lambda: made.now)
        finder = Finder(known, Meaning(weights.path("wordllama-256")), meant=meant)
        cfg = ActingConfig(pin=pin, tools=most)
        made = Talking(Acting(mind, hands, finder, commands, cfg), mind, home, house, log)
        yield made
        group.cancel_scope.cancel()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
