"""Yes, no, "undo that": short words that mean what was said before. Pure."""

import re
from itertools import groupby

_WORDS = re.compile(r"[a-z']+|\d")
_YES = re.compile(
    r"(?:yes|yeah|yep|yup|sure|ok|okay|right|correct|certainly|absolutely|definitely|do it|do that|"
    r"go ahead|go on|please do|send it|that's right|confirm(?:ed)?|of course|i do|i am|indeed)"
    r"(?![a-z'])"
)
_NO = re.compile(
    r"(?:no|nope|nah|not (?:now|yet|today)|(?:maybe )?later|don't|do not|stop|"
    r"cancel(?: that| it)?|never ?mind|leave it|forget it|"
    r"better not|rather not|wait|hold on)(?![a-z'])"
)
_FILL = re.compile(
    r"(?:please|thanks|thank you|now|then|it|that|well|uh|um|oh|so|just|sir)(?![a-z'])"
)
_UNDO = re.compile(
    r"(?:please |no,? |oh,? )*"
    r"(?:undo|(?:take|change) (?:that|it) back|put (?:it|that|them) back"
    r"(?: (?:as|how) (?:it was|they were))?)"
    r"(?: (?:that|it|this|the last one))?(?: please)?"
)
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(i) for i, word in enumerate(_NUMBERS)} | {"oh": "0"}


def answered(text: str) -> bool | None:
    """Whether a yes or a no was said and nothing else; None: it is about something else."""
    rest = re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'"))
    rest = re.sub(r"\d+", " ", rest)  # a PIN beside a yes
    rest = " ".join(w for w in rest.split() if w not in _DIGITS or w == "oh")
    said = None
    while rest := rest.strip():
        if found := _NO.match(rest):
            said = False
        elif found := _YES.match(rest):
            said = True if said is None else said
        elif not (found := _FILL.match(rest)):
            return None
        rest = rest[found.end() :]
    return said


def undo(text: str) -> bool:
    """Whether the last thing done shall be put back."""
    return _UNDO.fullmatch(" ".join(text.lower().split()).strip(" .!?,")) is not None


def digits(text: str) -> str:
    """The digits of a text, those that were said as words too; "oh" is one beside others."""
    words = groupby(_WORDS.findall(text.lower()), lambda w: w in _DIGITS or w.isdigit())
    runs = (list(run) for are_digits, run in words if are_digits)
    return "".join(_DIGITS.get(w, w) for run in runs if set(run) != {"oh"} for w in run)
