"""Models, engine and web server, put together."""

import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import click
from anyio import to_thread

if TYPE_CHECKING:
    from vivavoce.people import Household


@dataclass(frozen=True, slots=True)
class Server:
    """One that runs."""

    address: str
    household: "Household"


@asynccontextmanager
async def server(
    *,
    host: str = "127.0.0.1",
    port: int = 8765,
    token: str | None = None,
    record: Path | None = None,
    model: str = "auto",
    max_conversations: int = 8,
    say: Callable[[str], None] = lambda line: click.echo(line, err=True),
) -> AsyncIterator[Server]:
    """A running server."""
    from vivavoce.mind import CHARACTER
    from vivavoce.mind.acting.house import open_house
    from vivavoce.mind.claims import check_claims
    from vivavoce.mind.house import learned_path, open_mind
    from vivavoce.models.diffusion.engine import Engine
    from vivavoce.models.diffusion.settings import WEIGHTS
    from vivavoce.people import here
    from vivavoce.session import SessionConfig, engine, load
    from vivavoce.web.app import create_app
    from vivavoce.web.limits import ServeConfig
    from vivavoce.web.playground.by_engine import ByEngine
    from vivavoce.web.serve import bind, serving

    bind(host, port, token).close()  # the complaint comes before the models load
    say("loading the models…")
    writing = Engine()  # text by diffusion: loaded when it is first asked
    mind = await to_thread.run_sync(
        lambda: open_mind(model, ready=True, learned=learned_path(), engine=writing)
    )
    limits = ServeConfig(max_conversations=max_conversations, instructions=CHARACTER, answers=model)
    async with open_house(mind) as house:
        parts = await to_thread.run_sync(lambda: load(mind=house.acting, people=here()))
        parts = replace(parts, announcer=house.announcer, sounding=house.ducking)
        async with (
            engine(parts, SessionConfig(model=model), record) as sessions,
            serving(
                create_app(
                    sessions.open,
                    token=token,
                    limits=limits,
                    mind=mind,
                    author=ByEngine(writing, WEIGHTS),
                ),
                host,
                port,
                token,
            ) as address,
            anyio.create_task_group() as group,
        ):
            group.start_soon(check_claims, mind.models.values())
            assert parts.household is not None, "people were given"
            yield Server(address, parts.household)
            group.cancel_scope.cancel()
    await mind.aclose()
    writing.close()


async def run_server(
    *,
    host: str,
    port: int,
    token: str | None,
    record: Path | None,
    model: str,
    max_conversations: int,
) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    async with server(
        host=host,
        port=port,
        token=token,
        record=record,
        model=model,
        max_conversations=max_conversations,
    ) as running:
        click.echo(f"Vivavoce is at {running.address}")
        click.echo("Ctrl-C stops it.", err=True)
        await until_stopped()


async def until_stopped() -> None:
    """Return at the first Ctrl-C or SIGTERM."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            return
