"""Exact numbers that can't grow without bounds, and what is done with them. Pure."""

from dataclasses import dataclass, replace
from decimal import Context, Decimal, DecimalException
from fractions import Fraction
from math import factorial as whole_factorial
from math import isqrt

from vivavoce.core import Refused

MOST_BITS = 4096
"""Of a numerator or denominator; 1,233 digits."""
MOST_FACTORIAL = 300
_PRECISE = Context(prec=50, Emax=10_000, Emin=-10_000)


@dataclass(frozen=True, slots=True)
class Value:
    """A number. Refused: what was asked for has none, or one too long to say."""

    number: Fraction
    exact: bool = True
    percent: bool = False
    """It was said in percent and stands alone: "plus 10 percent" means of what is before it."""

    def __post_init__(self) -> None:
        if (
            max(self.number.numerator.bit_length(), self.number.denominator.bit_length())
            > MOST_BITS
        ):
            raise Refused("that number is too long to say")

    def plus(self, other: "Value") -> "Value":
        """Percent are of self."""
        if other.percent and not self.percent:
            other = self.times(other)
        return self._with(self.number + other.number, other)

    def minus(self, other: "Value") -> "Value":
        """Percent are of self."""
        return self.plus(replace(other, number=-other.number))

    def times(self, other: "Value") -> "Value":
        return self._with(self.number * other.number, other)

    def over(self, other: "Value") -> "Value":
        if not other.number:
            raise Refused("nothing can be divided by zero")
        return self._with(self.number / other.number, other)

    def modulo(self, other: "Value") -> "Value":
        """The remainder, 0 ≤ it < |other|."""
        if not other.number:
            raise Refused("nothing can be divided by zero")
        return self._with(self.number % abs(other.number), other)

    def to_the(self, power: "Value") -> "Value":
        """Exact where it can be."""
        base, e = self.number, power.number
        if not base:
            if e < 0:
                raise Refused("nothing can be divided by zero")
            return Value(Fraction(int(e == 0)), self.exact)
        if e.denominator == 1:
            bits = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(base) != 1 and abs(e) * max(1, bits - 1) > MOST_BITS:
                raise Refused("that number is too long to say")
            small = e % 2 if abs(base) == 1 else e
            return self._with(base**small.numerator, power)
        if base < 0:
            raise Refused("a negative number has no such power")
        root = _root(base, e.denominator) if e.denominator <= MOST_BITS else None
        if root is not None:
            return Value(root, self.exact).to_the(Value(Fraction(e.numerator), power.exact))
        return Value(_real_power(base, e), exact=False)

    def root(self, n: int) -> "Value":
        """The nth, 2 or 3; of a negative number only the odd."""
        if self.number < 0:
            if n % 2 == 0:
                raise Refused("a negative number has no square root")
            return replace(self, number=-self.number).root(n).times(Value(Fraction(-1)))
        return self.to_the(Value(Fraction(1, n)))

    def factorial(self) -> "Value":
        n = self.number
        if n.denominator != 1 or not 0 <= n <= MOST_FACTORIAL:
            raise Refused(f"factorials go from 0 to {MOST_FACTORIAL}")
        return Value(Fraction(whole_factorial(n.numerator)), self.exact)

    def hundredth(self) -> "Value":
        """This many percent."""
        return Value(self.number / 100, self.exact, percent=True)

    def _with(self, number: Fraction, other: "Value") -> "Value":
        return Value(number, self.exact and other.exact)


def decimal(number: Fraction, digits: int = 50) -> Decimal:
    """Rounded to so many digits."""
    context = Context(prec=digits, Emax=10_000, Emin=-10_000)
    return context.divide(Decimal(number.numerator), Decimal(number.denominator))


def _root(number: Fraction, n: int) -> Fraction | None:
    """The exact nth root of a positive number; None: there is none."""
    top, bottom = _whole_root(number.numerator, n), _whole_root(number.denominator, n)
    return Fraction(top, bottom) if top is not None and bottom is not None else None


def _whole_root(number: int, n: int) -> int | None:
    if n == 2:
        root = isqrt(number)
    else:
        low, high = 0, 1 << (number.bit_length() // n + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**n <= number else (low, middle - 1)
        root = low
    return root if root**n == number else None


def _real_power(base: Fraction, power: Fraction) -> Fraction:
    try:
        made = _PRECISE.power(decimal(base), decimal(power))
    except DecimalException:
        raise Refused("that number is too long to say") from None
    if not made.is_finite() or abs(made.adjusted()) > MOST_BITS // 4:
        raise Refused("that number is too long to say")
    return Fraction(made)
