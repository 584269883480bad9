"""Engines at toy size."""

from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def engine() -> Iterator[Callable[..., object]]:
    """Makes engines, and closes them."""
    pytest.importorskip("torch")
    pytest.importorskip("gguf")
    from tests.diffusion.toys import Toy
    from vivavoce.models.diffusion.engine import Engine

    made: list[Engine] = []

    def make(loads: object = None, **given: object) -> Engine:
        made.append(Engine(loads or Toy(), **given))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()
