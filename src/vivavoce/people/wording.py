"""What somebody says of a voice: learn it, forget it, whose is it? Who shall speak next? English;
pure.

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
    MEET = "meet"
    """Learn the voice of somebody else who is there."""


@dataclass(frozen=True, slots=True)
class VoiceIntent:
    """A sentence about the speaker's own voice, or about that of whom it names."""

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
_THEIRS = r"(?:his|her|their) voice"
_LEARN = r"(?:learn|remember|memori[sz]e|save|store|enroll?|get to know)"
_FORGET = r"(?:forget|delete|erase|remove|unlearn)"

_SENTENCES = (
    (Ask.LEARN, rf"{_PLEASE}{_LEARN} {_MINE}(?: as {_NAME})?{_AFTER}"),
    (Ask.LEARN, rf"{_PLEASE}{_LEARN} {_MINE}{_AFTER}{_CALLED}{_AFTER}"),
    (Ask.LEARN, rf"(?:i'm|i am|my name is|my name's|this is) {_NAME}[,.;!]?(?: and| so)? "
                rf"{_PLEASE}{_LEARN} {_MINE}{_AFTER}"),
    (Ask.MEET, rf"{_PLEASE}{_LEARN} {_NAME}['’]s voice{_AFTER}"),
    (Ask.MEET, rf"{_PLEASE}{_LEARN} {_THEIRS}{_AFTER}(?:[,.;:!]? (?:this|that|it)(?:'s| is) "
               rf"{_NAME})?{_AFTER}"),
    (Ask.MEET, rf"(?:this is|that is|that's|here is|here's) {_NAME}[,.;!]?(?: and| so)? "
               rf"{_PLEASE}{_LEARN} {_THEIRS}{_AFTER}"),
    (Ask.FORGET, rf"{_PLEASE}{_FORGET} {_MINE}{_AFTER}"),
    (Ask.FORGET, rf"{_PLEASE}{_FORGET} {_NAME}['’]s voice{_AFTER}"),
    (Ask.WHO, r"(?:(?:hey|so|and|now|well|vivavoce|tell me)[,.]? )*who am i(?: to you)?"),
    (Ask.WHO, r"(?:do you know|can you tell me|tell me) who(?: i am|'s speaking| is speaking)"),
    (Ask.WHO, r"(?:do|can) you (?:know|recogni[sz]e) (?:me|my voice)"),
    (Ask.WHO, r"whose voice is this|who is (?:this|speaking|talking)|who's (?:speaking|talking)"),
)  # fmt: skip
_HANDS_OVER = re.compile(
    r"(?:.*[,.;:!?] )?(?:(?:ok|okay|so|and|well|now|here)[,.]? )*(?:"
    r"(?:it's |it is )?your turn|now you|you (?:ask|try)(?: it| him| her)?|"
    rf"(?:you )?ask (?:it|him|her) yourself|(?:you )?go ahead,? (?!viva){_NAME}"
    r")(?:,? (?:then|now|please))?(?:, (?!viva)[\w'’-]+)?",
    re.IGNORECASE,
)
_PATTERNS = tuple((ask, re.compile(pattern, re.IGNORECASE)) for ask, pattern in _SENTENCES)


def about_voice(text: str) -> VoiceIntent | None:
    """The intent of a whole turn's words, or None."""
    said = _plain(text)
    if len(said) > 120:
        return None
    for ask, pattern in _PATTERNS:
        if found := pattern.fullmatch(said):
            return VoiceIntent(ask, _name(found.groupdict().get("name")))
    return None


def hands_over(text: str) -> bool:
    """Whether a turn's words end by asking somebody else in the room to go on ("Ben, you ask
    it")."""
    found = _HANDS_OVER.fullmatch(_plain(text))
    return found is not None and (found["name"] is None or _name(found["name"]) is not None)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").split()).rstrip(" .!?…")


def _name(said: str | None) -> str | None:
    """The recogniser writes names large: "I'm tired" tells none."""
    name = (said or "").strip(" .,'")
    return name if name and not name[0].islower() else None
