"""Sentences of all experts together: which one a request is taken for first, and with what."""

import json
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import anyio
import pytest

from vivavoce.experts import Setup, Tool
from vivavoce.experts.builtin.home.house import House
from vivavoce.experts.builtin.home.kept import Kept
from vivavoce.experts.builtin.home.rooms import Plan
from vivavoce.experts.builtin.home.tools import Tools, _tools
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.folder.read import BUILTIN

NOWHERE: dict[str, dict[str, str]] = {
    "media": {"mpd": "mpd://127.0.0.1:1"},
    "time": {},
    "calendar": {"caldav": "http://lea@127.0.0.1:1/lea/", "caldav_password": "x", "ics": ""},
    "mail": {"imap": "imaps://localhost:1", "user": "lea@example.org", "password": "x"},
    "search": {"searxng": "http://127.0.0.1:1"},
    "news": {"sources": "http://127.0.0.1:1"},
    "weather": {"place": "Bonn"},
    "lists": {},
    "sums": {},
}
"""Nobody listens there, and nobody is asked."""
_TABLE = Path(__file__).with_name("sentences.tsv").read_text().splitlines()
SENTENCES = [(said, tool, given) for said, tool, given in (line.split("\t") for line in _TABLE)]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    return anyio.run(_read_all, tmp_path_factory.mktemp("experts"))


@pytest.mark.parametrize(("said", "tool", "given"), SENTENCES)
def test_a_sentence_is_taken_for_what_it_means_before_anything_else(
    commands: Commands, said: str, tool: str, given: str
):
    first = commands.match(said)[0]
    arguments = {name: _read(value) for name, value in _pairs(given)}
    assert (first.tool, {**first.arguments, **arguments}) == (tool, dict(first.arguments))


async def _read_all(folder: Path) -> Commands:
    async with AsyncExitStack() as ends:
        found: dict[str, list[Tool]] = {"home": _tools(Tools(House(Kept(folder / "home"), Plan())))}
        for name, settings in NOWHERE.items():
            opened = import_module(f"vivavoce.experts.builtin.{name}.tools").opened
            (folder / name).mkdir()
            setup = Setup(settings, folder / name)
            found[name] = list(await ends.enter_async_context(opened(setup)))
        return Commands(
            [
                read_commands(BUILTIN / name / "commands.yaml", name, {t.name: t for t in tools})
                for name, tools in found.items()
            ]
        )


def _pairs(given: str) -> list[tuple[str, str]]:
    """ "to=half target=kitchen blinds" by name."""
    found: list[tuple[str, str]] = []
    for word in given.split():
        name, equals, value = word.partition("=")
        if equals:
            found.append((name, value))
        else:
            found[-1] = (found[-1][0], f"{found[-1][1]} {word}")
    return found


def _read(value: str) -> Any:
    return json.loads(value) if value.isdecimal() or value in ("true", "false") else value
