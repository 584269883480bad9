"""A real server on a real port, with fake sessions behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from openai import AsyncOpenAI

from tests.web.fakes import FakeSession, Opener
from vivavoce.web import ServeConfig, create_app, serving


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class House:
    """A running server."""

    address: str
    opener: Opener
    app: Any

    @property
    def session(self) -> FakeSession:
        return self.opener.last

    @property
    def ws(self) -> str:
        return self.address.replace("http", "ws") + "v1/realtime"

    def client(self, key: str = "x", beta: bool = False) -> AsyncOpenAI:
        sockets = self.address.replace("http", "ws") + "v1" if beta else None
        return AsyncOpenAI(base_url=self.address + "v1", api_key=key, websocket_base_url=sockets)


Open = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def house() -> Open:
    @asynccontextmanager
    async def open_house(
        token: str | None = None,
        limits: ServeConfig | None = None,
        mind: Any = None,
        **how: Any,
    ) -> AsyncIterator[House]:
        opener = Opener(**how)
        app = create_app(opener, token=token, limits=limits, mind=mind)
        async with serving(app) as address:
            yield House(address, opener, app)

    return open_house
