"""The examples work as they stand: read, opened, and their plain commands followed."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from vivavoce.experts import Context, Expert, Result
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.registry import find
from vivavoce.experts.settings import setup_of

EXAMPLES = Path(__file__).parents[2] / "examples/experts"
DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("VIVAVOCE_EXPERTS_DATA", str(tmp_path / "data"))


@pytest.fixture
def council(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen([sys.executable, EXAMPLES / "3-openapi/server.py", str(port)])
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    monkeypatch.setenv("VIVAVOCE_BINS_SERVER", f"http://127.0.0.1:{port}")
    yield
    running.kill()
    running.wait()


def example(name: str) -> Expert:
    found = find(EXAMPLES)
    assert not {key for key in found.broken if key[0].isdigit()}
    return found.experts[name]


def said(expert: Expert, *sentences: str) -> list[Result]:
    """Each by its plain command."""

    async def run() -> list[Result]:
        async with expert.open(setup_of(expert)) as tools:
            by_name = {tool.name: tool for tool in tools}
            assert expert.commands is not None
            commands = Commands([read_commands(expert.commands, expert.manifest.name, by_name)])
            made = []
            for sentence in sentences:
                command = commands.match(sentence)[0]
                tool = by_name[command.tool.split("_", 1)[1]]
                made.append(await tool.run(command.arguments, Context()))
            return made

    return anyio.run(run)


def called(expert: Expert, tool: str, **arguments: object) -> Result:
    async def run() -> Result:
        async with expert.open(setup_of(expert)) as tools:
            chosen = next(one for one in tools if one.name == tool)
            return await chosen.run(arguments, Context())

    return anyio.run(run)


def test_the_folder_remembers_a_plant() -> None:
    noted, told = said(example("plants"), "I just watered the fern", "when was the fern watered?")
    assert noted.say == "Noted, the fern has water."
    assert re.match(rf"The fern was watered on ({DAYS}) at ", told.say)


def test_the_mcp_server_knows_the_moon() -> None:
    made = called(example("moon"), "moon_phase", day="2026-11-24")
    assert made.text == "2026-11-24: full moon"
    assert made.source == "mcp moon"


@pytest.mark.usefixtures("council")
def test_the_api_is_asked_and_told() -> None:
    expert = example("bins")
    (made,) = said(expert, "When is the glass collected?")
    assert "glass" in made.text
    assert "paper" not in made.text
    assert called(expert, "reportmissed", kind="rest").text == '{"noted": "rest"}'
