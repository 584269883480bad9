"""One server, kept: connected, listed, listed again when it changes, connected again when lost."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any, Protocol

import anyio
import httpx2
import mcp_types
from mcp import Client, MCPError
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import ValidationError

from vivavoce.core import ConfigError, Retry, VivavoceError
from vivavoce.experts.mcp.approved import approve, approved, fingerprint
from vivavoce.experts.mcp.result import cut, result_of
from vivavoce.experts.mcp.screen import Screened
from vivavoce.experts.offered import Offered, tool_name
from vivavoce.experts.schema import check_arguments, plain_schema
from vivavoce.experts.tool import Context, Effect, Result, Tool

log = logging.getLogger(__name__)

CONNECT_S = 13.0
"""To connect and list; an old server that ignores the first question costs 10 s of it."""
WAIT_S = 5.0
"""A call waits so long for a lost server."""
PAUSES_S = (0.2, 60.0)
"""Before it is connected again: the first, doubled up to the last."""
SOUND_S = 30.0
"""A connection that held so long was sound: the pauses begin anew."""
RELIST_S = 1.0
"""It is not listed again sooner, however often it says that it has changed."""
MOST_TOOLS = 1000
MOST_ABOUT = 1000
"""Characters."""
SLOW_S = 30.0
"""A tool that may take longer goes on while the conversation does."""
_LOST = (httpx2.HTTPError, OSError, anyio.ClosedResourceError, anyio.BrokenResourceError)
_FAILS = (*_LOST, MCPError, RuntimeError, ValueError, VivavoceError, ExceptionGroup)


class Transport(Protocol):
    """Of a server: streams for mcp's Client, whether it has ended, and what it said then."""

    ended: anyio.Event

    @property
    def last_words(self) -> str: ...
    async def __aenter__(self) -> Any: ...
    async def __aexit__(self, *error: Any) -> Any: ...


