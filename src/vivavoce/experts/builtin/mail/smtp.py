"""Sends one mail."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from functools import partial

from anyio import to_thread

from vivavoce.core import Broken, ConfigError, Refused, Retry
from vivavoce.experts.builtin.mail.server import CONNECT_S, Server


async def send(
    server: Server, user: str, password: str, sender: str, to: Sequence[str], mail: EmailMessage
) -> None:
    """Handed over to the server, for all or for none.

    Retry: nothing was sent, the server is away. ConfigError: it refuses us. Refused: it does not
    take this mail. Broken: nobody knows whether it was sent."""
    await to_thread.run_sync(partial(_send, server, user, password, sender, to, mail))


def _send(
    server: Server, user: str, password: str, sender: str, to: Sequence[str], mail: EmailMessage
) -> None:
    try:
        client = _connected(server, user, password)
    except ssl.SSLCertVerificationError as error:
        raise ConfigError(
            f"the certificate of {server.host} can't be trusted ({error.verify_message}); "
            "if it is your own server's, name its file in mail.ca"
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        if error.smtp_code < 500:
            raise Retry(f"the mail server {server.host} can't log us in just now") from None
        raise ConfigError(
            f"the mail server {server.host} refuses the user or the password; "
            "run: vivavoce setup mail"
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise ConfigError(
            f"the mail server {server.host} offers no STARTTLS or no login; see mail.smtp"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Retry(
            f"the mail server {server.host} does not answer ({type(error).__name__}); "
            "nothing was sent"
        ) from None
    try:
        _handed_over(client, sender, to, mail)
        with suppress(OSError, smtplib.SMTPException):  # it has the mail already
            client.quit()
    finally:
        client.close()


def _connected(server: Server, user: str, password: str) -> smtplib.SMTP:
    client: smtplib.SMTP
    if server.security == "tls":
        client = smtplib.SMTP_SSL(server.host, server.port, timeout=CONNECT_S, context=server.tls)
    else:
        client = smtplib.SMTP(server.host, server.port, timeout=CONNECT_S)
    try:
        if server.security == "starttls":
            client.starttls(context=server.tls)
        client.ehlo_or_helo_if_needed()
        if user and (server.security != "plain" or client.has_extn("auth")):
            _log_in(client, user, password, server.host)
    except BaseException:
        client.close()
        raise
    return client


def _log_in(client: smtplib.SMTP, user: str, password: str, host: str) -> None:
    """Some hang up on a wrong password instead of saying so."""
    try:
        client.login(user, password)
    except smtplib.SMTPServerDisconnected:
        raise Retry(
            f"the mail server {host} hung up while we logged in; nothing was sent; "
            "if it goes on, check user and password: vivavoce setup mail"
        ) from None


def _handed_over(client: smtplib.SMTP, sender: str, to: Sequence[str], mail: EmailMessage) -> None:
    given = False
    try:
        code, _ = client.mail(sender)
        _accepted(code, "you as the sender")
        for address in to:
            code, _ = client.rcpt(address)
            _accepted(code, address)
        given = True
        code, _ = client.data(mail.as_bytes())
        _accepted(code, "this mail")
    except smtplib.SMTPDataError as error:
        _accepted(error.smtp_code, "this mail")
    except (OSError, smtplib.SMTPException):
        if given:
            raise Broken(
                "the mail server hung up while it took the mail; look whether it arrived "
                "before it is sent again"
            ) from None
        raise Retry("the mail server hung up; nothing was sent") from None


def _accepted(code: int, what: str) -> None:
    if 400 <= code < 500:
        raise Retry(f"the mail server does not take {what} just now; nothing was sent")
    if code >= 500:
        raise Refused(f"the mail server does not take {what}; nothing was sent")
