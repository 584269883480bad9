"""What the user says about how to be answered. English; pure.

Only whole meanings count: a wish is an order to us, at the head of a clause or as its last words.
What is quoted, told of others or asked about is none."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Size = Literal["", "big", "small"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said; the defaults: nothing was."""

    hard: int = 0
    """1: think hard, take your time; 2: think really hard."""
    seconds: float | None = None
    """Think for as long."""
    quick: bool = False
    short: bool = False
    """A word or two will do."""
    size: Size = ""
    here: bool = False
    """The local model; nothing is to be sent out."""
    nothing: bool = False
    """No model is needed: stop, louder."""

    @property
    def thinks(self) -> bool:
        """Asked for thinking."""
        return self.hard > 0 or self.seconds is not None


_POLITE = (
    r"(?:(?:please|hey|ok|okay|now|so|well|and|but|then|just|also|right|alright|um|uh|vivavoce|"
    r"could you|can you|would you|will you|you can|you may|you should|let's|let us|"
    r"i want you to|i'd like you to|i would like you to|i need you to)[ ,]+)*"
)
_HEAD = r"(?:^|(?<=[.!?;:,—–]) *|(?<=and) +|(?<=but) +|(?<=please) +)" + _POLITE
_END = r"(?= *(?:[.!?,;:—–]|$))"
_GOES_ON = (
    r"(?= *(?:[.!?,;:—–]|$)| (?:about|on|over|before|and|this|it|that|here|now|please|for|with|"
    r"to|first|then|as|what|how|why|whether|if|when|who|which|is|are)\b)"
)
_AMOUNT = (
    r"(?P<amount>\d+(?:\.\d+)?|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|sixty|"
    r"half an?|a couple of|a few|several)"
)
_DURATION = rf"(?:{_AMOUNT}|(?P<more>another))? ?(?P<unit>second|sec|moment|minute|min|hour)s?\b"
_MATTER = r"(?:it|this|that|them|(?:the|this|that|my) (?:question|problem|matter|answer|one))"
_AMOUNTS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0,
    "ten": 10.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "sixty": 60.0, "half a": 0.5,
    "half an": 0.5, "a couple of": 2.0, "a few": 3.0, "several": 4.0,
}  # fmt: skip
_UNITS = {"second": 1.0, "sec": 1.0, "moment": 5.0, "minute": 60.0, "min": 60.0, "hour": 3600.0}
_MOST_SECONDS = 4 * 3600.0

_THINK = re.compile(
    _HEAD + rf"think (?:about {_MATTER} )?(?P<very>(?:really |very |extremely |super )*)"
    r"(?:hard(?:er)?|carefully|deeply|thoroughly|step by step|long and hard|it through)" + _GOES_ON
)
_THINK_MORE = re.compile(
    _HEAD + rf"(?:think (?:about {_MATTER} )?|give {_MATTER} (?:some|a lot of|more) )"
    r"(?:some more|more|longer|again|twice|thought)" + _GOES_ON
)
_TAKE_TIME = re.compile(
    _HEAD + r"(?:take (?:all )?(?:your time|the time you need)|there(?:'s| is) no (?:hurry|rush)|"
    r"no (?:hurry|rush))" + _GOES_ON
)
_FOR = re.compile(_HEAD + rf"think (?:about {_MATTER} )?for (?:about )?{_DURATION}")
_TAKE = re.compile(
    _HEAD + rf"take (?:about )?{_DURATION}"
    rf"(?: (?:to think|for {_MATTER}|over {_MATTER}|with {_MATTER}|and think|thinking)\b|{_END})"
)
_NO_THINKING = re.compile(
    _HEAD + r"(?:(?:don't|do not|no need to|without) think(?:ing)?"
    rf"(?: about {_MATTER})?(?: too| so)?(?: hard| long| much)?|"
    rf"don't overthink {_MATTER})" + _END
)
_QUICK = re.compile(
    _HEAD + r"(?:(?:answer|reply|respond|tell me|tell us|say|explain|be|make it|keep it)"
    r"(?: it| this| that| me)? (?:really |very |as )?(?:quick(?:ly)?|fast|brief(?:ly)?)"
    r"|quickly|real quick|quick(?: question| one)?(?= *[,:—–])|briefly)\b"
    r"|[,.!?] *(?:quickly|quick|real quick|fast|make it quick|be quick|as fast as you can)"
    r"(?: please)? *[.!?]*$"
)
_SHORT = re.compile(
    r"(?:(?:^|[.!?,;:] *)(?:please )?(?:just )?|\b(?:answer|reply|respond|tell me|say|say it)"
    r"(?: me)? )(?:in |with )?(?:just |only )?(?:one|a single|two|a couple of|a few) words?"
    + _END
    + r"|\bin (?:just |only )?(?:one|a single) word *[.!?]*$"
    r"|(?:^|[.!?,;:] *)(?:please )?(?:just |only |answer )+(?:with )?yes or no\b"
)
_MODEL = r"(?:model|brain|ai|llm)s?"
_USE = r"(?:use|ask|try|take|switch to|go to|go with|give it to|let)"
_BIG = re.compile(
    rf"(?:{_HEAD}{_USE}|[a-z?,.] (?:with|using)) (?:the|your|a) "
    rf"(?:really )?(?:big|large|strong|good|smart|clever|power|bett|b)(?:ger|gest|r|st|er|est|ful)?"
    rf" {_MODEL}" + _GOES_ON
)
_SMALL = re.compile(
    rf"(?:{_HEAD}{_USE}|[a-z?,.] (?:with|using)) (?:the|your|a) "
    rf"(?:small|little|fast|quick|cheap)(?:er|est)? {_MODEL}" + _GOES_ON
)
_HERE = re.compile(
    rf"(?:{_HEAD}{_USE}|[a-z?,.] (?:with|using)) (?:the|your|a) local {_MODEL}{_GOES_ON}"
    rf"|{_HEAD}(?:don't|do not) send (?:this|it|that|anything) "
    r"(?:out|anywhere|away|to (?:the cloud|anyone|anybody|the internet))"
    rf"|{_HEAD}(?:keep|this (?:must )?stays?) (?:this |it |that )?"
    r"(?:private|local|here|on this (?:machine|computer|device))" + _END
)
_NOTHING = re.compile(
    _POLITE + r"(?:stop|stop it|stop that|stop talking|stop speaking|stop there|pause|wait|hold on|"
    r"quiet|be quiet|silence|shut up|hush|enough|that's enough|cancel|cancel that|never ?mind|"
    r"forget it|mute|unmute|mute yourself|louder|quieter|softer|"
    r"a (?:bit|little) (?:louder|quieter)|"
    r"(?:speak|talk|be) (?:up|louder|quieter|softer|slower|faster)|"
    r"(?:turn (?:it|the volume|yourself) |volume )(?:up|down)|slower|faster)"
    r"(?:[ ,]+(?:please|now|a bit|a little|thanks|thank you|for a (?:moment|second|minute)|stop))*"
)
_QUOTED = re.compile(r"[\"“”«»].*?[\"“”«»]|(?<!\w)['‘].*?['’](?!\w)")
_TOLD = re.compile(
    r"\b(?:said|says?|saying|told|tells?|telling|asks|asked|means?|translat\w*|phrase|sentence|"
    r"word|words|title|titled|called|song|lyrics?|quote|writes?|wrote|spell|shout\w*|titled)"
    r"(?: (?:me|us|him|her|them|to me))?[ ,:]*$"
)
MOST_CHARS = 1_000
"""Wishes stand at the beginning or at the end; half of it is looked at each."""
_FAMILY = re.compile(r"[a-z]{3,}")
_COMMON = {
    "local", "instruct", "chat", "coder", "mini", "micro", "nano", "small", "medium", "large",
    "pro", "max", "turbo", "flash", "lite", "base", "preview", "latest", "model", "server",
    "text", "fast", "the", "diffusion",
}  # fmt: skip