class McpServer:
    """Run keep() in a task of its own."""

    def __init__(
        self,
        name: str,
        connect: Callable[[], Any],
        folder: Path,
        *,
        trusted: bool = False,
        effects: Mapping[str, Effect] | None = None,
        timeout_s: float = 30.0,
        clean: Callable[[str], str] = lambda text: text,
    ) -> None:
        """connect: a fresh Transport. folder: of what is approved. clean: takes secrets out."""
        self.name, self.tools = name, Offered()
        self.error: VivavoceError | None = None
        self.first = anyio.Event()
        """The first attempt is over; error: what went wrong."""
        self._connect, self._folder, self._clean = connect, folder, clean
        self._effects, self._timeout_s = dict(effects or {}), timeout_s
        self._source = "" if trusted else f"mcp {name}"
        self._client: Client | None = None
        self._up, self._lost, self._changed = anyio.Event(), anyio.Event(), anyio.Event()
        self._wanted = anyio.Event()
        self._left_out: dict[str, str] = {}
        self._made: dict[tuple[str, str], Tool | str] = {}

    async def keep(self) -> None:
        """Until it is cancelled; only the first attempt may end it."""
        pause = PAUSES_S[0]
        while True:
            began = anyio.current_time()
            why = await self._once()
            self._down()
            if not self.first.is_set():
                self.error = why
                self.first.set()
                return
            if anyio.current_time() - began > SOUND_S:
                pause = PAUSES_S[0]
            log.warning("the mcp server of %s was lost; again in %.1f s", self.name, pause)
            await anyio.sleep(PAUSES_S[0])
            with anyio.move_on_after(pause - PAUSES_S[0]):
                await self._wanted.wait()
            self._wanted = anyio.Event()
            pause = min(2 * pause, PAUSES_S[1])

    async def _once(self) -> VivavoceError:
        """One connection, from its beginning to its end; why it ended."""
        transport: Transport = self._connect()
        self._lost = anyio.Event()
        try:
            with anyio.CancelScope(deadline=anyio.current_time() + CONNECT_S) as connecting:
                screen = Screened(transport)
                client = Client(
                    screen,
                    read_timeout_seconds=self._timeout_s,
                    message_handler=self._heard,
                    cache=None,
                )
                async with client:
                    self._left_out = screen.left_out
                    await self._list(client)
                    connecting.deadline = inf
                    self._client = client
                    self._up.set()
                    self.first.set()
                    await self._watch(client, transport)
        except FileNotFoundError as error:
            return ConfigError(f"{self.name}: there is no program {error.filename}; install it")
        except PermissionError as error:
            return ConfigError(f"{self.name}: {error.filename} may not be run; chmod +x it")
        except _FAILS as error:
            return self._why(error, transport)
        return Retry(f"{self.name} does not answer; is its server running?")

    def _why(self, error: BaseException, transport: Transport) -> VivavoceError:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        if isinstance(error, VivavoceError):
            return error
        if isinstance(error, ValidationError):
            error = ValueError("it does not speak the protocol")
        said = self._clean(transport.last_words or str(error) or type(error).__name__)
        return Retry(f"{self.name} can't be reached: {said}")

    async def _heard(self, message: object) -> None:
        if isinstance(message, mcp_types.ToolListChangedNotification):
            self._changed.set()

    async def _watch(self, client: Client, transport: Transport) -> None:
        """Until the connection is lost; tools that change are listed again."""
        async with anyio.create_task_group() as group:

            async def ends(event: anyio.Event) -> None:
                await event.wait()
                group.cancel_scope.cancel()

            group.start_soon(ends, self._lost)
            group.start_soon(ends, transport.ended)
            if client.protocol_version in MODERN_PROTOCOL_VERSIONS:
                group.start_soon(self._subscribe, client)
            while True:
                await self._changed.wait()
                self._changed = anyio.Event()
                try:
                    await self._list(client)
                except MCPError:
                    log.warning("the mcp server of %s does not list its tools", self.name)
                await anyio.sleep(RELIST_S)

    async def _subscribe(self, client: Client) -> None:
        """Be told of changed tools, as far as the server tells."""
        with suppress(MCPError, ListenNotSupportedError, SubscriptionLost, TimeoutError):
            async with client.listen(tools_list_changed=True) as events:
                self._changed.set()  # it may have changed since it was listed
                async for _ in events:
                    self._changed.set()

    # -- tools -----------------------------------------------------------------------------------

    async def _list(self, client: Client) -> None:
        """What the server has now, becomes what is offered."""
        listed: list[mcp_types.Tool] = []
        cursor: str | None = None
        self._left_out.clear()
        with anyio.fail_after(CONNECT_S):
            while len(listed) <= MOST_TOOLS:
                page = await client.list_tools(cursor=cursor)
                listed += page.tools
                if page.next_cursor in (None, cursor):
                    break
                cursor = page.next_cursor
        off = dict(self._left_out)
        for tool in listed[MOST_TOOLS:]:
            off[tool.name] = f"the server has more than {MOST_TOOLS:,} tools"
        listed = listed[:MOST_TOOLS]
        seen = approved(self._folder)
        if seen is None:
            seen = {tool.name: fingerprint(tool) for tool in listed}
            approve(self._folder, seen)
        made: dict[str, Tool] = {}
        for tool in listed:
            found = self._tool(tool, seen)
            if isinstance(found, str):
                off[tool.name] = found
            elif found.name in made:
                off[tool.name] = f"another tool is called {found.name} already"
            else:
                made[found.name] = found
        self.tools.change(tuple(made.values()), off)

    def _tool(self, theirs: mcp_types.Tool, seen: Mapping[str, str]) -> Tool | str:
        """As ours, or why not."""
        mark = fingerprint(theirs)
        if seen.get(theirs.name) != mark:
            what = "it says something else than" if theirs.name in seen else "it was not there"
            return f"{what} when you approved it; look, then: vivavoce experts approve {self.name}"
        key = (theirs.name, mark)
        if key not in self._made:
            self._made[key] = self._fresh(theirs)
        return self._made[key]

    def _fresh(self, theirs: mcp_types.Tool) -> Tool | str:
        name = tool_name(theirs.name, self.name)
        if not name:
            return "its name has no letters"
        try:
            schema = plain_schema(theirs.input_schema)
        except (ConfigError, RecursionError) as error:
            return str(error)
        about = " ".join((theirs.description or theirs.title or name).split())[:MOST_ABOUT]
        effect = self._effects.get(theirs.name) or self._effects.get(name) or _effect(theirs)

        async def run(arguments: Mapping[str, Any], context: Context) -> Result:
            check_arguments(name, schema, arguments)
            return await self._call(theirs.name, arguments, context)

        return Tool(name, about, schema, run, effect, slow=self._timeout_s > SLOW_S)

    async def _call(self, theirs: str, arguments: Mapping[str, Any], context: Context) -> Result:
        client = await self._connected()

        async def progress(progress: float, total: float | None, message: str | None) -> None:
            share = min(1.0, progress / total) if total else None
            context.progress(cut(message or "it is under way")[:200], share)

        try:
            with anyio.fail_after(self._timeout_s + 1):
                answer = await client.call_tool(
                    theirs,
                    dict(arguments),
                    read_timeout_seconds=self._timeout_s,
                    progress_callback=progress,
                )
        except MCPError as error:
            if error.code == mcp_types.REQUEST_TIMEOUT:
                raise self._late() from None
            if error.code == mcp_types.CONNECTION_CLOSED or error.message == "Session terminated":
                raise self._lose() from None
            return Result(cut(error.message), source=self._source, failed=True)
        except TimeoutError:
            raise self._late() from None
        except _LOST:
            raise self._lose() from None
        except (RuntimeError, ValueError):
            return Result("the server's answer is not what it promised", failed=True)
        return result_of(answer, self._source)

    async def _connected(self) -> Client:
        if self._client is None:
            self._wanted.set()
            with anyio.move_on_after(WAIT_S):
                await self._up.wait()
        if self._client is None:
            raise Retry(f"the server of {self.name} is away; try again in a minute")
        return self._client

    def _down(self) -> None:
        self._client = None
        if self._up.is_set():
            self._up = anyio.Event()

    def _lose(self) -> Retry:
        self._down()
        self._lost.set()
        return Retry(
            f"the server of {self.name} was lost while it worked: it may have been done or not"
        )

    def _late(self) -> Retry:
        within = f"no answer within {self._timeout_s:g} seconds"
        return Retry(f"{self.name}: {within}: it may have been done or not")


def _effect(tool: mcp_types.Tool) -> Effect:
    """What the server itself says; it is believed because its owner has approved it."""
    hints = tool.annotations
    if hints is not None and hints.read_only_hint:
        return "read"
    if hints is not None and hints.destructive_hint:
        return "danger"
    return "send"
