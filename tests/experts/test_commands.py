"""Plain commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest

from vivavoce.core import ConfigError
from vivavoce.experts import Tool, tool
from vivavoce.experts.commands import Commands, plain, read_commands


async def switch(target: str, on: bool) -> str:
    """Switch."""
    return ""


async def set_light(
    target: str,
    brightness: Annotated[int, "percent"] | None = None,
    colour: Literal["red", "warm_white"] | None = None,
) -> str:
    """Set."""
    return ""


TOOLS: dict[str, Tool] = {t.name: t for t in (tool(switch), tool(set_light))}
SENTENCES = """
switch:
  - say: ["(turn|switch) on [the] {target}", "(turn|switch) [the] {target} on"]
    with: {on: true}
set_light:
  - say: ["(dim|set) [the] {target} to {brightness} [percent]", "make [the] {target} {colour}"]
"""

Made = Callable[[str], Commands]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    def make(text: str) -> Commands:
        path = tmp_path / "commands.yaml"
        path.write_text(text)
        return Commands([read_commands(path, "home", TOOLS)])

    return make


@pytest.mark.parametrize(
    "text",
    ["Turn on the hall lamp.", "hey vivavoce, could you please turn the hall lamp on?",
     "SWITCH ON HALL LAMP, thanks", "ok now turn on the hall lamp for me"],
)  # fmt: skip
def test_people_put_it_in_many_ways(made: Made, text: str) -> None:
    best = made(SENTENCES).match(text)[0]
    assert (best.tool, dict(best.arguments)) == (
        "home_switch",
        {"target": "hall lamp", "on": True},
    )


@pytest.mark.parametrize(("said", "value"), [("20", 20), ("twenty five percent", 25), ("0", 0)])
def test_numbers_are_digits_or_words(made: Made, said: str, value: int) -> None:
    best = made(SENTENCES).match(f"dim the hall to {said}")[0]
    assert best.arguments == {"target": "hall", "brightness": value}


def test_a_choice_is_one_of_its_words(made: Made) -> None:
    commands = made(SENTENCES)
    assert commands.match("make the sofa warm white")[0].arguments["colour"] == "warm_white"
    assert not commands.match("make the sofa mauve")


def test_joined_commands_are_taken_apart(made: Made) -> None:
    parts = made(SENTENCES).parts("dim the hall to ten and then turn the radio on")
    assert [part[0].tool for part in parts] == ["home_set_light", "home_switch"]


def test_a_part_that_is_no_command_leaves_the_whole_to_a_model(made: Made) -> None:
    assert made(SENTENCES).parts("turn on the hall lamp and tell me a joke") == []


def test_questions_and_stories_are_no_commands(made: Made) -> None:
    commands = made(SENTENCES)
    assert not commands.match("what is the capital of France?")
    assert not commands.match("")
    assert not commands.match("turn on the " + "very " * 40 + "big lamp")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fly: [{say: [up]}]", "no tool 'fly'"),
        ("switch: [{say: ['turn {thing} on']}]", "no parameter 'thing'"),
        ("switch: [{say: ['on'], with: {of: true}}]", "no parameter 'of'"),
        ("switch: [{say: up}]", "a block has say"),
        ("- up", "write tool names"),
        ("switch: [{say: ['turn (on {target}']}]", "commands.yaml"),
        ("switch: {{", "can't be read"),
        ("switch: 5", "a list of blocks"),
        ("switch: {say: ['on']}", "a list of blocks"),
        ("switch: [{say: ['on'], with: 5}]", "with has parameters"),
        ("switch: [{say: ['on'], with: [on]}]", "with has parameters"),
        ("switch: " + "[" * 5000, "can't be read"),
        ("switch: [{say: ['on'], with: {on: 2024-99-99}}]", "can't be read"),
    ],
)
def test_a_mistake_is_named(made: Made, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        made(text)


def test_a_file_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "commands.yaml"
    path.write_bytes("switch: [{say: ['würfel']}]".encode("latin-1"))
    with pytest.raises(ConfigError, match=r"commands\.yaml is not UTF-8"):
        read_commands(path, "home", TOOLS)


def test_what_stands_around_a_command_is_taken_off() -> None:
    assert plain("Okay, so could you please dim the lights for me, thanks!") == "dim the lights"
