"""Sums as people say and write them, read by descent: no eval, exact, bounded. Pure."""

import re
from collections.abc import Callable, Sequence
from fractions import Fraction

from vivavoce.experts import Unclear
from vivavoce.experts.builtin.sums.spoken import number, ordinal, tokens
from vivavoce.experts.builtin.sums.value import Value

MOST_TOKENS = 80
PI = Value(Fraction("3.14159265358979323846264338327950288419716939937510"), exact=False)
_SKIPPED = frozenset(re.findall(r"\S+", "the a an exactly roughly about please"))
_MONEY = {"$": "dollars", "€": "euros", "£": "pounds"}
_COINS = frozenset(
    re.findall(
        r"\S+",
        "dollar dollars euro euros pound pounds buck bucks quid yen franc francs kronor crowns",
    )
)
_LEADS = re.split(
    r"\|",
    "what is|what 's|what's|what are|what would|how much is|how much are|how much would|calculate|"
    "compute|work out|evaluate|tell me|can you|find",
)
_TAILS = (
    "equals",
    "equal",
    "equal to",
    "=",
    "?",
    "be",
    "is",
    "make",
    "makes",
    "come to",
    "what",
    ".",
)

Two = Callable[[Value, Value], Value]


def worked_out(text: str) -> tuple[Value, str]:
    """What a sum comes to, and its currency if it has one ("dollars"). Unclear: it is no sum that
    we can read; Refused: it has no answer."""
    words = tokens(text)
    if len(words) > MOST_TOKENS:
        raise Unclear("that sum is too long; ask for it in parts")
    money = next((_MONEY.get(w, w) for w in words if w in _MONEY or w in _COINS), "")
    sum_ = _Sum([w for w in words if w not in _MONEY and w not in _COINS])
    return sum_.read(), money


