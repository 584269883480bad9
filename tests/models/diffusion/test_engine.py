"""The engine: one network, many who ask."""

from contextlib import aclosing
from dataclasses import replace

import anyio
import pytest
from anyio import to_thread

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.diffusion import toys  # noqa: E402
from tests.diffusion.toys.gate import Gate  # noqa: E402
from vivavoce.core import Refused, Retry, VivavoceError  # noqa: E402
from vivavoce.diffusion.decode import Dial  # noqa: E402
from vivavoce.diffusion.text import Asked, Piece, Writer  # noqa: E402
from vivavoce.models.diffusion.engine import Engine  # noqa: E402
from vivavoce.models.diffusion.jobs import Limits  # noqa: E402

pytestmark = pytest.mark.anyio


class Gated:
    """An engine whose network stands behind a gate."""

    def __init__(self, make, **limits) -> None:
        self.writer: Writer = toys.writer(ends=())
        self.gate = Gate(self.writer.network)
        self.engine: Engine = make(toys.Toy(self.writer), limits=Limits(**limits))

    def ask(self, text: str, most: int = 24) -> Asked:
        return Asked(self.writer.plain(text), most)

    def plainly(self, asked: Asked, dial: Dial) -> str:
        return "".join(pieces[0].text for pieces in self.writer.write([asked], dial))

    async def busy(self, group) -> None:
        """Somebody's text, with a dial of its own, stands before the gate."""
        self.gate.shut()
        group.start_soon(said, self.engine, self.ask("first", 2), Dial("ar", temperature=1.0))
        await to_thread.run_sync(self.gate.waits.wait)


async def said(engine: Engine, asked: Asked, dial: Dial, told: list | None = None) -> str:
    text = ""
    async with aclosing(engine.write(asked, dial)) as pieces:
        async for piece in pieces:
            text += piece.text
    if told is not None:
        told.append(text)
    return text


@pytest.mark.parametrize("mode", ["ar", "lossless", "diffusion"])
async def test_a_text_comes_a_piece_a_forward_and_says_why_it_ended(engine, mode):
    at = Gated(engine)
    asked, dial = at.ask("the house"), Dial(mode)
    pieces: list[Piece] = [piece async for piece in at.engine.write(asked, dial)]
    assert "".join(p.text for p in pieces) == at.plainly(asked, dial)
    assert sum(p.tokens for p in pieces) == 24
    assert [p.ending for p in pieces if p.ending] == ["length"]
    assert all(bool(p.canvas) == (mode == "diffusion") for p in pieces)


async def test_nothing_is_loaded_before_it_is_opened_and_then_once(engine):
    toy = toys.Toy()
    one = engine(toy)
    assert (one.state.name, one.state.trained, toy.loaded) == ("idle", None, 0)
    writer = await one.open()
    assert await one.open() is writer is one.writer
    assert (one.state.name, one.state.trained, toy.loaded) == ("ready", True, 1)


async def test_closing_stops_in_the_middle_of_a_block(engine):
    at = Gated(engine)
    await at.engine.open()
    at.gate.shut()
    at.gate.allow(3)  # the prompt, and two forwards of the first block
    dial = Dial("diffusion", block=64, steps=64, threshold=1.0)
    async with aclosing(at.engine.write(at.ask("the house", 64), dial)) as pieces:
        last = [await anext(pieces) for _ in range(2)][-1]
    assert None in last.canvas
    at.gate.open()
    await said(at.engine, at.ask("th", 1), Dial("ar"))
    assert len(at.gate.rows) <= 3 + 1 + 2  # one was on its way; the second text took two


async def test_closing_stops_in_the_middle_of_a_long_prompt(engine):
    at = Gated(engine)
    await at.engine.open()
    at.gate.shut()
    at.gate.allow(1)
    async with anyio.create_task_group() as group:
        group.start_soon(said, at.engine, at.ask("n" * 480, 4), Dial("ar"))
        await to_thread.run_sync(at.gate.waits.wait)  # 256 tokens are read, the others wait
        group.cancel_scope.cancel()
    at.gate.open()
    await said(at.engine, at.ask("th", 1), Dial("ar"))
    assert len(at.gate.rows) <= 1 + 1 + 2


