"""A served application with a mind that follows rules, and both official clients."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from tests.web.api.fakes import RuleMind
from tests.web.fakes import Opener
from vivavoce.web import ServeConfig, create_app, serving
from vivavoce.web.api.minds import Minds


@dataclass
class Served:
    """A running server."""

    mind: RuleMind
    openai: AsyncOpenAI
    anthropic: AsyncAnthropic
    http: httpx.AsyncClient

    @property
    def request(self):
        return self.mind.asked[-1].request


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def served() -> Serve:
    @asynccontextmanager
    async def run(
        mind: Minds | None = None,
        token: str | None = None,
        key: str = "any",
        limits: ServeConfig | None = None,
    ) -> AsyncIterator[Served]:
        mind = mind or RuleMind()
        app = create_app(Opener(), token=token, limits=limits, mind=mind)
        async with (
            serving(app) as at,
            AsyncOpenAI(base_url=at + "v1", api_key=key, max_retries=0) as openai,
            AsyncAnthropic(base_url=at, api_key=key, max_retries=0) as anthropic,
            httpx.AsyncClient(base_url=at, timeout=10) as http,
        ):
            yield Served(mind, openai, anthropic, http)

    return run
