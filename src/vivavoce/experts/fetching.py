"""Fetches from the web, and from nowhere else: what an address names, and where it sends, may be
others' choice. The messages of errors go on from a name: "the page", a newspaper's."""

import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import SOCK_STREAM, gaierror
from ssl import SSLContext

import anyio
import httpx

from vivavoce.core import Refused, Retry

MOST_REDIRECTS = 5
MOST_TRIED = 3
"""Addresses of one name, if the first ones can't be reached."""
PORTS = frozenset((80, 443))
_OUTSIDE = "is at no address of the public web"
_NOT_FOLLOWED = "sends to an address that is not followed"
_NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address
May = Callable[[Address], bool]
LookUp = Callable[[str, int], Awaitable[Sequence[Address]]]
"""Host and port → its addresses, the best first. Retry: it has none now."""


def public(address: Address) -> bool:
    """Anybody's, not of this machine or house; IPv4 inside IPv6 counts as IPv4."""
    if isinstance(address, IPv6Address):
        inside = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inside = address.teredo[1]
        if address in _NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return public(inside)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


async def look_up(host: str, port: int) -> Sequence[Address]:
    """A LookUp, by the machine's own resolver."""
    try:
        known = await anyio.getaddrinfo(host, port, type=SOCK_STREAM)
    except (gaierror, UnicodeError):
        raise Retry("has no address now") from None
    found = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in known]
    return list(dict.fromkeys(found))


class Web:
    """Every hop is looked up once, checked, and connected to by the addresses that were checked,
    so that a name can't mean another machine a moment later."""

    def __init__(
        self, may: May = public, ports: frozenset[int] = PORTS, look_up: LookUp = look_up
    ) -> None:
        self._may, self._ports, self._look_up = may, ports, look_up

    @asynccontextmanager
    async def asked(
        self, address: str, headers: Mapping[str, str], timeout_s: float, *, ours: bool = False
    ) -> AsyncIterator[tuple[httpx.URL, httpx.Response]]:
        """Where it was in the end, and the answer; its body is not read yet. ours: the house set
        the address. Then it may have a password and any port, and be in the house; but what it
        sends to may be in the house only if it is that very host and port. Refused: it, or what
        it sends to, is not asked; Retry: it has no address now; httpx.HTTPError: it is away."""
        url = _url(address)
        if url.userinfo and not ours:
            raise Refused("has no usable address")
        ports = self._ports | {_port(url)} if ours else self._ports
        home: tuple[str, int] | None = None
        async with httpx.AsyncClient(
            verify=_tls(),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # one host's is not another's
        ) as http:
            for hop in range(MOST_REDIRECTS + 1):
                wrong = _NOT_FOLLOWED if hop else _OUTSIDE
                to = url.host, _port(url)
                if to[1] not in ports:
                    raise Refused(wrong)
                found = await self._look_up(*to)
                outside = bool(found) and all(self._may(address) for address in found)
                if ours and hop == 0 and not outside:
                    home = to
                if not outside and to != home:
                    raise Refused(wrong)
                answer = await _sent(http, url, found[:MOST_TRIED], headers, timeout_s)
                try:
                    if not answer.has_redirect_location:
                        yield url, answer
                        return
                    url = _next(url, answer.headers["Location"])
                finally:
                    await answer.aclose()
        raise Refused("sends from one address to the next")


async def body(answer: httpx.Response, most: int) -> bytes:
    """At most so many bytes, packed or not; the rest is left where it is. Refused: it is packed in
    another way, or damaged."""
    coding = answer.headers.get("Content-Encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Refused("is packed in a way that can't be read")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in coding else None
    held = bytearray()
    async for chunk in answer.aiter_raw():
        left = most - len(held)
        try:
            held += unpacker.decompress(chunk, left) if unpacker else chunk[:left]
        except zlib.error:
            raise Refused("is damaged") from None
        if len(held) >= most:
            break
    return bytes(held)


async def _sent(
    http: httpx.AsyncClient,
    url: httpx.URL,
    at: Sequence[Address],
    headers: Mapping[str, str],
    timeout_s: float,
) -> httpx.Response:
    """From the first address that can be reached."""
    lost: httpx.HTTPError = httpx.ConnectError("no address")
    for address in at:
        request = http.build_request(
            "GET",
            url.copy_with(host=str(address)),
            headers={
                "Host": url.netloc.decode(),
                "Accept-Encoding": "gzip",
                "User-Agent": "Vivavoce (a household's assistant)",
                **headers,
            },
            extensions={"sni_hostname": url.host},
            timeout=httpx.Timeout(timeout_s, connect=timeout_s / len(at)),
        )
        try:
            return await http.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            lost = error
    raise lost


def _next(url: httpx.URL, location: str) -> httpx.URL:
    """Where it sends to. Refused: nobody goes there, or with a password that is not ours."""
    try:
        to = _url(str(url.join(location)))
    except (httpx.InvalidURL, Refused):
        raise Refused(_NOT_FOLLOWED) from None
    if to.userinfo and (to.scheme, to.netloc) != (url.scheme, url.netloc):
        raise Refused(_NOT_FOLLOWED)
    return to


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        raise Refused("has no usable address") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Refused("has no usable address")
    return url


def _port(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


@cache
def _tls() -> SSLContext:
    return httpx.create_ssl_context()
