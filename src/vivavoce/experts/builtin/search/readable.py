"""What a page says, without its menus and scripts. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

MOST_NODES = 200_000
DEEPEST = 2000
"""Tags in tags; a page that people read has some dozens, of careless ones hundreds are open."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]{0,40})")
MOST_ATTRIBUTES = 30_000**2
LONG = 2000
"""Characters of a tag with many attributes."""
_BETWEEN = re.compile(r"[\s/\"']")
_CODE = re.compile(r"<(script|style)\b", re.IGNORECASE)
_END = {name: re.compile(rf"</{name}[^>]{{0,100}}>", re.IGNORECASE) for name in ("script", "style")}
_CLOSED_BY_OTHERS = frozenset(
    re.findall(
        r"\S+",
        "p li td th tr dt dd option thead tbody tfoot area base br col embed hr img input link "
        "meta source track wbr",
    )
)
_DROPPED = (
    "script, style, noscript, template, svg, nav, header, footer, aside, form, button, iframe, "
    "select, dialog, object, [hidden], [aria-hidden=true], [role=navigation], [role=banner], "
    '[role=contentinfo], [role=search], [style*="display:none"], [style*="display: none"], '
    '[style*="visibility:hidden"], [style*="visibility: hidden"], [style*="font-size:0"]'
)
_BLOCKS = frozenset(
    re.findall(
        r"\S+",
        "p div section article main body h1 h2 h3 h4 h5 h6 li ul ol dl dt dd table tr pre "
        "blockquote figure figcaption address details summary",
    )
)
_MAIN = ("main", "[role=main]", "article")
LEAST = 200
"""Characters that make an article; a shorter one is not the page's text."""
PROSE = 500
"""A page with so much text beside its links has links only around it."""


@dataclass(frozen=True, slots=True)
class Readable:
    """A page's text."""

    title: str
    paragraphs: tuple[str, ...]


def readable(html: str) -> Readable:
    """The main part if the page marks one, else all of it. ValueError: it is made so that parsing
    it would take minutes."""
    html = _without_code(html)
    if _depth(html) > DEEPEST or _attributes(html) > MOST_ATTRIBUTES:
        raise ValueError("nobody writes pages like that")
    tree = LexborHTMLParser(html)
    named = tree.css_first("title")
    title = _words(named.text()) if named else ""
    for node in tree.css(_DROPPED):
        node.decompose()
    for selector in _MAIN:
        parts = tree.css(selector)
        text = [line for part in parts if not _inside(part, selector) for line in _lines(part)]
        if sum(len(words) for words, _ in text) >= LEAST:
            return Readable(title, _kept(text))
    return Readable(title, _kept(list(_lines(tree.body)) if tree.body else []))


def _without_code(html: str) -> str:
    """Without scripts and styles; one that never ends takes the rest with it."""
    kept, at = [], 0
    while begin := _CODE.search(html, at):
        kept.append(html[at : begin.start()])
        end = _END[begin[1].lower()].search(html, begin.end())
        at = end.end() if end else len(html)
    return "".join([*kept, html[at:]])


def _attributes(html: str) -> int:
    """What parsing takes: the squares of the attributes that its tags may have at most."""
    long = [part for part in html.split(">") if len(part) > LONG]
    return sum(len(_BETWEEN.findall(part)) ** 2 for part in long)


def _depth(html: str) -> int:
    """Of tags that are not closed by others."""
    depth = deepest = 0
    for closing, name in _TAG.findall(html):
        if name.lower() not in _CLOSED_BY_OTHERS:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _inside(node: LexborNode, selector: str) -> bool:
    """An article in an article is read with the outer one."""
    parent = node.parent
    while parent is not None:
        if parent.tag == selector:
            return True
        parent = parent.parent
    return False


def _lines(root: LexborNode) -> Iterator[tuple[str, int]]:
    """Blocks of text, and how many of their characters are links."""
    held: list[str] = []
    known: dict[int, tuple[bool, int]] = {}
    linked, block = 0, -1
    for node in islice(root.traverse(include_text=True), MOST_NODES):
        if node.tag == "-text":
            text = node.text_content or ""
            in_link, mine = _around(node, known)
            if mine != block and held:
                yield _words("".join(held)), linked
                held, linked = [], 0
            block = mine
            held.append(text)
            linked += len(text.strip()) if in_link else 0
        elif node.tag == "br":
            block = -1
        elif node.tag in ("td", "th"):
            held.append(" ")
    if held:
        yield _words("".join(held)), linked


def _around(node: LexborNode, known: dict[int, tuple[bool, int]]) -> tuple[bool, int]:
    """Whether it is in a link, and the block that it belongs to. known: of nodes seen before, so
    that deep pages take no longer than flat ones."""
    above: list[LexborNode] = []
    found, parent = (False, 0), node.parent
    while parent is not None:
        if parent.mem_id in known:
            found = known[parent.mem_id]
            break
        above.append(parent)
        parent = parent.parent
    for parent in reversed(above):
        block = parent.tag in _BLOCKS
        in_link = parent.tag == "a" or (found[0] and not block)
        found = known[parent.mem_id] = (in_link, parent.mem_id if block else found[1])
    return found


def _kept(lines: list[tuple[str, int]]) -> tuple[str, ...]:
    lines = [(words, linked) for words, linked in lines if words]
    prose = sum(len(words) - linked for words, linked in lines)
    if prose >= PROSE:
        lines = [(words, linked) for words, linked in lines if linked < 0.8 * len(words)]
    return tuple(words for words, _ in lines)


def _words(text: str) -> str:
    return " ".join(text.split())
