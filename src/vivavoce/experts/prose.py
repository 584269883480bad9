"""Text as it comes (HTML, long, untidy) to text that can be read aloud. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from html import unescape

MOST_HTML = 400_000
"""Characters that are looked at."""
_BEGINS = re.compile(r"<(?:(?P<comment>!--)|(?P<odd>[!?]|/(?![a-zA-Z]))|/?[a-zA-Z])")
_COMMENT_ENDS, _ODD_ENDS = re.compile(r"--!?>"), re.compile(">")
_ATTRIBUTE = (
    r"([^ \t\n\r\f/>][^ \t\n\r\f/>=]*+)(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+"
    r"""("[^"]*+"|'[^']*+'|(?!["'])[^ \t\n\r\f>]++)?+)?+"""
)
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_TAG = re.compile(
    r"<(?P<closes>/?)(?P<name>[a-zA-Z][^ \t\n\r\f/>]*+)"
    rf"(?P<given>(?:[ \t\n\r\f/]*+{_ATTRIBUTE})*+)(?P<end>[ \t\n\r\f/]*+)>"
)
"""As browsers read one; nothing in it is looked at twice (*+)."""
_RAW = {n: re.compile(rf"</{n}[\s/>]", re.I) for n in ("script", "style", "title", "iframe")}
"""Nothing within them is a tag but their end."""
_NO_CHARACTER = re.compile("&#(?:[xX][0-9a-fA-F]{7,}|[0-9]{8,});?")
"""Python reads no number of so many digits."""
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


class _Reader:
    """Collects what a person would see, in one pass: a page that is made to take long doesn't.
    (The standard library's parser begins anew at each tag that has no end.)"""

    def __init__(self, quoted: str) -> None:
        self._quoted = quoted
        self._open: list[tuple[str, bool]] = []
        """Tags, and whether each hides what is in it."""
        self._names: Counter[str] = Counter()
        """Of open tags."""
        self._hidden = 0
        self._line: list[str] = []
        self.lines: list[str] = []

    def read(self, html: str) -> None:
        """All of it. What never ends (a tag, a comment, a script) takes the rest with it, as it
        does in a browser."""
        at = 0
        while begin := _BEGINS.search(html, at):
            self._see(html[at : begin.start()])
            at = self._mark(html, begin)
        self._see(html[at:])
        self._end_line()

    def _mark(self, html: str, begin: re.Match[str]) -> int:
        """Where it ends."""
        if begin["comment"]:
            end = _COMMENT_ENDS.search(html, begin.start() + 2)
        elif begin["odd"]:
            end = _ODD_ENDS.search(html, begin.end())
        elif end := _TAG.match(html, begin.start()):
            name = end["name"].lower()
            if end["closes"]:
                self._close(name)
            else:
                self._begin(name, end["given"])
                if "/" in end["end"]:
                    self._close(name)
                elif name in _RAW:
                    last = _RAW[name].search(html, end.end())
                    return last.start() if last else len(html)
        return end.end() if end else len(html)

    def _begin(self, tag: str, given: str) -> None:
        if _BLOCK.fullmatch(tag):
            self._end_line(paragraph=tag in ("p", "table", "blockquote"))
        if _VOID.fullmatch(tag):
            return
        hides = bool(_SILENT.fullmatch(tag)) or _hidden(given)
        self._open.append((tag, hides))
        self._names[tag] += 1
        self._hidden += hides

    def _close(self, tag: str) -> None:
        if _BLOCK.fullmatch(tag):
            self._end_line(paragraph=tag in ("p", "table", "blockquote"))
        while self._names[tag]:
            name, hid = self._open.pop()
            self._names[name] -= 1
            self._hidden -= hid
            if name == tag:
                return

    def _see(self, text: str) -> None:
        if not self._hidden:
            self._line.append(characters(text))

    def _end_line(self, paragraph: bool = False) -> None:
        """What was collected is a line; an empty one after it if it ends a paragraph."""
        line = " ".join("".join(self._line).split())
        self._line = []
        if line:
            self.lines.append((self._quoted if self._names["blockquote"] else "") + line)
        if paragraph and self.lines and self.lines[-1]:
            self.lines.append("")


def from_html(html: str, quoted: str = "") -> str:
    """Lines of what a person would see: no scripts, nothing hidden. quoted: put before the lines
    of a quotation."""
    reader = _Reader(quoted)
    reader.read(html[:MOST_HTML])
    return clean("\n".join(reader.lines))


def characters(text: str) -> str:
    """With entities (&eacute;) as what they stand for."""
    return unescape(_NO_CHARACTER.sub("", text))


def _hidden(given: str) -> bool:
    """Whether a tag's attributes hide it. Of several of one name the first counts."""
    if "hidden" not in given.lower() and "style" not in given.lower():
        return False
    found: dict[str, str] = {}
    for name, value in _ATTRIBUTES.findall(given):
        found.setdefault(name.lower(), value)
    return "hidden" in found or bool(_HIDDEN.search(characters(found.get("style", ""))))


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
