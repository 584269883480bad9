"""MPD: where it is, and a connection for as long as a tool needs one."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
from mpd import CommandError, MPDError
from mpd.asyncio import MPDClient

from vivavoce.core import ConfigError, Refused, Retry

ANSWERS_S = 6.0
"""A server that takes longer for all that a tool asks it is away."""
PORT = 6600
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
"""The client's library does not escape them."""
_NO_PERMISSION = 4
"""MPD's number of this error."""
_FEW = 16
_AT_ONCE = 100
"""Commands under way; the client's own limit is 128."""
DEFAULT = "default"
"""The partition that every server has."""


@dataclass(frozen=True, slots=True)
class MusicServer:
    """An address; nothing is open. A new connection costs about a millisecond, so none is kept
    that could have died meanwhile."""

    host: str
    port: int = PORT
    password: str = field(default="", repr=False)

    @asynccontextmanager
    async def connected(
        self, partition: str = DEFAULT, within_s: float = ANSWERS_S
    ) -> AsyncIterator["Mpd"]:
        """Retry: the server is away, or stopped answering. ConfigError: a wrong password.
        Refused: it can't do what it was asked."""
        client = MPDClient()
        try:
            with anyio.fail_after(within_s):
                await client.connect(self.host, self.port)
                mpd = Mpd(client)
                if self.password:
                    await self._log_in(client)
                if partition != DEFAULT:
                    await mpd.do("partition", partition)
                yield mpd
        except CommandError as error:
            if str(error).startswith(f"[{_NO_PERMISSION}@"):
                raise ConfigError(
                    "the music server wants a password; write it as mpd://PASSWORD@HOST:6600"
                ) from None
            raise Refused(f"the music server says no: {_told(error)}") from None
        except (OSError, TimeoutError, MPDError) as error:
            raise Retry(
                f"the music server at {self.host}:{self.port} does not answer; is MPD running?"
            ) from error
        finally:
            client.disconnect()
            await anyio.lowlevel.cancel_shielded_checkpoint()

    async def _log_in(self, client: MPDClient) -> None:
        try:
            await client.password(self.password)
        except CommandError:
            raise ConfigError(
                "the music server refuses the password; write it as mpd://PASSWORD@HOST:6600"
            ) from None


class Mpd:
    """An open connection; replies as plain values."""

    def __init__(self, client: MPDClient) -> None:
        self._client = client

    async def do(self, command: str, *arguments: object) -> None:
        """A command without a reply."""
        await self._asked(command, arguments)

    async def do_all(self, commands: Sequence[tuple[object, ...]]) -> None:
        """In this order. Many go without waiting for each; for a few that costs more than it
        saves, as both ends then wait 40 ms for each other (Nagle's algorithm)."""
        if len(commands) <= _FEW:
            for name, *given in commands:
                await self.do(str(name), *given)
            return
        for part in range(0, len(commands), _AT_ONCE):
            await asyncio.gather(
                *(self.do(str(name), *given) for name, *given in commands[part : part + _AT_ONCE])
            )

    async def one(self, command: str, *arguments: object) -> dict[str, Any]:
        """status, stats, currentsong: its fields in lower case, as text."""
        return dict(await self._asked(command, arguments))

    async def many(self, command: str, *arguments: object) -> list[Mapping[str, Any]]:
        """find, playlistinfo, outputs, …: one mapping each."""
        return list(await self._asked(command, arguments))

    async def tag(self, name: str) -> list[str]:
        """All values that a tag has in the library."""
        return [str(entry[name]) for entry in await self.many("list", name) if entry.get(name)]

    def _asked(self, command: str, arguments: Sequence[object]) -> Awaitable[Any]:
        """Refused: an argument would be more than one line, and its next line another command."""
        if any(_CONTROLS.search(str(argument)) for argument in arguments):
            raise Refused("names in the music have no line breaks; say it in one line")
        asked: Awaitable[Any] = getattr(self._client, command)(*arguments)
        return asked


def read_address(setting: str) -> MusicServer:
    """mpd://password@host:port; all but the host may be left out. ConfigError: it is none."""
    text = setting.strip()
    try:
        parts = urlsplit(text if "://" in text else f"mpd://{text}")
        host, port = parts.hostname or "", parts.port or PORT
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if not host or (parts.scheme and parts.scheme != "mpd"):
        raise ConfigError("media.mpd must look like mpd://password@host:6600")
    return MusicServer(host, port, unquote(parts.password or parts.username or ""))


def _told(error: CommandError) -> str:
    """ "[50@0] {load} No such playlist" → "No such playlist"."""
    return str(error).split("} ", 1)[-1]
