"""Sentences that need no model, and what they mean."""

from pathlib import Path

import pytest

from vivavoce.experts.builtin.home import tools
from vivavoce.experts.builtin.home.house import House
from vivavoce.experts.builtin.home.kept import Kept
from vivavoce.experts.builtin.home.rooms import Plan
from vivavoce.experts.commands import Commands, read_commands


@pytest.fixture(scope="module")
def commands(tmp_path_factory) -> Commands:
    house = House(Kept(tmp_path_factory.mktemp("home")), Plan())
    made = {t.name: t for t in tools._tools(tools.Tools(house))}
    return Commands([read_commands(Path(tools.__file__).parent / "commands.yaml", "home", made)])


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        ("Lights off in the kitchen", "switch", {"target": "kitchen", "on": False}),
        ("Turn off all the lights", "switch", {"target": "all the lights", "on": False}),
        (
            "turn everything off except the hall",
            "switch",
            {"target": "everything", "but": "hall", "on": False},
        ),
        ("could you set the thermostat to 21 degrees", "set", {"target": "thermostat"}),
        ("make the bedside lamp light blue", "set", {"target": "bedside lamp", "to": "light blue"}),
        ("open the blinds halfway", "set", {"target": "blinds", "to": "half"}),
        ("it's too dark in here", "adjust", {"more": "brighter"}),
        ("a bit warmer", "adjust", {"more": "warmer", "how_much": "a bit"}),
        (
            "turn the heating up by two degrees",
            "adjust",
            {"target": "heating", "how_much": "two degrees", "more": "up"},
        ),
        ("unlock the front door", "unlock", {"target": "front door"}),
        ("open the garage", "unlock", {"target": "garage door"}),
        ("is the back door locked", "state", {"target": "back door", "what": "locked"}),
        ("which lights are on", "state", {"target": "all the lights", "what": "on"}),
        ("how warm is it upstairs", "state", {"target": "upstairs", "what": "temperature"}),
        ("send the robot back to its dock", "vacuum", {"action": "dock"}),
        ("save this as movie night", "scene", {"name": "movie night", "do": "save"}),
        ("who rang the doorbell", "camera", {}),
    ],
)
def test_a_plain_sentence_is_its_tools_call(commands, said, tool, arguments):
    first = commands.match(said)[0]
    assert first.tool == f"home_{tool}"
    assert arguments.items() <= dict(first.arguments).items()


@pytest.mark.parametrize(
    "said",
    [
        "what is the capital of France",
        "tell me a joke about a lamp",
        "set a timer for ten minutes",
        "what do you think about smart homes",
    ],
)
def test_other_talk_is_no_command_of_the_house(commands, said):
    assert not [c for c in commands.match(said) if c.tool in ("home_unlock", "home_lock")]
    assert not [c for c in commands.match(said) if c.literal > len(said) / 2]
