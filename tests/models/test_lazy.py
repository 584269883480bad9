"""A model that is loaded when it is first asked."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from vivavoce.core import Message, WeightsMissing
from vivavoce.models import Card, Fixed, Piece, Request, Text
from vivavoce.models.lazy import LazyModel

CARD = Card("later", 1000)
QUESTION = Request((Message("user", "Hi"),))


def told(model: LazyModel, request: Request = QUESTION) -> list[Piece]:
    async def run() -> list[Piece]:
        return [piece async for piece in model.stream(request)]

    return anyio.run(run)


class Loads:
    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Fixed:
        self.times += 1
        return Fixed("hello")


def test_it_is_loaded_once_and_not_before_it_is_asked() -> None:
    loads = Loads()
    model = LazyModel(CARD, loads)
    assert (model.card, loads.times) == (CARD, 0)
    assert told(model)[0] == told(model)[0] == Text("hello")
    assert loads.times == 1


def test_reading_ahead_loads_nothing() -> None:
    loads = Loads()
    told(LazyModel(CARD, loads), Request(QUESTION.messages, read_only=True))
    assert loads.times == 0


def test_two_who_ask_at_once_load_it_once() -> None:
    loads = Loads()
    model = LazyModel(CARD, loads)
    with ThreadPoolExecutor(4) as pool:
        opened = {id(found.result()) for found in [pool.submit(model.open) for _ in range(8)]}
    assert (len(opened), loads.times) == (1, 1)


def test_what_is_missing_is_said_when_it_is_asked() -> None:
    def missing() -> Fixed:
        raise WeightsMissing("run: vivavoce weights pull")

    with pytest.raises(WeightsMissing, match="weights pull"):
        told(LazyModel(CARD, missing))


def test_closing_the_stream_closes_the_models() -> None:
    closed = []

    class Endless:
        card = CARD

        async def stream(self, request: Request) -> AsyncIterator[Piece]:
            try:
                while True:
                    yield Text("on ")
            finally:
                closed.append(True)

        async def count(self, request: Request) -> int:
            return 0

    async def run() -> None:
        stream = LazyModel(CARD, Endless).stream(QUESTION)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]

    anyio.run(run)
    assert closed == [True]
