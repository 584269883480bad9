"""Who may come in."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

KEY_PROTOCOL = "openai-insecure-api-key."
BETA_PROTOCOL = "openai-beta.realtime-v1"


def refusal(connection: HTTPConnection, token: str | None) -> str | None:
    """Why this connection may not come in; None if it may.

    Without a token we serve this machine only. A browser here also runs foreign pages: they are
    told by their Origin, and by a Host that is not ours (a name that they pointed at 127.0.0.1;
    what such a page reads comes without an Origin).
    """
    if token is not None:
        given = _key(connection)
        if given is not None and hmac.compare_digest(given.encode(), token.encode()):
            return None
        return "wrong or missing token: send 'Authorization: Bearer TOKEN' or ?token=TOKEN"
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    if host and not _loopback(host):
        return "without a token only names of this machine are answered: localhost or 127.0.0.1"
    if origin is None or (host and _netloc(origin) == host):
        return None
    return "a page of another origin may not connect: open the page that this server serves"


def wants_beta(connection: HTTPConnection) -> bool:
    """The client asks for the beta's names."""
    return (
        "realtime=v1" in connection.headers.get("openai-beta", "")
        or connection.query_params.get("beta") in ("1", "true")
        or BETA_PROTOCOL in offered(connection)
    )


def answer_protocol(connection: HTTPConnection) -> str | None:
    """The subprotocol to accept: browsers insist on one of those that they offered."""
    names = offered(connection)
    return "realtime" if "realtime" in names else next(iter(names), None)


def offered(connection: HTTPConnection) -> list[str]:
    """Subprotocols that the client offers."""
    return list(connection.scope.get("subprotocols", []))


def _loopback(host: str) -> bool:
    """A Host header that names this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _netloc(origin: str) -> str:
    """Host and port of an Origin; empty: it has none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _key(connection: HTTPConnection) -> str | None:
    scheme, _, key = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key:
        return key.strip()
    if key := connection.headers.get("x-api-key", ""):  # Anthropic's clients
        return key.strip()
    for name in offered(connection):
        if name.startswith(KEY_PROTOCOL):
            return name.removeprefix(KEY_PROTOCOL)
    return connection.query_params.get("token")
