"""What a small model writes where it should have called a tool. Pure, and of English."""

import re
from collections.abc import Iterable

_DOES = (
    r"turn|switch|set|put|add|mov|remov|tak|cancel|delet|clos|open|lock|unlock|dim|brighten|play|"
    r"paus|stop|start|resum|skip|remind|mark|send|sav|cross|creat|chang|adjust|lower|rais|book"
)
_CLAIMS = re.compile(
    rf"\b(?:i've|i have|i'll|i will|i am|i'm|let's|let me)\b (?:now |just |going to )*(?:{_DOES})|"
    r"\b(?:is|are|was|were|it's)\b (?:\w+ ){0,3}?"
    r"(?:on|off|set|open|closed|locked|unlocked|added|moved|removed|cancell?ed|deleted|paused|"
    r"stopped|started|playing|dimmed|brighter|dimmer|warmer|cooler|marked|saved|sent|at \d+|"
    r"at \w+ percent)\b|"
    r"\b(?:set (?:to|for)|turned (?:on|off)|now playing|done|added|crossed off|cancell?ed|moved|"
    r"removed|taken off|marked as)\b|"
    r"^(?:playing|paused|stopped|started)\b",
    re.IGNORECASE,
)
_CANT = re.compile(
    r"\bi (?:can't|cannot|can not|am unable|don't have)\b.{0,20}"
    r"\b(?:assist|help|adjust|access|control)",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?:](?:\s|$)")
MOST_CHARS = 120
"""Of an answer that are held back, to see what it is."""
_PROMPT = re.compile(
    r"</?tool|<\|?/?function|tool_(?:call|response)|\bto call one\b|"
    r"\b(?:call|use|using) (?:a|the|one|this) (?:\S+ )?(?:tool|function|command)\b",
    re.IGNORECASE,
)


def whole(text: str) -> bool:
    """There is enough of it to tell: a sentence, or as much."""
    return len(text) > MOST_CHARS or _ENDS.search(text) is not None


def claims(text: str) -> bool:
    """It says that something was done, or how something is, or that it can't be done."""
    return bool(_CLAIMS.search(text) or _CANT.search(text))


def leaks(text: str, tools: Iterable[str]) -> bool:
    """It talks about its tools instead of calling them, which nobody understands who hears it."""
    return bool(_PROMPT.search(text)) or any(name in text for name in tools)
