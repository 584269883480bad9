"""One real server for all of these tests: its models are loaded once."""

from collections.abc import Iterator

import pytest

from tests.e2e.served import Served, serve


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """At the end its log must hold no fault, whatever the tests did to it."""
    with serve(tmp_path_factory.mktemp("served")) as server:
        yield server
    assert "Traceback" not in server.log.read_text()
