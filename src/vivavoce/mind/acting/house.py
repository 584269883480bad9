"""The hands of this machine: all experts that there are, put together."""

import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread
from hassil import Intents

from vivavoce import weights
from vivavoce.core import ConfigError, Retry, VivavoceError
from vivavoce.experts import Expert
from vivavoce.experts.announcer import Announcer
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.finder import Finder
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import Meant
from vivavoce.experts.opened import Opened, opened
from vivavoce.experts.registry import find
from vivavoce.experts.settings import data_root, setup_of
from vivavoce.mind.acting.acting import Acting
from vivavoce.mind.acting.ahead import read_ahead
from vivavoce.mind.acting.config import ActingConfig
from vivavoce.mind.acting.ducking import Ducking
from vivavoce.mind.acting.hands import Hands
from vivavoce.mind.acting.jobs import Job, Jobs
from vivavoce.mind.acting.unheard import kept_unheard
from vivavoce.mind.audit import Audit
from vivavoce.mind.direct import Answers
from vivavoce.mind.keeping import keeping
from vivavoce.mind.policy import PolicyConfig, decide

log = logging.getLogger(__name__)

WARM_S = 4.0
"""Somebody who asks one question waits no longer for experts that are away."""
AGAIN_S, SELDOM_S = 6.0, 300.0
"""An expert whose server is away is tried again after the first, then more and more seldom, at
last after the second."""


@dataclass(slots=True)
class House:
    """A mind with hands, and what it says by itself."""

    acting: Acting
    opened: Opened
    announcer: Announcer
    jobs: Jobs
    ducking: Ducking
    broken: Mapping[str, str]
    """Folders that are no experts, and why."""
    warm: anyio.Event = field(default_factory=anyio.Event)
    """Every expert is connected, or known to be away."""


@asynccontextmanager
async def open_house(
    mind: Answers,
    *,
    only: str = "",
    announcer: Announcer | None = None,
    cfg: ActingConfig | None = None,
    folder: Path | None = None,
    experts: Mapping[str, Expert] | None = None,
) -> AsyncIterator[House]:
    """Leaving it disconnects everything.

    only: one expert alone. folder: of the experts' own data and the audit log. experts: these
    instead of all that are found."""
    found = find()
    cfg = cfg or ActingConfig(pin=_pin())
    chosen = dict(found.experts if experts is None else experts)
    if only:
        chosen = {only: chosen[only]}
    for name, why in found.broken.items():
        log.warning("the expert %s can't be used: %s", name, why)
    announcer = announcer or Announcer()
    kept = folder or data_root()
    setup = partial(setup_of, folder=folder, announce=announcer)
    finder = Finder(chosen, Meaning(weights.path("wordllama-256")), meant=Meant.read())
    async with (
        keeping(Audit(kept.parent / "audit.db")) as audit,
        kept_unheard(announcer, kept.parent),
        opened(chosen, setup) as house,
        anyio.create_task_group() as group,
    ):
        jobs = Jobs(group, announcer, _told)
        policy = partial(decide, cfg=PolicyConfig(owner_confirms=True))
        hands = Hands(house, policy, audit, jobs)
        acting, ducking = Acting(mind, hands, finder, Commands(), cfg), Ducking(house)
        made = House(acting, house, announcer, jobs, ducking, found.broken)
        for task in (ducking.run, partial(_learn_all, made), partial(_read_ahead, made)):
            group.start_soon(_harmless, task)
        try:
            yield made
        finally:
            group.cancel_scope.cancel()


async def _harmless(task: Callable[[], Awaitable[None]]) -> None:
    """Whatever breaks in it, the house stands."""
    try:
        await task()
    except Exception:
        log.exception("the house goes on without a task of its own that broke")


async def _learn_all(house: House) -> None:
    """Connect to every expert, and take up its plain commands; one that is away is tried again."""
    learned: dict[str, Intents] = {}
    tried = {name: anyio.Event() for name in house.opened.experts}

    async def learn(name: str, expert: Expert) -> bool:
        """Whether there is nothing more to be done."""
        try:
            tools = await house.opened.tools(name)
            if expert.commands is not None:
                own = {whole.removeprefix(f"{name}_"): tool for whole, tool in tools.items()}
                path = expert.commands
                learned[name] = await to_thread.run_sync(read_commands, path, name, own)
                house.acting.commands = Commands(tuple(learned.values()))
        except VivavoceError as error:
            first = not tried[name].is_set()
            log.log(logging.INFO if first else logging.DEBUG, "%s is away: %s", name, error)
            return not isinstance(error, Retry)
        except Exception:  # a tool's schema may be anybody's: it must not end the house
            log.exception("the plain commands of %s can't be used", name)
        finally:
            tried[name].set()
        return True

    async def keep_learning(name: str, expert: Expert) -> None:
        again = AGAIN_S
        while not await learn(name, expert):
            await anyio.sleep(again)
            again = min(2 * again, SELDOM_S)

    async with anyio.create_task_group() as group:
        for name, expert in house.opened.experts.items():
            group.start_soon(keep_learning, name, expert)
        for event in tried.values():
            await event.wait()
        house.warm.set()


async def _read_ahead(house: House) -> None:
    await house.warm.wait()
    await read_ahead(house.acting.quiet, house.acting.read, house.opened.experts)


def _pin() -> str:
    """VIVAVOCE_PIN, or what the file that VIVAVOCE_PIN_FILE names holds. ConfigError."""
    if file := os.environ.get("VIVAVOCE_PIN_FILE"):
        try:
            return Path(file).read_text().strip()
        except OSError as error:
            why = f"VIVAVOCE_PIN_FILE: {file} can't be read: {error.strerror}"
            raise ConfigError(why) from None
    return os.environ.get("VIVAVOCE_PIN", "")


def _told(job: Job) -> None:
    log.info("job %d: %s", job.number, job.tool)
