"""One connection to an IMAP server, kept open, made again when it breaks."""

import logging
import ssl
from collections.abc import Callable
from contextlib import suppress
from socket import SHUT_RDWR
from threading import Lock
from typing import TypeVar

import anyio
from anyio import to_thread
from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
    ProtocolError,
)

from vivavoce.core import Broken, ConfigError, Refused, Retry
from vivavoce.experts.builtin.mail.server import CONNECT_S, READ_S, Server

log = logging.getLogger(__name__)

T = TypeVar("T")
_LOST = (IMAPClientAbortError, ProtocolError, OSError)


class Imap:
    """IMAPClient waits, so it lives in a worker thread; one job at a time."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self._server, self._user, self._password = server, user, password
        self._lock = anyio.Lock()
        self._line: _Line | None = None

    async def do(self, job: Callable[[IMAPClient], T], *, again: bool = True) -> T:
        """What the job gives. again: it may be run a second time if the connection breaks.

        Retry: the server is away. ConfigError: it refuses us. Refused: it can't do this. Broken:
        the connection broke, and the job must not be repeated."""
        async with self._lock:
            try:
                return await self._once(job)
            except _LOST as lost:
                log.info("the mail server hung up (%s)", type(lost).__name__)
                if not again:
                    raise Broken(
                        "the mail server hung up in the middle; look whether it was done"
                    ) from None
            try:
                return await self._once(job)
            except TimeoutError:
                raise Retry(
                    f"the mail server {self._server.host} takes too long; ask for less"
                ) from None
            except _LOST:
                raise Retry(
                    f"the mail server {self._server.host} keeps hanging up; try again later"
                ) from None

    async def close(self) -> None:
        """Say goodbye, if it is quick."""
        line, self._line = self._line, None
        if line is None:
            return
        with anyio.move_on_after(1):
            await to_thread.run_sync(line.end, abandon_on_cancel=True)
        line.hang_up()

    async def _once(self, job: Callable[[IMAPClient], T]) -> T:
        line = self._line = self._line or _Line(self._server, self._user, self._password)
        fine = False
        try:
            made = await to_thread.run_sync(line.run, job, abandon_on_cancel=True)
            fine = True
            return made
        except (Refused, IMAPClientError) as no:
            fine = not isinstance(no, _LOST)
            if isinstance(no, Refused) or not fine:
                raise
            raise Refused(f"the mail server says no: {str(no)[:200]}") from None
        finally:
            if not fine:  # cancelled too: the thread must not go on with a line we use
                self._line = None
                line.hang_up()


class _Line:
    """A connection as its thread sees it."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        self._server, self._user, self._password = server, user, password
        self._client: IMAPClient | None = None
        self._dead = False
        self._busy = Lock()
        """Held by the thread that uses it."""

    def run(self, job: Callable[[IMAPClient], T]) -> T:
        """In the thread: connect if need be, then the job."""
        with self._busy:
            try:
                if self._client is not None and not self._alive(self._client):
                    self._close()
                if self._client is None:
                    self._client = self._connected()
                if self._dead:
                    raise Retry("the mail server was too slow")
                return job(self._client)
            except _LOST:
                self._dead = True
                raise
            finally:
                if self._dead:
                    self._close()

    def end(self) -> None:
        """In the thread: log out."""
        with self._busy:
            if self._client is not None and self._alive(self._client):
                with suppress(OSError, IMAPClientError):
                    self._client.logout()
            self._close()

    def hang_up(self) -> None:
        """From the loop: a job that waits fails at once, and its thread tidies up."""
        self._dead = True
        client = self._client
        if client is not None:
            with suppress(OSError):
                client.socket().shutdown(SHUT_RDWR)
        if self._busy.acquire(blocking=False):
            self._close()
            self._busy.release()

    def _close(self) -> None:
        client, self._client = self._client, None
        _end(client)

    @staticmethod
    def _alive(client: IMAPClient) -> bool:
        try:
            client.noop()
        except (OSError, IMAPClientError):
            return False
        return True

    def _connected(self) -> IMAPClient:
        server = self._server
        client = None
        try:
            client = IMAPClient(
                server.host,
                server.port,
                ssl=server.security == "tls",
                ssl_context=server.tls if server.security == "tls" else None,
                timeout=SocketTimeout(CONNECT_S, READ_S),
            )
            client.normalise_times = False
            if server.security == "starttls":
                client.starttls(server.tls)
            client.login(self._user, self._password)
        except ssl.SSLCertVerificationError as error:
            raise ConfigError(
                f"the certificate of {server.host} can't be trusted ({error.verify_message}); "
                "if it is your own server's, name its file in mail.ca"
            ) from None
        except LoginError as error:
            _end(client)
            if "UNAVAILABLE" in str(error).upper():
                raise Retry(f"the mail server {server.host} can't log us in just now") from None
            raise ConfigError(
                f"the mail server {server.host} refuses the user or the password; "
                "run: vivavoce setup mail"
            ) from None
        except (OSError, IMAPClientError) as error:
            _end(client)
            raise Retry(
                f"the mail server {server.host} does not answer ({_reason(error)}); is it running?"
            ) from None
        return client


def _end(client: IMAPClient | None) -> None:
    if client is not None:
        with suppress(OSError, IMAPClientError):  # it may have hung up before
            client.shutdown()


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or type(error).__name__
