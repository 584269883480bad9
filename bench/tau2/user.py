"""A user without a language model: says everything at once, then yes. Pure."""

import re
from collections.abc import Mapping
from typing import Any

YES = "Yes, please go ahead."
_PARTS = ("reason_for_call", "known_info", "unknown_info", "task_instructions")
_BEFORE_ME = (
    "to|for|from|of|with|by|at|tells?|told|gives?|lets?|helps?|asks?|offers?|charges?|refunds?|"
    "sends?|shows?|provides?"
)
_OWN = (
    (r"\byou are\b", "I am"),
    (r"\byou're\b", "I'm"),
    (r"\byou were\b", "I was"),
    (r"\byourself\b", "myself"),
    (r"\byour\b", "my"),
    (rf"\b({_BEFORE_ME}) you\b", r"\1 me"),
    (r"\byou\b", "I"),
    (r"(^|[.!?] )my\b", r"\1My"),
)
"""From you to me."""


def first_words(task: Mapping[str, Any]) -> str:
    """All of a task's instructions, as the user's own words."""
    instructions = task["user_scenario"]["instructions"]
    parts = [" ".join((instructions.get(part) or "").split()).lstrip(". ") for part in _PARTS]
    said = " ".join(part for part in parts if part)
    for pattern, word in _OWN:
        said = re.sub(pattern, word, said, flags=re.IGNORECASE)
    return said


def asks(answer: str) -> bool:
    """Whether the answer waits for the user."""
    return "?" in answer
