"""A folder becomes an expert, or is told where it is wrong."""

from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError, Refused
from vivavoce.experts import Context, Result, Setup
from vivavoce.experts.commands import Commands, read_commands
from vivavoce.experts.folder.manifest import FILE, line_of
from vivavoce.experts.folder.new import name_for, new_expert
from vivavoce.experts.folder.read import read_expert

GOOD = 'name = "dice"\nabout = "Dice."\nwhen = ["roll a die"]\n'
TOOLS = """
from contextlib import asynccontextmanager
from vivavoce.experts import tool
from .numbers import SIX

async def roll() -> str:
    "Roll."
    return f"rolled {SIX}"

@asynccontextmanager
async def opened(setup):
    yield [tool(roll)]
"""


def folder(root: Path, toml: str = GOOD, tools: str | None = TOOLS) -> Path:
    made = root / "dice"
    made.mkdir(parents=True)
    (made / FILE).write_text(toml)
    (made / "numbers.py").write_text("SIX = 6\n")
    if tools is not None:
        (made / "tools.py").write_text(tools)
    return made


def called(expert: Any, tmp_path: Path, **arguments: object) -> Result:
    async def run() -> Result:
        settings = {s.name: s.default for s in expert.manifest.settings}
        async with expert.open(Setup(settings, tmp_path)) as tools:
            made: Result = await tools[0].run(arguments, Context())
            return made

    return anyio.run(run)


def test_a_folder_with_tools_and_a_module_beside_them_works(tmp_path: Path) -> None:
    assert called(read_expert(folder(tmp_path), "here"), tmp_path).text == "rolled 6"


def test_two_folders_of_the_same_name_do_not_share_their_code(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "a"), folder(tmp_path / "b")
    (two / "numbers.py").write_text("SIX = 7\n")
    assert called(read_expert(one, "here"), tmp_path).text == "rolled 6"
    assert called(read_expert(two, "here"), tmp_path).text == "rolled 7"


def test_reading_runs_no_code(tmp_path: Path) -> None:
    read_expert(folder(tmp_path, tools="raise RuntimeError"), "here")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("name =", "not TOML: Invalid value"),
        (GOOD + "[", "not TOML"),
        ('name = "dice"\nabout = "x"\n', "when: it is missing; write requests"),
        (GOOD.replace('"dice"', '"My Dice"'), "line 1: name: .*small letters"),
        (GOOD.replace('["roll a die"]', "[3]"), "line 3: when"),
        (GOOD + 'abuot = "x"\n', "line 4: abuot: .*is it about"),
        (GOOD + '[rules.roll]\n\nleest = "adult"\n', r"line 6: rules\.roll\.leest: .*is it least"),
        (GOOD + '[rules.roll]\nleast = "king"\n', "line 5: rules.*owner.*adult"),
        (GOOD + "[rules.roll]\nsure = 2\n", "line 5: .*less than or equal to 1"),
        (GOOD + '[settings.Bad-Name]\nabout = "x"\n', "settings"),
        (GOOD + '[mcp]\nurl = "http://x"\n', "tools.py and mcp; keep one"),
    ],
)
def test_a_malformed_manifest_is_told_with_its_file_and_line(
    tmp_path: Path, toml: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=rf"(?s)expert\.toml.*{said}"):
        read_expert(folder(tmp_path, toml), "here")


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (GOOD, "no tools.*tools.py"),
        (GOOD + "[mcp]\n", "command and url write exactly one"),
        (GOOD + '[mcp]\nurl = "http://x"\ncommand = ["x"]\n', "exactly one"),
        (GOOD + "[openapi]\n", "file and url write exactly one"),
    ],
)
def test_an_expert_has_its_tools_from_one_place(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_expert(folder(tmp_path, toml, tools=None), "here")


@pytest.mark.parametrize(
    ("tools", "said"),
    [
        ("import no_such_module", "no_such_module"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("def (", "SyntaxError"),
        ("x = 1", "has no opened"),
        (TOOLS.replace("tool(roll)", "roll"), "write tool"),
        (TOOLS.replace("tool(roll)", "tool(roll), tool(roll)"), "two tools roll"),
        (TOOLS.replace('    "Roll."\n', ""), "docstring"),
    ],
)
def test_code_that_can_not_be_used_is_told_when_it_is_opened(
    tmp_path: Path, tools: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        called(read_expert(folder(tmp_path, tools=tools), "here"), tmp_path)


def test_a_rule_for_a_tool_that_there_is_not_is_no_rule_and_is_told(tmp_path: Path) -> None:
    expert = read_expert(folder(tmp_path, GOOD + '[rules.rol]\nleast = "owner"\n'), "here")
    with pytest.raises(ConfigError, match="rules: there is no tool 'rol'"):
        called(expert, tmp_path)


def test_a_new_expert_works_at_once_and_understands_its_sentences(tmp_path: Path) -> None:
    expert = read_expert(new_expert(tmp_path, "dice"), "here")
    assert called(expert, tmp_path, count=2).say.startswith("You rolled ")

    async def meant() -> list[Any]:
        async with expert.open(Setup({"sides": "6"}, tmp_path)) as tools:
            assert expert.commands is not None
            read = read_commands(expert.commands, "dice", {t.name: t for t in tools})
            return Commands([read]).match("please roll three dice")

    assert anyio.run(meant)[0].arguments == {"count": 3}


@pytest.mark.parametrize("name", ["", "Dice", "a b", "../x", "1st", "my_dice"])
def test_a_name_is_a_word_of_small_letters(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused):
        new_expert(tmp_path, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (["https://mcp.weatherly.com/mcp"], "weatherly"),
        (["uvx", "mcp-server-clock", "--zone", "x"], "clock"),
        (["python", "/opt/tools/plants_server.py"], "plants"),
        (["http://127.0.0.1:8000/mcp"], ""),
    ],
)
def test_a_name_is_read_off_a_server(server: list[str], name: str) -> None:
    assert name_for(server) == name


@given(st.text(alphabet='[]=."\n# ab', max_size=60), st.lists(st.sampled_from("ab"), max_size=3))
def test_a_line_is_found_or_not_but_never_outside_the_text(text: str, where: list[str]) -> None:
    line = line_of(text, tuple(where))
    assert line is None or 1 <= line <= text.count("\n") + 1