def wish(text: str) -> Wish:
    """What the user wants of the answer."""
    low = _plain(text)
    if _NOTHING.fullmatch(low.strip(" .!")):
        return Wish(nothing=True)
    low = _QUOTED.sub(" … ", low)
    hard = _ordered(_THINK, low)
    most = 2 if hard and hard["very"] else 1 if hard else 0
    if _ordered(_TAKE_TIME, low) or _ordered(_THINK_MORE, low):
        most = max(most, 1)
    size: Size = ""
    if _ordered(_BIG, low):
        size = "big"
    elif _ordered(_SMALL, low):
        size = "small"
    lasts = _ordered(_FOR, low) or _ordered(_TAKE, low)
    seconds = _seconds(lasts) if lasts else None
    unthinking = _ordered(_NO_THINKING, low) is not None
    quick = unthinking or _ordered(_QUICK, low) is not None
    thinks = most > 0 or seconds is not None
    return Wish(
        hard=0 if unthinking else most,
        seconds=None if unthinking else seconds,
        quick=quick and (unthinking or not thinks),
        short=_SHORT.search(low) is not None,
        size=size,
        here=_stays(low),
    )


def stays_here(text: str) -> bool:
    """wish(text).here, which for a long history is all that counts."""
    return _stays(_QUOTED.sub(" … ", _plain(text)))


def named(text: str, names: Iterable[str]) -> str:
    """The first of these names' own words that the user asks for ("ask Claude"); empty: none."""
    low = _QUOTED.sub(" … ", _plain(text))
    families = {w for name in names for w in _FAMILY.findall(name.lower())} - _COMMON
    if not families:
        return ""
    found = _ordered(
        re.compile(
            rf"{_HEAD}(?:{_USE}|have) (?P<name>{'|'.join(sorted(families, key=len)[::-1])})\b(?!')"
        ),
        low,
    )
    return found["name"] if found else ""


def _stays(low: str) -> bool:
    if not any(word in low for word in ("local", "send", "private", "here", " on this ")):
        return False
    return _ordered(_HERE, low) is not None


def _plain(text: str) -> str:
    """Lower case, single spaces, of a long text its beginning and its end."""
    if len(text) > MOST_CHARS:
        text = f"{text[: MOST_CHARS // 2]}… …{text[-MOST_CHARS // 2 :]}"
    return " ".join(text.lower().replace("’", "'").split())


def _ordered(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The first match that is no tale of what somebody says."""
    return next((m for m in pattern.finditer(text) if not _TOLD.search(text[: m.start()])), None)


def _seconds(found: re.Match[str]) -> float:
    amount = found["amount"]
    times = 1.0 if amount is None else _AMOUNTS.get(amount) or _number(amount)
    return min(_MOST_SECONDS, times * _UNITS[found["unit"]])


def _number(text: str) -> float:
    return float(text) if text[0].isdigit() else 1.0
