"""A mailbox at a real Dovecot, a real SMTP server, and the expert's tools on them."""

import asyncio
import shutil
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from imapclient import IMAPClient

from tests.experts.mail.dovecot import PASSWORD, USER, Dovecot, free_port, prepared
from tests.experts.mail.house import House

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """In a folder of its own: pytest's are closed to other users by every pytest that begins."""
    for program in ("dovecot", "openssl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt install dovecot-imapd openssl)")
    with TemporaryDirectory(prefix="dovecot-") as folder:
        server = prepared(Path(folder))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def account(dovecot: Dovecot) -> Iterator[IMAPClient]:
    """The same mailbox as another mail program sees it; empty at first."""
    context = ssl.create_default_context(cafile=str(dovecot.ca))
    client = IMAPClient("localhost", dovecot.imaps, ssl_context=context)
    client.login(USER, PASSWORD)
    for name in ("INBOX", "Trash", "Archive", "Sent", "Drafts"):
        client.select_folder(name)
        client.delete_messages(client.search())
        client.expunge()
        client.unselect_folder()
    yield client
    client.shutdown()


class Post:
    """What an SMTP server was given; what it says to the next one."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.logins: list[str] = []
        self.refuse = ""
        self.says = "250 OK"
        self.hangs_up_at_login = False
        self.waits_s = 0.0

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, how: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append(given.login.decode())
        fine = given.password.decode() == PASSWORD
        if not fine and self.hangs_up_at_login and server.transport:
            server.transport.close()
        return AuthResult(success=fine, handled=False)

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.refuse:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(self.waits_s)
        if self.says.startswith("250"):
            self.taken.append(envelope)
        elif self.says == "hang up":
            server.transport.close()
        return self.says


@pytest.fixture
def post(dovecot: Dovecot) -> Iterator[tuple[Post, int]]:
    """An SMTP server that wants STARTTLS and a login, and its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(dovecot.ca, dovecot.folder / "key.pem")
    handler, port = Post(), free_port()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=handler.authenticate,
    )
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def house(dovecot: Dovecot, account: IMAPClient, post: tuple[Post, int], tmp_path: Path) -> House:
    """The expert, set up for them."""
    settings = {
        "imap": f"imaps://localhost:{dovecot.imaps}",
        "smtp": f"smtp://localhost:{post[1]}",
        "user": USER,
        "password": PASSWORD,
        "address": "Lea Brandt <lea@example.org>",
        "folders": "INBOX, Archive",
        "ca": str(dovecot.ca),
    }
    return House(settings, tmp_path, NOW)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