class _Sum:
    """One text; reads from left to right."""

    def __init__(self, words: Sequence[str]) -> None:
        kept = " ".join(words)
        trimmed = ""
        while trimmed != kept:
            trimmed = kept
            for lead in _LEADS:
                kept = kept.removeprefix(f"{lead} ")
            for tail in _TAILS:
                kept = kept.removesuffix(f" {tail}")
        self.words = kept.split()
        self.at = 0
        self.steps = 0
        """Operations; a lone number is no sum."""
        self.shares = True
        """An "of" multiplies."""

    def read(self) -> Value:
        """The whole text. Unclear: something is left, or there was nothing to work out."""
        value = self._order() if self.words else None
        if value is None or self.at < len(self.words) or not self.steps:
            raise Unclear("that is no sum that I can read; say it with numbers and signs")
        return value

    def _order(self) -> Value | None:
        """The forms that are no plain chain of operations."""
        self._skip()
        for verb, (between, apply) in {
            "add": (("to", "and", "plus", ","), lambda a, b: b.plus(a)),
            "subtract": (("from",), lambda a, b: b.minus(a)),
            "take away": (("from",), lambda a, b: b.minus(a)),
            "take": (("from", "away from"), lambda a, b: b.minus(a)),
            "multiply": (("by", "with", "and", "times"), Value.times),
            "divide": (("by",), Value.over),
            "increase": (("by",), Value.plus),
            "decrease": (("by",), Value.minus),
            "reduce": (("by",), Value.minus),
        }.items():
            if self._takes(verb):
                return self._pair(between, apply)
        for noun, fold in {
            "sum of": _summed,
            "total of": _summed,
            "product of": _multiplied,
            "average of": _averaged,
            "mean of": _averaged,
        }.items():
            if self._takes(noun):
                return fold(self._many())
        if self._takes("difference between"):
            return self._pair(("and",), _apart)
        if self._takes("remainder of"):
            return self._pair(("divided by", "by", "over"), Value.modulo)
        for asked in ("what percent", "what percentage", "which percentage"):
            if self._takes(asked):
                return self._share()
        return self._chain()

    def _share(self) -> Value:
        """ "of 80 is 20", "is 20 of 80"."""
        of_first = self._takes("of")
        if not of_first and not self._takes("is"):
            raise Unclear("of what?")
        self.shares = of_first
        first = self._sum()
        self.shares = True
        if not self._takes("is" if of_first else "of"):
            raise Unclear("of what?")
        second = self._sum()
        return self._percent(*((second, first) if of_first else (first, second)))

    def _chain(self) -> Value:
        first = self._sum()
        for asked in ("is what percent of", "is what percentage of", "as a percentage of"):
            if self._takes(asked):
                return self._percent(first, self._sum())
        return first

    def _percent(self, part: Value, whole: Value) -> Value:
        self.steps += 1
        share = part.over(whole)
        return Value(share.number, share.exact, percent=True)

    def _pair(self, between: Sequence[str], apply: Two) -> Value:
        first = self._sum(stop=between)
        if self.steps and self.at == len(self.words):
            return first  # "take 15 percent off 80"
        if not any(self._takes(word) for word in between):
            raise Unclear("the second number is missing")
        self.steps += 1
        return apply(first, self._sum())

    def _many(self) -> list[Value]:
        found = [self._sum(stop=("and", ","))]
        while self.at < len(self.words):
            self._takes(",")
            self._takes("and")
            found.append(self._sum(stop=("and", ",")))
        self.steps += 1
        return found

    def _sum(self, stop: Sequence[str] = ()) -> Value:
        value = self._product(stop)
        while True:
            if any(self._ahead(word) for word in stop):
                return value
            if any(self._takes(word) for word in ("plus", "+", "added to")):
                self.steps += 1
                value = value.plus(self._product(stop))
            elif any(self._takes(word) for word in ("minus", "-", "less", "take away")):
                self.steps += 1
                value = value.minus(self._product(stop))
            else:
                return value

    def _product(self, stop: Sequence[str]) -> Value:
        value = self._signed()
        while not any(self._ahead(word) for word in stop):
            apply = self._operation()
            if apply is None:
                return value
            self.steps += 1
            value = apply(value, self._signed())
        return value

    def _operation(self) -> Two | None:
        for words, apply in (
            (("times", "multiplied by", "multiplied with", "*", "x", "×", "·"), Value.times),
            (("divided by", "over", "/", "÷", ":"), Value.over),
            (("modulo", "mod"), Value.modulo),
        ):
            if any(self._takes(word) for word in words):
                return apply
        return None

    def _signed(self) -> Value:
        if any(self._takes(word) for word in ("minus", "-", "negative")):
            return self._signed().times(Value(Fraction(-1)))
        self._takes("+")
        return self._part()

    def _part(self) -> Value:
        """A share of something: "17 percent of 240", "half of 30", "20 percent off 80"."""
        value = self._power()
        if self.shares and self._takes("of"):
            self.steps += 1
            return value.times(self._signed())
        if value.percent and self._takes("off"):
            self.steps += 1
            return self._signed().minus(value)
        return value

    def _power(self) -> Value:
        value = self._postfix()
        for words in ("to the power of", "raised to the power of", "to the power", "^", "**"):
            if self._takes(words):
                self.steps += 1
                return value.to_the(self._exponent())
        before = self.at
        if self._takes("raised to the") or self._takes("to the"):
            if self._ahead("minus") or self._ahead("-"):
                self.steps += 1
                return value.to_the(self._exponent())
            nth = ordinal(self.words, self.at)
            if nth is None:
                self.at = before
                return value
            self.at = nth[1]
            self._takes("power")
            self.steps += 1
            return value.to_the(Value(nth[0]))
        return value

    def _exponent(self) -> Value:
        if any(self._takes(word) for word in ("minus", "-", "negative")):
            return self._exponent().times(Value(Fraction(-1)))
        return self._power()

    def _postfix(self) -> Value:
        value = self._atom()
        while True:
            if self._takes("squared"):
                value = value.to_the(Value(Fraction(2)))
            elif self._takes("cubed"):
                value = value.to_the(Value(Fraction(3)))
            elif self._takes("factorial") or self._takes("!"):
                value = value.factorial()
            elif self._takes("percent") or self._takes("per cent") or self._takes("%"):
                value = value.hundredth()
                continue
            else:
                return value
            self.steps += 1

    def _atom(self) -> Value:
        self._skip()
        if self._takes("("):
            value = self._sum()
            if not self._takes(")"):
                raise Unclear("a bracket is not closed")
            return Value(value.number, value.exact)
        for words, n in (("square root", 2), ("cube root", 3), ("root", 2), ("√", 2)):
            if self._takes(words):
                self._takes("of")
                self.steps += 1
                return self._signed_power().root(n)
        for word, factor in (("twice", 2), ("double", 2), ("triple", 3)):
            if self._takes(word):
                self.steps += 1
                return self._atom().times(Value(Fraction(factor)))
        if self._takes("pi"):
            return PI
        read = number(self.words, self.at, divided=False)
        if read is None:
            raise Unclear("that is no sum that I can read; say it with numbers and signs")
        self.at = read[1]
        return Value(read[0])

    def _signed_power(self) -> Value:
        if any(self._takes(word) for word in ("minus", "-", "negative")):
            return self._signed_power().times(Value(Fraction(-1)))
        return self._power()

    def _skip(self) -> None:
        """Articles, where they are no number."""
        while (
            self.at < len(self.words)
            and self.words[self.at] in _SKIPPED
            and number(self.words, self.at) is None
        ):
            self.at += 1

    def _ahead(self, words: str) -> bool:
        wanted = words.split()
        return self.words[self.at : self.at + len(wanted)] == wanted

    def _takes(self, words: str) -> bool:
        found = self._ahead(words)
        self.at += len(words.split()) if found else 0
        return found


def _summed(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total.plus(value)
    return total


def _multiplied(values: Sequence[Value]) -> Value:
    total = values[0]
    for value in values[1:]:
        total = total.times(value)
    return total


def _averaged(values: Sequence[Value]) -> Value:
    return _summed(values).over(Value(Fraction(len(values))))


def _apart(a: Value, b: Value) -> Value:
    apart = a.minus(b)
    return Value(abs(apart.number), apart.exact)
