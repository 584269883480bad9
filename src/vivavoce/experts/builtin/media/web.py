"""Requests to a video server, and what its answers mean for us."""

from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from vivavoce.core import ConfigError, Refused, Retry

ANSWERS_S = 6.0


async def ask(
    client: httpx.AsyncClient, who: str, setting: str, method: str, path: str, **given: Any
) -> Any:
    """The reply's JSON; None: it is empty. Retry, ConfigError or Refused, each with what to do;
    who: "Jellyfin"; setting: what lets us in."""
    try:
        reply = await client.request(method, path, **given)
        reply.raise_for_status()
        return reply.json() if reply.content else None
    except httpx.HTTPStatusError as error:
        code = error.response.status_code
        if code in (401, 403):
            raise ConfigError(f"{who} does not let us in; set media.{setting} anew") from None
        if code == 404:
            raise Refused(f"{who} does not know that any more; look for it again") from None
        kind = Retry if code >= 500 else Refused
        raise kind(f"{who} answers with an error ({code})") from None
    except httpx.HTTPError as error:
        where = client.base_url.host
        raise Retry(f"{who} at {where} does not answer; is it running?") from error
    except ValueError:
        raise Refused(f"what {who} answers is not its API; is media.{setting} right?") from None


def client_for(url: str, setting: str, headers: dict[str, str] | None = None) -> httpx.AsyncClient:
    """url may hold user:password@. ConfigError: it is no http address."""
    try:
        parts = urlsplit(url.strip())
        port = f":{parts.port}" if parts.port else ""
        host = parts.hostname or ""
    except ValueError:
        parts, port, host = urlsplit(""), "", ""
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError(f"media.{setting} must look like http://host:port")
    host = f"[{host}]" if ":" in host else host
    bare = urlunsplit((parts.scheme, host + port, parts.path.rstrip("/"), "", ""))
    auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    return httpx.AsyncClient(
        base_url=bare, headers=headers, auth=auth, timeout=ANSWERS_S, trust_env=False
    )
