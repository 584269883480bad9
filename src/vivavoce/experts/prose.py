"""Text as it comes (HTML, long, untidy) to text that can be read aloud. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from html.parser import HTMLParser

MOST_HTML = 400_000
"""Characters that are looked at."""
_VOID = re.compile("area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr")
_SILENT = re.compile("script|style|head|template|noscript|svg|object|iframe|select|title")
_BLOCK = re.compile(
    "p|div|br|li|ul|ol|tr|table|section|article|header|footer|blockquote|pre|hr|h[1-6]|dt|dd|"
    "figure|figcaption|center"
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|"
    r"opacity\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?…][\"'”’)]*(?=\s)|\n\n")


class _Reader(HTMLParser):
    """Collects what a person would see."""

    def __init__(self, quoted: str) -> None:
        super().__init__(convert_charrefs=True)
        self._quoted = quoted
        self._open: list[tuple[str, bool]] = []
        """Tags, and whether each hides what is in it."""
        self._hidden = 0
        self._quotes = 0
        self._line = ""
        self.lines: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if _BLOCK.fullmatch(tag):
            self.end_line(paragraph=tag in ("p", "table", "blockquote"))
        if _VOID.fullmatch(tag):
            return
        given = dict(attrs)
        silent = _SILENT.fullmatch(tag) or _HIDDEN.search(given.get("style") or "")
        hides = bool(silent) or "hidden" in given
        self._open.append((tag, hides))
        self._hidden += hides
        self._quotes += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if _BLOCK.fullmatch(tag):
            self.end_line(paragraph=tag in ("p", "table", "blockquote"))
        if not any(name == tag for name, _ in self._open):
            return
        while self._open:
            name, hid = self._open.pop()
            self._hidden -= hid
            self._quotes -= name == "blockquote"
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._line += data

    def end_line(self, paragraph: bool = False) -> None:
        """What was collected is a line; an empty one after it if it ends a paragraph."""
        line = " ".join(self._line.split())
        self._line = ""
        if line:
            self.lines.append((self._quoted if self._quotes else "") + line)
        if paragraph and self.lines and self.lines[-1]:
            self.lines.append("")


def from_html(html: str, quoted: str = "") -> str:
    """Lines of what a person would see: no scripts, nothing hidden. quoted: put before the lines
    of a quotation."""
    reader = _Reader(quoted)
    reader.feed(html[:MOST_HTML])
    reader.close()
    reader.end_line()
    return clean("\n".join(reader.lines))


def clean(text: str) -> str:
    """Without what can't be seen or spoken (controls, zero widths, changes of direction); at most
    one empty line in a row."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)
    lines = "\n".join(line.rstrip() for line in kept.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


_UNSEEN = frozenset(("Cc", "Cf", "Co", "Cs", "Cn"))


def line(text: str, most: int = 200) -> str:
    """One line, cut after at most that many characters."""
    flat = " ".join(clean(text).split())
    return flat if len(flat) <= most else flat[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def shortened(text: str, most: int) -> tuple[str, str]:
    """The text's beginning, of whole sentences where they fit, and the rest ("": there is none)."""
    if len(text) <= most:
        return text, ""
    ends = [found.end() for found in _SENTENCE.finditer(text[: most + 1])]
    cut = ends[-1] if ends and ends[-1] > most // 3 else text.rfind(" ", most // 2, most + 1)
    cut = cut if cut > 0 else most
    return text[:cut].rstrip(), text[cut:].lstrip()


def listed(words: Sequence[str], most: int = 0) -> str:
    """ "a, b and c"; with most: "a, b and 3 others"."""
    if most and len(words) > most:
        left = len(words) - most
        words = [*words[:most], f"{left} other{'s' * (left > 1)}"]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
