"""Calls as the house plans them."""

from collections.abc import Sequence
from typing import Any

from vivavoce.core import OWNER, Speaker
from vivavoce.experts import Effect, Rule
from vivavoce.mind.policy import Planned, Read

ABOUT: dict[str, tuple[str, Effect]] = {
    "mail_read": ("Read one mail aloud.", "read"),
    "mail_send": ("Send a mail.", "send"),
    "mail_discard": ("Throw a mail away.", "danger"),
    "home_switch": ("Turn a lamp or a device on or off.", "change"),
    "home_unlock": ("Unlock a door.", "danger"),
    "lists_add": ("Put something on a list.", "change"),
    "time_set_timer": ("Set a timer.", "change"),
    "calendar_add_event": ("Add an event to the calendar.", "change"),
    "bank_pay": ("Pay somebody.", "danger"),
    "search_web": ("Search the web.", "read"),
    "search_open": ("Open a web page.", "read"),
    "weather_now": ("The weather.", "read"),
}

MAIL = "mail from Mallory"


def plan(
    tool: str,
    arguments: dict[str, Any],
    *words: str,
    read: Sequence[Read] = (),
    speaker: Speaker = OWNER,
    rule: Rule | None = None,
) -> Planned:
    """words: what the speaker said, the newest last."""
    about, effect = ABOUT[tool]
    return Planned(tool, about, effect, arguments, speaker, words, tuple(read), rule)


def mail(text: str) -> Read:
    """Somebody else's words."""
    return Read(text, MAIL)
