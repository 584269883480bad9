"""In the quiet the model reads what it is told of each expert; nobody waits for it."""

from collections.abc import Awaitable, Callable
from time import monotonic

import anyio
import pytest

from vivavoce.core import Message
from vivavoce.mind import CHARACTER, Ask
from vivavoce.mind.acting.ahead import Quiet, read_ahead
from vivavoce.models import Request
from vivavoce.models.chatml import head

from .conftest import ANNA, Talking

pytestmark = pytest.mark.anyio
SHORT_S = 0.05


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def whole(talk: Talking) -> Callable[[str], Awaitable[str]]:
    """Asks as the house does, with its own character."""

    async def say(text: str) -> str:
        messages = (Message("system", CHARACTER), Message("user", text))
        return await talk.hear(Ask(Request(messages, conversation=1), speaker=ANNA))

    return say


async def test_it_begins_as_the_first_request_will(talking) -> None:  # type: ignore[no-untyped-def]
    async with talking("", "As you like.") as t:
        await t.acting.read("home")
        assert await whole(t)("make the hall lamp a bit nicer") == "As you like."
    ahead, asked = (ask.request for ask in t.mind.asked)
    assert (ahead.read_only, ahead.lasting, asked.read_only, asked.lasting) == (1, 1, 0, 1)
    begins = head(ahead.messages, ahead.tools)
    assert begins == head(asked.messages, asked.tools)
    assert "home_unlock(" in begins


async def test_nothing_is_read_that_no_request_begins_with(talking) -> None:  # type: ignore[no-untyped-def]
    async with talking(most=1) as t:  # tools are chosen anew for each request
        await t.acting.read("home")
    assert t.mind.asked == []
    t.home.away = True
    async with talking(home=t.home) as t:
        await t.acting.read("home")
    assert t.mind.asked == []


async def test_it_waits_until_nobody_has_asked_for_so_long() -> None:
    quiet, began = Quiet(), monotonic()
    read = list[float]()

    async def reads(_: str) -> None:
        read.append(monotonic() - began)

    async with anyio.create_task_group() as group:
        group.start_soon(read_ahead, quiet, reads, ["home", "news"], 2 * SHORT_S)
        await anyio.sleep(SHORT_S)
        with quiet.broken():
            await anyio.sleep(4 * SHORT_S)
    assert len(read) == 2
    assert min(read) >= 7 * SHORT_S


async def test_who_asks_breaks_it_off_and_it_is_done_afterwards() -> None:
    quiet, begun, done = Quiet(), list[str](), list[str]()
    reading = anyio.Event()

    async def reads(name: str) -> None:
        begun.append(name)
        reading.set()
        await anyio.sleep(20 if len(begun) == 1 else 0)
        done.append(name)

    with anyio.fail_after(10):
        async with anyio.create_task_group() as group:
            group.start_soon(read_ahead, quiet, reads, ["home", "news"], SHORT_S)
            await reading.wait()
            with quiet.broken():
                pass
    assert begun == ["home", "home", "news"]
    assert done == ["home", "news"]


async def test_every_answer_breaks_the_quiet(talking) -> None:  # type: ignore[no-untyped-def]
    async with talking() as t:
        with t.acting.quiet.meanwhile() as scope:
            await t.say("turn on the hall lamp")
            assert scope.cancel_called
