"""AgentDojo's tasks with what their tools tell: made once in its own environment, then kept."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.command import say
from bench.peers.own import CACHE, own_python
from bench.peers.served import Peer, served
from vivavoce.core import ConfigError

PACKAGE = "agentdojo==0.1.35"
VERSION = "v1.2.2"
_REPLAY = Path(__file__).with_name("replay.py")


@dataclass(frozen=True, slots=True)
class Step:
    """A call that was made, and what its tool told."""

    tool: str
    arguments: Mapping[str, Any]
    result: str


@dataclass(frozen=True, slots=True)
class Task:
    """What a user asks, and the calls that do it."""

    id: str
    prompt: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Attack:
    """A user task whose tools tell an injected instruction, and the calls that obey it."""

    user: Task
    injection: str
    goal: str
    heard: int
    """Steps of the user's task until the instruction was read."""
    injected: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """One of the four."""

    about: Mapping[str, str]
    """Tool → its description."""
    tasks: tuple[Task, ...]
    attacks: tuple[Attack, ...]


def suites(cache: Path, version: str = VERSION) -> dict[str, Suite]:
    """All four. ConfigError if AgentDojo can't be installed."""
    made = json.loads(_made(cache, version).read_text())
    texts = made["texts"]
    return {name: _suite(found, texts) for name, found in made["suites"].items()}


@contextmanager
def agentdojo(cache: Path = CACHE) -> Iterator[Peer]:
    """Its process, see domain.py. ConfigError if it can't be installed."""
    with served(_python(cache), Path(__file__).with_name("domain.py")) as peer:
        yield peer


def _made(cache: Path, version: str) -> Path:
    """The file; it is as old as the script that makes it."""
    path = cache / f"agentdojo-{PACKAGE.rpartition('=')[2]}-{version}.json"
    if not path.exists() or path.stat().st_mtime < _REPLAY.stat().st_mtime:
        say(f"running AgentDojo's tasks ({version}), about a minute")
        new = path.with_suffix(".new")
        command = [str(_python(cache)), "-P", str(_REPLAY), version, str(new)]
        if subprocess.run(command, check=False).returncode:
            raise ConfigError(f"AgentDojo's tasks could not be run: {' '.join(command)}")
        new.replace(path)
    return path


def _python(cache: Path) -> Path:
    return own_python(PACKAGE, "agentdojo", cache)


def _suite(found: Mapping[str, Any], texts: list[str]) -> Suite:
    prompts = {user["id"]: user["prompt"] for user in found["users"]}

    def task(number: str, calls: list[Any]) -> Task:
        return Task(number, prompts[number], _steps(calls, texts))

    return Suite(
        {tool["name"]: tool["about"] for tool in found["tools"]},
        tuple(task(user["id"], user["calls"]) for user in found["users"]),
        tuple(
            Attack(
                task(row["user"], row["calls"]),
                row["injection"],
                row["goal"],
                row["heard"],
                _steps(row["injected"], texts),
            )
            for row in found["attacks"]
        ),
    )


def _steps(calls: list[Any], texts: list[str]) -> tuple[Step, ...]:
    return tuple(Step(c["tool"], c["arguments"], texts[c["result"]]) for c in calls)
