"""Running the application on a socket of ours."""

import ipaddress
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress

import anyio
import uvicorn
from starlette.applications import Starlette

from vivavoce.core import ConfigError

PORT = 8765
_HARD_LIMIT = 16_000_000
"""Bytes of a message that are not even read; below, the connection says what is too long."""
_SEND_BUFFER = 256 * 1024
"""4 s of sound: what a reader that stalls may leave in the kernel."""
_DEAD_MS = 20_000
"""A peer that takes no data for this long is gone."""


def serve(
    app: Starlette,
    host: str = "127.0.0.1",
    port: int = PORT,
    token: str | None = None,
    say: Callable[[str], None] = print,
) -> None:
    """Serve until Ctrl-C. ConfigError if the address can't be used, or may not be."""
    listener = bind(host, port, token)
    with suppress(KeyboardInterrupt):  # everything is closed by then; uvicorn passes it on
        anyio.run(serve_on, listener, app, say)


async def serve_on(
    listener: socket.socket, app: Starlette, say: Callable[[str], None] = print
) -> None:
    """Serve inside a running loop until Ctrl-C, on what bind() gave; closes it."""
    try:
        await _Server(app, lambda: say(address(listener))).serve([listener])
    finally:
        listener.close()


@asynccontextmanager
async def serving(
    app: Starlette, host: str = "127.0.0.1", port: int = 0, token: str | None = None
) -> AsyncIterator[str]:
    """Serve inside a running loop; gives the address. port 0 takes any that is free."""
    listener = bind(host, port, token)
    ready = anyio.Event()
    server = _Server(app, ready.set, signals=False)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            await ready.wait()
            try:
                yield address(listener)
            finally:
                server.should_exit = True
    finally:
        listener.close()


def bind(host: str, port: int, token: str | None = None) -> socket.socket:
    """A listening socket; take it first, so that the complaint comes before the models load."""
    if not token and not _is_loopback(host):
        raise ConfigError(
            f"{host} can be reached from other machines, and no token is set: anybody could "
            "listen in. Set one with --token-file (or VIVAVOCE_TOKEN), or bind to 127.0.0.1"
        )
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, proto, _, where = found[0]
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise ConfigError(f"{host}:{port} is no address of this machine: {error}") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_MS)
    try:
        listener.bind(where)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"can't listen on {host}:{port} ({error.strerror}). Is another server running there? "
            "Stop it, or take another port with --port"
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """The one address to open."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = socket.gethostname()
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


class _Server(uvicorn.Server):
    """Says when it is ready. No access log: addresses may carry a token."""

    def __init__(self, app: Starlette, ready: Callable[[], None], *, signals: bool = True) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                log_config=None,
                access_log=False,
                lifespan="auto",
                ws_max_size=_HARD_LIMIT,
                ws_ping_interval=10,
                ws_ping_timeout=10,
                ws_per_message_deflate=False,  # sound in base64 gains little and costs a core
                timeout_graceful_shutdown=3,
            )
        )
        self._ready = ready
        self._signals = signals
        logging.getLogger("uvicorn.error").addFilter(_no_refusals)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Inside somebody's loop, Ctrl-C is theirs to hear."""
        with super().capture_signals() if self._signals else nullcontext():
            yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()


def _no_refusals(record: logging.LogRecord) -> bool:
    """uvicorn takes a handshake that we refuse with an HTTP answer for a fault, and logs each."""
    return "returned without completing handshake" not in str(record.msg)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
