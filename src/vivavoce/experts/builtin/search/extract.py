"""Documents as passages: a few sentences, and where they stand. Pure but for reading the file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import error as ZlibError  # noqa: N812

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from vivavoce.experts.builtin.search.readable import readable

KINDS = {
    ".txt": "line",
    ".text": "line",
    ".md": "line",
    ".markdown": "line",
    ".html": "paragraph",
    ".htm": "paragraph",
    ".pdf": "page",
}
"""Suffix → what its places are called."""
MOST_BYTES = 20_000_000
MOST_PAGES = 2000
SHORT, LONG = 150, 600
"""Characters of a passage, about."""


class Unreadable(Exception):
    """Damaged, locked, or too large."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document."""

    at: int
    """Its line, paragraph or page, from 1."""
    heading: str
    text: str


def passages(path: Path) -> list[Passage]:
    """All of a document. Unreadable: none of it."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("too large")
        suffix = path.suffix.lower()
        if suffix == ".pdf":
            return list(_pages(path))
        text = _text(path.read_bytes())
    except OSError as error:
        raise Unreadable(type(error).__name__) from error
    if KINDS[suffix] == "paragraph":
        try:
            return list(_packed(enumerate(readable(text).paragraphs, start=1)))
        except ValueError:
            raise Unreadable("too tangled") from None
    return list(_packed(_numbered(text)))


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    for at, line in enumerate(text.splitlines(), start=1):
        yield at, line.strip()


def _packed(lines: Iterable[tuple[int, str]]) -> Iterator[Passage]:
    """Neighbouring lines together, line by line; a heading, or an empty line after some text, ends
    a passage."""
    heading, bare, begun, held = "", 0, 1, list[str]()
    for at, line in lines:
        title = line.lstrip("#").strip() if line.startswith("#") else ""
        size = sum(map(len, held))
        if held and (title or size > LONG or (not line and size > SHORT)):
            yield Passage(begun, heading, "\n".join(held).rstrip())
            held = []
        if title:
            if bare:
                yield Passage(bare, heading, heading)
            heading, bare = title, at
        elif line or held:
            begun, bare = (begun if held else at), 0
            first, *rest = _cut(line) or [""]
            held.append(first)
            for piece in rest:
                yield Passage(begun, heading, "\n".join(held))
                begun, held = at, [piece]
    if held or bare:
        yield Passage(bare or begun, heading, "\n".join(held).rstrip() or heading)


def _pages(path: Path) -> Iterator[Passage]:
    try:
        reader = PdfReader(path)
        if reader.is_encrypted:
            raise Unreadable("locked")
        for at, page in enumerate(reader.pages[:MOST_PAGES], start=1):
            for text in _cut(" ".join(page.extract_text().split())):
                yield Passage(at, "", text)
    except (
        PyPdfError, ZlibError, ValueError, KeyError, TypeError, IndexError, AttributeError,
        RecursionError, OverflowError, NotImplementedError, AssertionError,
    ) as error:  # fmt: skip
        raise Unreadable(type(error).__name__) from error  # what damaged files make pypdf do


def _cut(text: str) -> list[str]:
    """Into passages, between words."""
    found = []
    while len(text) > 2 * LONG:
        end = text.rfind(" ", LONG // 2, LONG)
        end = end if end > 0 else LONG
        found.append(text[:end])
        text = text[end:].strip()
    return [*found, text] if text else found


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
