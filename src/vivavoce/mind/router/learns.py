"""What the owner's own traffic says of each model. Pure: the caller keeps the state.

A beta distribution a model and difficulty: the prior weighs as much as PRIOR answers, for ever, and
what was met weighs MOST answers at most: newer ones push out older ones."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from vivavoce.core import ConfigError

Signal = Literal["corrected", "repeated", "switched", "went_on", "thanked"]
"""What the user did with an answer: said that it is wrong, asked the same again, took it to a
better model, spoke of something else, thanked."""
SAYS: Mapping[Signal, tuple[float, float]] = {
    "corrected": (0.0, 1.0),
    "repeated": (0.0, 0.5),
    "switched": (0.0, 0.7),
    "went_on": (0.2, 0.0),
    "thanked": (0.7, 0.0),
}
"""How much of a right and of a wrong answer it is."""
PRIOR = 20.0
MOST = 200.0

_WRONG = re.compile(
    r"^(?:no|nope|wrong|sorry|um|uh|well|but|hm+|actually)?[ ,.!]*(?:"
    r"(?:no|nope|wrong|incorrect)(?: again)?$|"
    r"(?:that|this|it|your answer)(?:'s| is| was| isn't| is not| wasn't| can't be| cannot be)"
    r" (?:not |just |simply |completely |still )*(?:wrong|right|incorrect|correct|true|false|"
    r"what i (?:asked|meant|said|wanted))\b|"
    r"(?:you're|you are|you got (?:it|that)) (?:still )?(?:wrong|mistaken)\b|"
    r"try again\b|i (?:didn't|did not) (?:ask|mean|say) that\b|"
    r"check (?:that|it|your answer) again\b)"
)
_AFFIRMS = re.compile(
    r"\b(?:that|this|it|your answer)(?:'s| is| was) (?:just |completely )*(?:right|correct|true)\b"
    r"|\b(?:isn't|wasn't|is not|was not|not) (?:wrong|incorrect|false)\b"
)
_THANKS = re.compile(
    r"^(?:ok(?:ay)?|great|perfect|good|yes|cool|nice)?[ ,.!]*(?:thanks|thank you|perfect|great|"
    r"exactly|well done|good (?:answer|job)|that(?:'s| is) (?:right|correct|it|perfect|great))\b"
)
_SMALL = {
    "a", "an", "the", "is", "are", "of", "to", "in", "on", "and", "i", "you", "me", "my",
    "what", "how", "do", "does", "it", "please",
}  # fmt: skip
_SAME, _WITHIN = 0.85, 0.5
"""Share of the words of two questions that are the same when one is asked again; within: if all
words of one are among the other's."""


@dataclass(frozen=True, slots=True)
class Met:
    """Answers, in parts of one."""

    right: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What was met, by model and difficulty (easy, fair, hard)."""

    met: Mapping[str, Met] = field(default_factory=dict)
    """ "model/bucket" → answers"""

    def expect(self, model: str, bucket: str, prior: float) -> float:
        """How probably it is right: the prior, moved by what was met."""
        found = self.met.get(_key(model, bucket), Met())
        return (PRIOR * prior + found.right) / (PRIOR + found.right + found.wrong)

    def saw(self, model: str, bucket: str, signal: Signal) -> Self:
        """With one more answer."""
        right, wrong = SAYS[signal]
        found = self.met.get(_key(model, bucket), Met())
        total = found.right + found.wrong + right + wrong
        kept = min(1.0, MOST / total)
        now = Met((found.right + right) * kept, (found.wrong + wrong) * kept)
        return type(self)({**self.met, _key(model, bucket): now})

    def json(self) -> str:
        """Small: a line a model and difficulty; nothing that anybody said."""
        rows = {k: [round(m.right, 3), round(m.wrong, 3)] for k, m in sorted(self.met.items())}
        return json.dumps({"router": 1, "met": rows}, indent=0)

    @classmethod
    def of(cls, text: str) -> Self:
        """Back from JSON; ConfigError if it is none of ours."""
        try:
            told = json.loads(text)
            if told["router"] != 1:
                raise ValueError(f"version {told['router']!r}")
            met = {str(k): Met(float(r), float(w)) for k, (r, w) in told["met"].items()}
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise ConfigError(
                f"what the router learned can't be read ({broken}); remove the file to begin anew"
            ) from broken
        if not all(0 <= m.right <= MOST + 1 and 0 <= m.wrong <= MOST + 1 for m in met.values()):
            raise ConfigError("what the router learned is out of range; remove the file")
        return cls(met)


def judged(asked: str, then: str) -> Signal:
    """What the next thing that the user says tells of the answer to what was asked before."""
    low = " ".join(then.lower().replace("’", "'").split()).strip(" .!")
    if _WRONG.search(low) and not _AFFIRMS.search(low):
        return "corrected"
    if _THANKS.search(low):
        return "thanked"
    return "repeated" if _again(asked, then) else "went_on"


def _again(one: str, other: str) -> bool:
    """The same question in about the same words, and with the same numbers."""
    a, b = (set(re.findall(r"[a-z0-9']+", text.lower())) - _SMALL for text in (one, other))
    if not a or not b or {w for w in a ^ b if w[0].isdigit()}:
        return False
    share = len(a & b) / len(a | b)
    return share >= (_WITHIN if a <= b or b <= a else _SAME)


def _key(model: str, bucket: str) -> str:
    return f"{model}/{bucket}"
