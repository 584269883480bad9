"""What a person hears of what a tool told: a plain sentence, never its data. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vivavoce.experts import Result
from vivavoce.experts.prose import from_html, line, listed, shortened

MOST_CHARS = 400
"""Of a text that nobody wrote to be heard."""
MOST_FACTS = 4
MOST_VALUE_CHARS = 80
_NAMES = ("name", "title", "label", "summary", "subject", "description")
_WORDS = ("message", "detail", "error_description", "error", "text")
_HOLDS = ("data", "result", "results", "items", "value", "values", "response")
_OK = re.compile(r"ok|okay|success(?:ful)?|succeeded|done|true|created|accepted", re.I)
_UNSAID = re.compile(
    r"(?:^|[ _-])(?:id|ids|uuid|guid|ur[il]|href|links?|etag|hash|token|secret|password|pin|key|"
    r"version|schema|type|object|status code|code|self)$|^[$@_]",
    re.I,
)
_CODE = re.compile(r"\S{33,}|[0-9a-f]{8}-[0-9a-f-]{27}|\w+://\S+", re.I)
_AT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
_BEGINS = re.compile(r"[\[{]")
_CUT = re.compile(r'\{\s*"|\[\s*[\[{"]')


def spoken(result: Result, tool: str) -> str:
    """A tool's own sentence; else its text, in which data are put into words.

    tool: its whole name, expert_tool."""
    what = f"That did not work: {result.say or _plain(result.text, '')}" if result.failed else ""
    if result.failed:
        return sentence(what.rstrip(": "))
    return result.say or sentence(_plain(result.text, f"done: {tool.replace('_', ' ')}"))


def sentence(text: str) -> str:
    """With a large letter and an end."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?', '…')) else '.'}"


def _plain(text: str, done: str) -> str:
    """Words without data; done: what is said where there are none."""
    text = text.strip()
    if re.match(r"<[!?a-z]", text, re.I):
        text = from_html(text)
    if begins := _BEGINS.search(text):
        before, data = text[: begins.start()], text[begins.start() :]
        read, rest = _read(data)
        if not read and _CUT.match(data):  # too long, and so cut
            return f"{before}{' ' if before else ''}it is too long to be read aloud"
        if read and (isinstance(read[0], Mapping) or not before.strip() + rest):
            found = facts(read if len(read) > 1 else read[0])
            return f"{before}{found} {rest}".strip() or done
    begun, rest = shortened(text, MOST_CHARS)
    return f"{begun} There is more." if rest else begun or done


def _read(text: str) -> tuple[list[Any], str]:
    """The data with which a text begins, and the rest."""
    found: list[Any] = []
    while _BEGINS.match(text):
        try:
            read, end = json.JSONDecoder().raw_decode(text)
        except (ValueError, RecursionError):
            break
        found.append(read)
        text = text[end:].strip()
    return found, text


def facts(value: Any) -> str:
    """The few facts in data; empty: it says no more than that it worked."""
    if isinstance(value, Mapping):
        return _of_one(value)
    if isinstance(value, list):
        return _of_many(value)
    return _scalar(value)


def _of_one(value: Mapping[str, Any]) -> str:
    for key in _WORDS:
        told = value.get(key)
        if isinstance(told, str) and told.strip():
            return line(told, MOST_CHARS)
        if isinstance(told, Mapping) and (inner := _of_one(told)):
            return inner
    held = [inner for key, inner in value.items() if key in _HOLDS or len(value) == 1]
    if len(held) == 1 and isinstance(held[0], Mapping | list):
        return facts(held[0])
    lines = [text for key, inner in value.items() if (text := _fact(key, inner))]
    more = len(lines) - MOST_FACTS
    if more > 0:
        lines = [*lines[:MOST_FACTS], f"{more} more"]
    return listed(lines)


def _of_many(values: list[Any]) -> str:
    if not values:
        return "there are none"
    names = [name for value in values if (name := _name(value))]
    if len(values) == 1 and isinstance(values[0], Mapping):
        return _of_one(values[0])
    if len(names) < len(values):
        return f"there are {len(values)}"
    told = listed(names, MOST_FACTS)
    return told if len(values) == 1 else f"there are {len(values)}: {told}"


def _fact(key: str, value: Any) -> str:
    """ "next collection is 2026-05-05"; empty: nothing for the ear."""
    words = " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", key).replace("_", " ").split()).lower()
    if _UNSAID.search(words) or value is None or value == "":
        return ""
    if isinstance(value, bool):
        worked = value and _OK.fullmatch(words)
        return "" if worked else f"{words}: {'yes' if value else 'no'}"
    if isinstance(value, Mapping):
        return f"{words} is {name}" if (name := _name(value)) else ""
    if isinstance(value, list):
        names = [name for one in value if (name := _name(one))]
        return f"{words}: {listed(names, MOST_FACTS)}" if names else ""
    told = _scalar(value)
    if words in ("status", "state", "result") and _OK.fullmatch(told):
        return ""
    return (told if words in _NAMES else f"{words} is {told}") if told else ""


def _name(value: Any) -> str:
    """By which one of many is called; empty: it has no name."""
    if isinstance(value, Mapping):
        return next((_scalar(value[key]) for key in _NAMES if isinstance(value.get(key), str)), "")
    return "" if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10g}"
    if value is None or _CODE.fullmatch(text := str(value).strip()):
        return ""
    return _when(text) or line(text, MOST_VALUE_CHARS)


def _when(text: str) -> str:
    """A moment as it is said here; empty: it is none."""
    found = _AT.fullmatch(text)
    if found is None:
        return ""
    day, at, zone = found.groups()
    if zone:
        try:
            day, at = datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M").split()
        except (ValueError, OverflowError):
            return ""
    return f"{day} at {at}"
