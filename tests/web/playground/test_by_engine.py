"""The author that has a network: the real engine, at toy size."""

from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.diffusion.toys import Toy, writer
from tests.diffusion.toys.gate import Gate
from tests.web.help import until
from vivavoce.core import Refused
from vivavoce.models.diffusion.engine import Engine
from vivavoce.web.playground.author import Mode, State, Wish
from vivavoce.web.playground.by_engine import ByEngine

pytestmark = pytest.mark.anyio

PROMPT = Wish(prompt="the ", max_tokens=12)


@pytest.fixture
def author() -> Iterator[Callable[..., ByEngine]]:
    """Makes authors with toys, and closes their engines."""
    made: list[Engine] = []

    def make(toy: Toy | None = None) -> ByEngine:
        made.append(Engine(toy or Toy(writer(ends=())), say=lambda _: None))
        return ByEngine(made[-1], "toy")

    yield make
    for engine in made:
        engine.close()


async def written(author: ByEngine, wish: Wish, mode: Mode) -> tuple[str, int, int]:
    """Text, tokens, forwards."""
    async with aclosing(author.write(wish, mode)) as pieces:  # type: ignore[type-var]
        all_ = [piece async for piece in pieces]
    assert [piece.ending for piece in all_].count(None) == len(all_) - 1
    return "".join(p.text for p in all_), sum(p.tokens for p in all_), len(all_)


async def test_it_is_idle_until_it_is_opened_and_then_ready(author):
    one = author()
    assert one.state() == State("idle", model="toy")
    await one.open()
    assert one.state() == State("ready", model="toy", trained=True)


async def test_what_is_missing_is_known_without_loading(author):
    one = author(Toy(lacks="pip install it"))
    assert one.state() == State("missing", "pip install it", "toy")
    with pytest.raises(Refused, match="pip install it"):
        await one.open()


async def test_it_writes_in_three_ways_and_lossless_is_the_twins_text(author):
    one = author()
    ways = {mode: await written(one, PROMPT, mode) for mode in ("ar", "lossless", "diffusion")}
    assert {tokens for _, tokens, _ in ways.values()} == {12}
    assert ways["lossless"][0] == ways["ar"][0]
    assert ways["ar"][2] == 12


async def test_messages_and_gaps_are_other_prompts_than_plain_text(author):
    one = author()
    plain, _, _ = await written(one, PROMPT, "ar")
    asked, _, _ = await written(one, Wish(messages=(("user", "the "),), max_tokens=12), "ar")
    filled, _, _ = await written(one, Wish(prompt="the ", suffix="in", max_tokens=12), "ar")
    assert len({plain, asked, filled}) == 3


async def test_opening_warms_the_network_once(author):
    toy = Toy(writer(ends=()))
    gate = Gate(toy.writer.network)
    one = author(toy)
    await one.open()
    warm = len(gate.rows)
    assert warm > 0
    await one.open()
    assert len(gate.rows) == warm


async def test_who_stops_reading_stops_the_network(author):
    toy = Toy(writer(ends=()))
    gate = Gate(toy.writer.network)
    one = author(toy)
    async with aclosing(one.write(Wish(prompt="the ", max_tokens=200), "ar")) as pieces:
        async for _ in pieces:
            break
    await written(one, Wish(prompt="in ", max_tokens=1), "ar")  # the thread is free again
    assert len(gate.rows) < 150
    await until(lambda: one.state().name == "ready")
