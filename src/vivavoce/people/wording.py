"""What somebody says of their own voice: learn it, forget it, whose is it? English; pure.

The whole sentence must say it: "I forget my voice mail" is no command.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Ask(StrEnum):
    """What is asked for."""

    LEARN = "learn"
    FORGET = "forget"
    WHO = "who"


@dataclass(frozen=True, slots=True)
class VoiceIntent:
    """A sentence about the speaker's own voice."""

    ask: Ask
    name: str | None = None
    """As it was said: the caller checks it."""


_NAME = r"(?P<name>[^\W\d_][\w'’.-]*(?: [^\W\d_][\w'’.-]*){0,2}?)"
_PLEASE = (
    r"(?:(?:hey|hi|hello|ok|okay|so|now|and|well|vivavoce|viva voce|please)[,.!]? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|i(?:'d| would) like you to |i want you to )?"
    r"(?:please )?"
)
_AFTER = r"(?:[,.]? (?:please|now|for me|vivavoce|thanks|thank you))*"
_CALLED = rf"(?:[,.;:!]?(?: and)? (?:i'm|i am|my name is|my name's|this is|it's|call me) {_NAME})"
_MINE = r"(?:my voice|what i sound like|how i sound)"
_LEARN = r"(?:learn|remember|memori[sz]e|save|store|enroll?|get to know)"
_FORGET = r"(?:forget|delete|erase|remove|unlearn)"

_SENTENCES = (
    (Ask.LEARN, rf"{_PLEASE}{_LEARN} {_MINE}(?: as {_NAME})?{_AFTER}"),
    (Ask.LEARN, rf"{_PLEASE}{_LEARN} {_MINE}{_AFTER}{_CALLED}{_AFTER}"),
    (Ask.LEARN, rf"(?:i'm|i am|my name is|my name's|this is) {_NAME}[,.;!]?(?: and| so)? "
                rf"{_PLEASE}{_LEARN} {_MINE}{_AFTER}"),
    (Ask.FORGET, rf"{_PLEASE}{_FORGET} {_MINE}{_AFTER}"),
    (Ask.FORGET, rf"{_PLEASE}{_FORGET} {_NAME}['’]s voice{_AFTER}"),
    (Ask.WHO, r"(?:(?:hey|so|and|now|well|vivavoce|tell me)[,.]? )*who am i(?: to you)?"),
    (Ask.WHO, r"(?:do you know|can you tell me|tell me) who(?: i am|'s speaking| is speaking)"),
    (Ask.WHO, r"(?:do|can) you (?:know|recogni[sz]e) (?:me|my voice)"),
    (Ask.WHO, r"whose voice is this|who is (?:this|speaking|talking)|who's (?:speaking|talking)"),
)  # fmt: skip
_PATTERNS = tuple((ask, re.compile(pattern, re.IGNORECASE)) for ask, pattern in _SENTENCES)


def about_voice(text: str) -> VoiceIntent | None:
    """The intent of a whole turn's words, or None."""
    said = " ".join(text.replace("’", "'").split()).rstrip(" .!?…")
    if len(said) > 120:
        return None
    for ask, pattern in _PATTERNS:
        if found := pattern.fullmatch(said):
            return VoiceIntent(ask, _name(found.groupdict().get("name")))
    return None


def _name(said: str | None) -> str | None:
    """The recogniser writes names large: "I'm tired" tells none."""
    name = (said or "").strip(" .,'")
    return name if name and not name[0].islower() else None
