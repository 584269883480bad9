"""Where a mail server is, and how safely it is spoken to."""

import ipaddress
import ssl
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from vivavoce.core import ConfigError

Security = Literal["tls", "starttls", "plain"]
CONNECT_S = 8.0
READ_S = 20.0
"""Without a byte from the server."""
_KINDS: dict[str, dict[str, tuple[Security, int]]] = {
    "imap": {
        "": ("tls", 993),
        "imaps": ("tls", 993),
        "imap": ("starttls", 143),
        "imap+plain": ("plain", 143),
    },
    "smtp": {
        "": ("tls", 465),
        "smtps": ("tls", 465),
        "smtp": ("starttls", 587),
        "smtp+plain": ("plain", 25),
    },
}


@dataclass(frozen=True, slots=True)
class Server:
    """An address, checked."""

    host: str
    port: int
    security: Security
    tls: ssl.SSLContext


def server(kind: Literal["imap", "smtp"], address: str, ca: str = "") -> Server:
    """Of a setting like imaps://mail.example.org:993; a bare host is TLS. ca: a file with the
    certificate to trust beside the system's. ConfigError: it can't be used."""
    would_do = f"{kind}s://mail.example.org or {kind}://mail.example.org (STARTTLS)"
    scheme, found, rest = address.strip().rpartition("://")
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or scheme not in _KINDS[kind] or (found and not scheme):
        raise ConfigError(f"mail.{kind} must look like {would_do}")
    security, usual = _KINDS[kind][scheme]
    if security == "plain" and not _here(host):
        raise ConfigError(
            f"mail.{kind}: without encryption only on this machine; for {host} use {would_do}"
        )
    return Server(host, port or usual, security, _context(ca))


def _here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(ca: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        try:
            context.load_verify_locations(ca)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"mail.ca can't be read as a certificate: {error}") from None
    return context
