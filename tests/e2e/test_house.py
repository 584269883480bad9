"""The house by voice: an enrolled owner gets things done on real servers, a stranger does not."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bench.household.house import House, house
from tests.e2e.inbox import Inbox, until
from tests.e2e.served import Served, serve
from tests.e2e.sounds import said
from vivavoce.cli.voices import as_person, from_files
from vivavoce.client import Realtime, Talk, talk
from vivavoce.people import People, Person

pytestmark = [pytest.mark.real, pytest.mark.anyio]
OWNER = Path(__file__).parents[1] / "data" / "passages" / "p3.flac"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Served]]:
    """Real servers, and a Vivavoce that knows its owner's voice."""
    folder = tmp_path_factory.mktemp("house")
    people, experts = folder / "people", folder / "experts"
    experts.mkdir()
    People(people).put(_owner())
    with house(folder) as running, pytest.MonkeyPatch.context() as patch:
        given = running.environment | {
            "VIVAVOCE_PEOPLE": str(people),
            "VIVAVOCE_EXPERTS": str(experts),
            "VIVAVOCE_EXPERTS_DATA": str(folder / "kept"),
        }
        for name, value in given.items():
            patch.setenv(name, value)
        with serve(folder) as server:
            yield running, server


def _owner() -> Person:
    return replace(as_person("Emma", from_files((OWNER,))), rank="owner")


@asynccontextmanager
async def conversation(served: Served) -> AsyncIterator[tuple[Talk, Inbox]]:
    inbox = Inbox()
    async with talk(Realtime(served.ws), inbox) as talking:
        yield talking, inbox
    assert not inbox.all("error")


def songs(running: House) -> tuple[str | None, str | None]:
    now = running.music()
    return now.get("state"), now.get("album")


async def asked(talking: Talk, inbox: Inbox, clip: str) -> str:
    """What was answered to it, whole."""
    before = len(inbox.all("response.done"))
    await talking.say(said("phrases", clip))
    await inbox.wait("response.done", times=before + 1, within_s=90)
    return inbox.answers[-1]


async def test_the_owner_gets_a_lamp_a_song_a_date_and_a_mail(
    home: tuple[House, Served],
) -> None:
    running, served = home
    running.reset()
    async with conversation(served) as (talking, inbox):
        answer = await asked(talking, inbox, "house1")
        await until(lambda: running.home.state["Reading lamp"]["state"] == "ON", 5)
        assert abs(running.home.state["Reading lamp"]["brightness"] - 51) <= 3, answer
        answer = await asked(talking, inbox, "house2")
        await until(lambda: songs(running) == ("play", "Blue Train"), 5)
        answer = await asked(talking, inbox, "house3")
        assert any("Peter" in event for event in running.events()), (answer, running.events())
        answer = await asked(talking, inbox, "house4")
        assert re.search("boat|Sunday", answer), answer
    tools = [act["tool"] for act in inbox.all("vivavoce.acted")]
    assert {tool.partition("_")[0] for tool in tools} >= {"home", "media", "calendar", "mail"}
    assert all(e["name"] == "Emma" for e in inbox.all("vivavoce.speaker"))
    print("gaps", inbox.gaps_ms, "ms;", inbox.answers)


async def test_a_stranger_gets_none_of_it(home: tuple[House, Served]) -> None:
    running, served = home
    running.reset()
    before = {name: dict(state) for name, state in running.home.state.items()}
    async with conversation(served) as (talking, inbox):
        for clip in ("house5", "house6", "house7", "house8"):
            await talking.say(said("phrases", clip))
            await talking.until(lambda: False, timeout_s=6)
    assert running.home.state == before
    assert songs(running) != ("play", "Blue Train")
    assert not any("Peter" in event for event in running.events())
    assert not any(re.search("boat", answer) for answer in inbox.answers)
    assert all(act["verdict"] == "refuse" for act in inbox.all("vivavoce.acted"))
    print(inbox.heard, inbox.answers)
