"""A feed's bytes as stories. Pure."""

import re
from calendar import timegm
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import feedparser

from vivavoce.experts import prose
from vivavoce.experts.builtin.news.story import Story

MOST = 100
"""Stories of one feed."""
MOST_HTML = 60_000
MOST_TEXT = 20_000
"""Characters of one story."""
_DAMAGED = (ValueError, OverflowError, LookupError, AssertionError, TypeError, AttributeError)
"""What parsers raise, each for some other damage."""
_NO_CHARACTER = re.compile(rb"&#(?:x[0-9a-f]{6,}|[0-9]{7,});", re.IGNORECASE)
"""One of them would cost the whole feed."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_RELATED = re.compile(r"<li>\s*<a\s[^<>]*>[^<>]{0,300}</a>\s*</li>", re.IGNORECASE)
"""Links to other stories, in the midst of one."""
_TAIL = re.compile(
    r"(?:\s*\b(?:continue reading|read more|read the full (?:story|article)|weiterlesen|"
    r"lire la suite)\b\s*(?:…|\.\.\.|»|→)?\s*|\s*the post .{1,200} (?:appeared )?first "
    r"(?:appeared )?on .{1,80})$",
    re.IGNORECASE,
)
LONGEST_TAIL = 400
"""Characters; it is looked for nowhere else: in long gaps between words that would take minutes."""


def stories(body: bytes, content_type: str, source: str) -> tuple[Story, ...]:
    """In the feed's order; of a damaged one, what can be read. ValueError: that is no feed."""
    headers = {"content-type": content_type} if content_type else {}
    try:
        read = feedparser.parse(
            BytesIO(_NO_CHARACTER.sub(b"", body)),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _DAMAGED:
        raise ValueError("a damaged feed") from None
    if not read.get("version") and not read.entries:
        raise ValueError("no feed")
    found: dict[str, Story] = {}
    for place, entry in enumerate(read.entries[:MOST]):
        story = _story(entry, source, place)
        if story is not None:
            found.setdefault(story.key, story)
    return tuple(found.values())


def _story(entry: Mapping[str, Any], source: str, place: int) -> Story | None:
    """None: it has no words."""
    title = prose.line(_plain(entry.get("title")))
    told = [_plain(part.get("value")) for part in entry.get("content") or ()]
    text = max([*told, _plain(entry.get("summary"))], key=len)
    text = _without_tail(text.removeprefix(title).lstrip(" \n:–—").rstrip())[:MOST_TEXT]
    if not title:
        title = prose.line(text, 100)
    link = str(entry.get("link") or "")
    link = link if link.startswith(("https://", "http://")) else ""
    key = str(entry.get("id") or link or title)
    topics = tuple(prose.line(str(tag.get("term") or ""), 40) for tag in entry.get("tags") or ())
    return Story(source, key[:500], title, text, _at(entry), link, topics, place) if title else None


def _plain(given: object) -> str:
    """Markup, or words with entities: feeds seldom say which."""
    text = str(given or "")[:MOST_HTML]
    if not _TAG.search(text):
        return prose.clean(prose.characters(text))
    return prose.from_html(_RELATED.sub("", text))


def _without_tail(text: str) -> str:
    found = _TAIL.search(text, max(0, len(text) - LONGEST_TAIL))
    return text[: found.start()].strip() if found else text


def _at(entry: Mapping[str, Any]) -> datetime | None:
    """When it was first told."""
    for name in ("published_parsed", "updated_parsed", "created_parsed"):
        parsed = dict.get(entry, name) if isinstance(entry, dict) else None
        if parsed:
            try:
                return datetime.fromtimestamp(timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
    return None
