from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.weights.weights_outside import Outside, outside
from vivavoce.weights import Store


@pytest.fixture
def world() -> Iterator[Outside]:
    with outside() as world:
        yield world


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "weights")
