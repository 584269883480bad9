"""Fetches a page of the public web: no address of this house, not too much, not too long."""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import SOCK_STREAM, gaierror

import anyio
import httpx

from vivavoce.core import Refused, Retry
from vivavoce.experts.builtin.search.readable import Readable, readable

TIMEOUT_S = 10.0
"""For all of it, redirects too."""
MOST_BYTES = 2_000_000
MOST_REDIRECTS = 5
PORTS = frozenset((80, 443))
_KINDS = ("text/html", "application/xhtml+xml", "text/plain")
_CHARSET = re.compile(rb"charset=[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_NAT64 = ip_network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Page:
    """What was read."""

    address: str
    """Where it was in the end."""
    host: str
    title: str
    paragraphs: tuple[str, ...]


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


class Pages:
    """Every hop is looked up once, checked, and connected to by the address that was checked, so
    that a name can't mean another machine a moment later."""

    def __init__(
        self,
        may: Callable[[Address], bool] = public,
        ports: frozenset[int] = PORTS,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._may, self._ports, self._timeout_s = may, ports, timeout_s
        self._tls = httpx.create_ssl_context()

    async def read(self, address: str) -> Page:
        """Refused: it is none of the public web, or nothing to read; Retry: it is away."""
        try:
            with anyio.fail_after(self._timeout_s):
                return await self._read(_url(address))
        except TimeoutError:
            raise Retry("the page takes too long; try another one") from None
        except httpx.HTTPError as error:
            raise Retry(f"the page can't be reached ({type(error).__name__})") from None

    async def _read(self, url: httpx.URL) -> Page:
        async with httpx.AsyncClient(
            verify=self._tls, trust_env=False, follow_redirects=False, timeout=self._timeout_s
        ) as http:
            for _ in range(MOST_REDIRECTS + 1):
                where = await self._checked(url)
                request = http.build_request(
                    "GET",
                    url.copy_with(host=where),
                    headers={
                        "Host": url.netloc.decode(),
                        "Accept": "text/html, text/plain;q=0.5",
                        "Accept-Encoding": "gzip",
                        "User-Agent": "Vivavoce (a household's assistant)",
                    },
                    extensions={"sni_hostname": url.host},
                )
                answer = await http.send(request, stream=True)
                try:
                    if not answer.has_redirect_location:
                        return await _page(url, answer)
                    url = _url(str(url.join(answer.headers["Location"])))
                finally:
                    await answer.aclose()
        raise Refused("the page sends from one address to the next; try another one")

    async def _checked(self, url: httpx.URL) -> str:
        """The IP address to connect to."""
        port = url.port or (443 if url.scheme == "https" else 80)
        if port not in self._ports:
            raise Refused("that is no address of the public web")
        try:
            known = await anyio.getaddrinfo(url.host, port, type=SOCK_STREAM)
        except (gaierror, UnicodeError):
            raise Retry(f"there is no {url.host[:80]} now") from None
        found = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in known]
        if not found or not all(self._may(address) for address in found):
            raise Refused("that is no address of the public web")
        return str(found[0])


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        raise Refused("that is no page's address") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo:
        raise Refused("that is no page's address")
    return url


async def _page(url: httpx.URL, answer: httpx.Response) -> Page:
    if answer.status_code != 200:
        again = answer.status_code == 429 or answer.status_code >= 500
        raise (Retry if again else Refused)(f"the page answers with status {answer.status_code}")
    kind = answer.headers.get("Content-Type", "text/html").partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise Refused(f"that is no text but {kind[:40] or 'something else'}")
    body = await _body(answer)
    text = _decoded(body, answer.headers.get("Content-Type", ""))
    if kind == "text/plain":
        told = Readable("", tuple(filter(None, (" ".join(p.split()) for p in text.split("\n\n")))))
    else:
        try:
            told = await anyio.to_thread.run_sync(readable, text, abandon_on_cancel=True)
        except ValueError:
            raise Refused("the page can't be read; try another one") from None
    return Page(str(url), url.host.removeprefix("www."), told.title[:150], told.paragraphs)


async def _body(answer: httpx.Response) -> bytes:
    """At most so many bytes, packed or not; the rest is left where it is."""
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "x-gzip", ""):
        raise Refused("the page is packed in a way that can't be read")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in coding else None
    held = bytearray()
    async for chunk in answer.aiter_raw():
        left = MOST_BYTES - len(held)
        try:
            held += unpacker.decompress(chunk, left) if unpacker else chunk[:left]
        except zlib.error:
            raise Refused("the page is damaged") from None
        if len(held) >= MOST_BYTES:
            break
    return bytes(held)


def _decoded(body: bytes, content_type: str) -> str:
    named = _CHARSET.search(content_type.encode("ascii", "ignore")) or _CHARSET.search(body[:2048])
    try:
        return body.decode(named[1].decode() if named else "utf-8", "replace")
    except LookupError:
        return body.decode("utf-8", "replace")
