"""Finding a wheel in a package index (PEP 503 pages and their PEP 691 JSON)."""

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from vivavoce.weights.errors import SourceFailed
from vivavoce.weights.net import Net

_JSON = "application/vnd.pypi.simple.v1+json"
_ACCEPT = f"{_JSON}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True, slots=True)
class WheelFile:
    """A wheel as the index offers it."""

    filename: str
    url: str
    sha256: str | None
    size: int | None
    """Bytes, where the index tells."""


async def find_wheel(net: Net, requirement: str) -> WheelFile:
    """requirement: package==version. SourceFailed if no index has a wheel of it."""
    package, _, version = requirement.partition("==")
    name = canonicalize_name(package)
    why = []
    for root in net.settings.indexes:
        try:
            page = await net.get(f"{root}/{name}/", accept=_ACCEPT)
        except SourceFailed as error:
            why.append(str(error))
            continue
        offers = [] if page is None else _offers(page)
        for offer in offers:
            if _is(offer.filename, name, version):
                return offer
        why.append(f"{httpx.URL(root).host} has no wheel of {requirement}")
    raise SourceFailed("; ".join(why) or "pip is set to no package index that speaks HTTP")


def _is(filename: str, name: str, version: str) -> bool:
    try:
        found, release, _, _ = parse_wheel_filename(filename)
        return found == name and release == Version(version)
    except (InvalidWheelFilename, InvalidVersion):
        return False


def _offers(page: httpx.Response) -> list[WheelFile]:
    if "json" in page.headers.get("Content-Type", ""):
        try:
            return [_from_json(page.url, row) for row in page.json()["files"]]
        except (KeyError, TypeError, ValueError) as error:
            raise SourceFailed(f"{page.url.host} answers no package list: {error!r}") from error
    links = _Links()
    links.feed(page.text)
    return [_from_link(page.url, href, text) for href, text in links.found]


def _from_json(base: httpx.URL, row: Mapping[str, Any]) -> WheelFile:
    return WheelFile(
        filename=row["filename"],
        url=str(base.join(row["url"])),
        sha256=row.get("hashes", {}).get("sha256"),
        size=row.get("size"),
    )


def _from_link(base: httpx.URL, href: str, text: str) -> WheelFile:
    url = base.join(href)
    kind, _, digest = url.fragment.partition("=")
    return WheelFile(text.strip(), str(url), digest if kind == "sha256" else None, None)


class _Links(HTMLParser):
    """The anchors of a page: (href, text)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href = dict(attrs).get("href")

    def handle_data(self, data: str) -> None:
        if self._href:
            self.found.append((self._href, data))
            self._href = None