@pytest.mark.parametrize("temperature", [0.0, 0.9])
async def test_those_who_wait_with_an_equal_dial_are_written_together(engine, temperature):
    at = Gated(engine)
    dials = [Dial("lossless", temperature=temperature, seed=i) for i in range(4)]
    texts = ("the house", "inthe", "é", "x = (")
    told: list[str] = []
    async with anyio.create_task_group() as group:
        await at.busy(group)
        for text, dial in zip(texts, dials, strict=True):
            group.start_soon(said, at.engine, at.ask(text), dial, told)
        other: list[str] = []
        group.start_soon(said, at.engine, at.ask("the house"), replace(dials[0], mode="ar"), other)
        await _until(lambda: len(at.engine._waiting) == 5)
        at.gate.open()
    assert max(at.gate.rows) == len(texts)
    plainly = [at.plainly(at.ask(text), dial) for text, dial in zip(texts, dials, strict=True)]
    assert sorted(told) == sorted(plainly)
    assert other == plainly[:1]


async def test_who_comes_when_too_many_wait_is_sent_away(engine):
    at = Gated(engine, waiting=2)
    async with anyio.create_task_group() as group:
        await at.busy(group)
        for _ in range(2):
            group.start_soon(said, at.engine, at.ask("th"), Dial("ar"))
        await _until(lambda: len(at.engine._waiting) == 2)
        with pytest.raises(Retry, match="2 texts wait"):
            await said(at.engine, at.ask("th"), Dial("ar"))
        at.gate.open()


async def test_who_gives_up_waiting_makes_room_and_is_not_written(engine):
    at = Gated(engine, waiting=1)
    async with anyio.create_task_group() as group:
        await at.busy(group)
        with anyio.move_on_after(0.05):
            await said(at.engine, at.ask("th"), Dial("diffusion"))
        group.start_soon(said, at.engine, at.ask("the", 3), Dial("ar"))
        await _until(lambda: [j.dial.mode for j in at.engine._waiting] == ["ar"])
        at.gate.open()
    assert len(at.gate.rows) == (1 + 2) + 3  # "the" is one token: there is nothing to read


async def test_what_does_not_fit_is_refused_before_it_waits(engine):
    at = Gated(engine, context_tokens=100)
    with pytest.raises(Refused, match="shorten the prompt or ask for fewer"):
        await said(at.engine, at.ask("n" * 90, 20), Dial("ar"))
    with pytest.raises(Refused, match="empty"):
        await said(at.engine, Asked((), 4), Dial("ar"))
    assert await said(at.engine, at.ask("n" * 90, 4), Dial("ar"))


async def test_rows_that_only_fit_apart_are_written_apart(engine):
    at = Gated(engine, context_tokens=100)
    long, wordy = at.ask("n" * 90, 4), at.ask("th", 80)
    told: list[str] = []
    async with anyio.create_task_group() as group:
        await at.busy(group)
        for asked in (long, wordy):
            group.start_soon(said, at.engine, asked, Dial("ar"), told)
        await _until(lambda: len(at.engine._waiting) == 2)
        at.gate.open()
    assert set(at.gate.rows) == {1}
    assert told == [at.plainly(long, Dial("ar")), at.plainly(wordy, Dial("ar"))]


async def test_what_breaks_breaks_no_other_text(engine):
    at = Gated(engine)
    await at.engine.open()
    at.gate.fails = True
    with pytest.raises(Retry, match="ask again"):
        await said(at.engine, at.ask("th"), Dial("ar"))
    assert await said(at.engine, at.ask("th", 3), Dial("ar"))


async def test_it_says_what_is_missing_and_goes_on_once_it_is_there(engine):
    toy = toys.Toy(lacks="run: pip install it")
    one = engine(toy)
    assert (one.state.name, one.state.said) == ("missing", "run: pip install it")
    with pytest.raises(Refused, match="pip install"):
        await said(one, Asked((1, 2), 3), Dial("ar"))
    assert one.state.name == "failed"
    toy.lacks = ""
    assert await said(one, Asked((1, 2), 3), Dial("ar"))
    assert one.state.name == "ready"


async def test_closing_the_engine_tells_those_who_wait(engine):
    at = Gated(engine)
    failed: list[str] = []

    async def fails() -> None:
        try:
            await said(at.engine, at.ask("th"), Dial("ar"))
        except VivavoceError as why:
            failed.append(why.code)

    async with anyio.create_task_group() as group:
        at.gate.shut()
        group.start_soon(fails)
        await to_thread.run_sync(at.gate.waits.wait)
        group.start_soon(fails)
        await _until(lambda: len(at.engine._waiting) == 1)
        group.start_soon(to_thread.run_sync, at.engine.close)
        await _until(lambda: at.engine._closed)
        at.gate.open()
    assert failed == ["retry", "retry"]


async def _until(true) -> None:
    with anyio.fail_after(60):
        while not true():  # noqa: ASYNC110  # another thread makes it true
            await anyio.sleep(0.002)
