"""A served application whose playground is written by a script."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
)

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from tests.web.api.fakes import RuleMind
from tests.web.fakes import Opener
from tests.web.playground.fakes import Scripted
from vivavoce.web import create_app, serving
from vivavoce.web.playground.author import Author

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
House = Callable[..., AbstractContextManager[str]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@asynccontextmanager
async def address(author: Author | None, token: str | None = None) -> AsyncIterator[str]:
    """Of a running server."""
    app = create_app(Opener(), token=token, mind=RuleMind(), author=author)
    async with serving(app) as at:
        yield at


@pytest.fixture
def served() -> Serve:
    """A client of a server in this loop."""

    @asynccontextmanager
    async def run(author: Author | None = None, token: str | None = None) -> AsyncIterator:
        async with (
            address(author or Scripted(), token) as at,
            httpx.AsyncClient(base_url=at, timeout=20) as client,
        ):
            yield client

    return run


@contextmanager
def beside(author: Author | None, token: str | None = None) -> Iterator[str]:
    """The address of a server in a thread, for tests that drive a browser."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(address(author, token)) as at,
    ):
        yield at
