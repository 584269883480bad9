"""Units by pint, in fractions: nothing is rounded before it is said."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import pint

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.sums.spoken import number, tokens

Measures = Literal["us", "uk"]

_NAMES = {
    "°": "degC", "°c": "degC", "c": "degC", "celsius": "degC", "centigrade": "degC",
    "°f": "degF", "f": "degF", "fahrenheit": "degF", "k": "kelvin",
    "degrees": "degC", "degree": "degC",
    "degrees celsius": "degC", "degree celsius": "degC", "degrees centigrade": "degC",
    "degrees fahrenheit": "degF", "degree fahrenheit": "degF",
    "lb": "pound", "lbs": "pound", "oz": "ounce", "stones": "stone", "kilo": "kilogram",
    "kilos": "kilogram", "foot": "foot", "feet": "foot", "inches": "inch", "in": "inch",
    "tons": "ton", "tonnes": "tonne", "hundredweight": "hundredweight",
    "ml": "milliliter", "cl": "centiliter", "dl": "deciliter", "l": "liter",
    "mph": "mile_per_hour", "kmh": "kilometer_per_hour", "km / h": "kilometer_per_hour",
    "kph": "kilometer_per_hour", "knots": "knot", "m / s": "meter_per_second",
    "kwh": "kilowatt_hour", "kilowatt hours": "kilowatt_hour", "kilowatt hour": "kilowatt_hour",
    "watt hours": "watt_hour", "calories": "calorie", "kilocalories": "kilocalorie",
    "kcal": "kilocalorie", "kb": "kilobyte", "mb": "megabyte", "gb": "gigabyte", "tb": "terabyte",
    "m2": "meter ** 2", "sqm": "meter ** 2", "sq ft": "foot ** 2", "sq m": "meter ** 2",
    "m3": "meter ** 3", "hp": "horsepower", "min": "minute", "mins": "minute", "secs": "second",
    "hrs": "hour", "nautical mile": "nautical_mile", "nautical miles": "nautical_mile",
    "light years": "light_year", "light year": "light_year",
    "mpg": "mile / gallon", "miles per gallon": "mile / gallon",
}  # fmt: skip
_KITCHEN: dict[Measures, dict[str, str]] = {
    "us": {
        "cup": "cup", "pint": "pint", "pt": "pint", "quart": "quart", "gallon": "gallon",
        "fluid ounce": "fluid_ounce", "fl oz": "fluid_ounce", "tablespoon": "tablespoon",
        "tbsp": "tablespoon", "teaspoon": "teaspoon", "tsp": "teaspoon",
    },
    "uk": {
        "cup": "metric_cup", "pint": "imperial_pint", "pt": "imperial_pint",
        "quart": "imperial_quart", "gallon": "imperial_gallon",
        "fluid ounce": "imperial_fluid_ounce", "fl oz": "imperial_fluid_ounce",
        "tablespoon": "metric_tablespoon", "tbsp": "metric_tablespoon",
        "teaspoon": "metric_teaspoon", "tsp": "metric_teaspoon",
    },
}  # fmt: skip
_METRIC = ("metric_cup = 250 milliliter", "metric_tablespoon = 15 milliliter",
           "metric_teaspoon = 5 milliliter")  # fmt: skip
_MONEY = re.compile(
    r"[$€£¥]|\b(?:dollars?|euros?|pounds? sterling|sterling|yen|yuan|rupees?|francs?|kron\w+|usd|"
    r"eur|gbp|chf|bitcoins?|cents?|pesos?|rubles?|zloty|crowns?|bucks|quid)\b"
)
_WORD = re.compile(r"[a-z]+")
_SHAPED = {"square": 2, "squared": 2, "sq": 2, "cubic": 3}


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in two units."""

    amount: Fraction
    unit: str
    """As it was said."""
    made: Fraction


class Units:
    """Loads pint's table, which takes some 0.4 s: make it once, in a thread."""

    def __init__(self, measures: Measures = "us") -> None:
        self._registry: Any = pint.UnitRegistry(
            non_int_type=Fraction, autoconvert_offset_to_baseunit=True, cache_folder=None
        )
        for line in _METRIC:
            self._registry.define(line)
        self._kitchen = _KITCHEN[measures]

    def convert(self, amount: str, to: str) -> Converted:
        """ "three quarters of a cup", "ml". Unclear: no such unit; Refused: no such change."""
        words = tokens(amount)
        counted = any(number(words, at) is not None for at in range(len(words)))
        if counted and (_MONEY.search(amount.lower()) or _MONEY.search(to.lower())):
            raise Refused("I know no exchange rates; currencies change by the minute")
        values = self._amounts(amount)
        unit = self.unit(_bare(to))
        quantities = [self._registry.Quantity(value, self.unit(name)) for value, name in values]
        try:
            total = quantities[0]
            for quantity in quantities[1:]:
                total = total + quantity
            made = Fraction(total.to(unit).magnitude)
        except pint.PintError:
            raise Refused(f"{values[0][1]} can't be turned into {_bare(to)}") from None
        return Converted(values[0][0], values[0][1], made)

    def unit(self, name: str) -> str:
        """pint's name for what people say. Unclear: we know no such unit."""
        said = " ".join(name.lower().replace("°", " °").replace("/", " / ").split())
        said = said.replace("° ", "°")
        for known in (self._kitchen, _NAMES):
            for form in (said, said.removesuffix("s")):
                if form in known:
                    return known[form]
        if " per " in said:
            top, _, bottom = said.partition(" per ")
            return f"({self.unit(top)}) / ({self.unit(bottom)})"
        first, _, rest = said.partition(" ")
        if first in _SHAPED and rest:
            return f"({self.unit(rest)}) ** {_SHAPED[first]}"
        if _WORD.fullmatch(said) and len(said) <= 30 and said in self._registry:
            return said
        raise Unclear(f"I know no unit {name!r}")

    def _amounts(self, text: str) -> list[tuple[Fraction, str]]:
        """ "6 feet 2 inches", "three quarters of a cup", "a pound": amounts and units."""
        words = [w for w in tokens(text) if w != ","]
        found: list[tuple[Fraction, str]] = []
        at = 0
        while at < len(words):
            if found and words[at] == "and":
                at += 1
            sign = -1 if words[at : at + 1] and words[at] in ("minus", "-", "negative") else 1
            at += sign < 0
            read = number(words, at)
            if read is None and at < len(words) and words[at] in ("a", "an", "one"):
                read = Fraction(1), at + 1
            if read is None:
                raise Unclear(f"I can't read the amount {text!r}")
            value, at = read
            end = at
            while end < len(words) and number(words, end) is None and words[end] != "and":
                end += 1
            found.append((sign * value, _bare(" ".join(words[at:end]))))
            at = end
        if not found:
            raise Unclear("how much of what?")
        return found


def _bare(unit: str) -> str:
    """Without what stands before it: "of a cup"."""
    words = unit.lower().replace("° ", "°").split()
    while words and words[0] in ("of", "a", "an", "the", "and"):
        del words[0]
    return " ".join(words)
