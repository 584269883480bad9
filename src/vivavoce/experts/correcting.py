"""Whether what is said next puts right what was asked before. Pure."""

import re

_STARTS = re.compile(
    r"(?:(?:uh|um|er|erm|oh|ah|hm+|well|wait|sorry|hang on|hold on|okay|ok)\b[,.!]? *)*"
    r"(?:no|nope|actually|rather|i (?:said|meant|mean)|(?:make|change|turn) (?:it|that)|"
    r"not \w+[,.]? (?:but )?\w+|better|sorry,? \w+ not)\b",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"\b(?:instead|i (?:said|meant)|after all)\b", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:another|second|also|too|as well|additional|extra|one more|more|new)\b", re.IGNORECASE
)


def corrects(words: str) -> bool:
    """ "No, make it ten", "sorry, I meant Tuesday"; not "and another one for the rice"."""
    said = words.strip()
    return bool(_STARTS.match(said) or _INSTEAD.search(said)) and not _ANOTHER.search(said)
