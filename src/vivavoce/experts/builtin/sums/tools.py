"""What the expert can work out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, get_args

from anyio import to_thread
from pydantic import Field

from vivavoce.core import ConfigError
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.sums import wording
from vivavoce.experts.builtin.sums.arithmetic import worked_out
from vivavoce.experts.builtin.sums.dates import named, spoken
from vivavoce.experts.builtin.sums.spoken import number, tokens
from vivavoce.experts.builtin.sums.units import Measures, Units

Operation = Literal[
    "plus",
    "minus",
    "times",
    "divided_by",
    "multiplied_by",
    "percent_of",
    "to_the_power_of",
    "square_root_of",
    "cube_root_of",
]
ECHO = 60
"""A longer sum is not said again."""


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Nothing to connect to. ConfigError: measures is neither us nor uk."""
    named_so = setup.settings.get("measures") or "us"
    measures: Measures | None = next((m for m in get_args(Measures) if m == named_so), None)
    if measures is None:
        raise ConfigError(f"sums: measures is us or uk, not {named_so!r}; run: vivavoce setup sums")
    units = await to_thread.run_sync(Units, measures)

    async def convert(
        amount: Annotated[str, 'Number and unit: "three quarters of a cup", "350 Fahrenheit"'],
        to: Annotated[str, 'The other unit: "ml", "Celsius"'],
    ) -> Result:
        """Convert an amount into another unit: lengths, weights, volumes, temperatures, speeds."""
        found = units.convert(amount, to)
        said = f"{amount.strip()} is {wording.measured(found.made)} {_unit(to)}"
        return Result(said, _sentence(said), data={"value": float(found.made)})

    yield [
        tool(work_out),
        tool(calculate),
        tool(convert),
        tool(count_days),
        tool(what_day),
        tool(split_bill),
    ]


async def work_out(
    question: Annotated[str, 'The whole sum: "17 percent of 240", "(3 + 4) * 2"'],
) -> Result:
    """Work out a sum in words or signs: plus, minus, times, divided by, percent, roots, powers,
    fractions, averages."""
    value, currency = worked_out(question)
    if currency and not value.percent:
        answer = wording.money(value.number, currency)
    else:
        answer = wording.said(value)
    asked = " ".join(question.split()).rstrip("?=. ")
    plain = number(tokens(asked)) is not None or asked.startswith(("half", "the "))
    echo = plain and len(asked) <= ECHO and " what " not in asked
    text = f"{asked} = {answer}"
    return Result(text, _sentence(f"{asked} is {answer}" if echo else f"that is {answer}"))


async def calculate(
    operation: Operation,
    right: Annotated[str, "The second number, or the only one"],
    left: Annotated[str, "The first number"] = "",
) -> Result:
    """Work out one step with one or two numbers."""
    words = operation.replace("_", " ")
    if operation.endswith("root_of") == bool(left.strip()):
        raise Unclear(f"{words} needs {'one number' if left else 'two numbers'}")
    return await work_out(f"{left} {words} {right}".strip())


async def count_days(
    to: Annotated[str, 'A day: "Christmas", "5 May", "next Friday", "2027-03-01"'],
    context: Context,
    past: Annotated[bool, "True: how long ago it was"] = False,
    unit: Literal["days", "weeks"] = "days",
) -> Result:
    """Count the days or weeks from today to a day, or since it."""
    today = context.now().date()
    found = named(to, today, past=past)
    days = (found.day - today).days
    far = _apart(abs(days), unit)
    on = spoken(found.day)
    name = found.name or on
    if days == 0:
        said = f"{name} is today"
    elif days < 0:
        said = f"{name} was {far} ago"
    else:
        be = "is" if far.startswith("1 ") else "are"
        said = f"there {be} {far} until {name}"
    told = said if name == on else f"{said} ({on})"
    return Result(told, _sentence(said), data={"days": days, "date": found.day.isoformat()})


async def what_day(
    date_in_words: Annotated[str, 'A day: "Christmas", "in 90 days", "the 24th of December"'],
    context: Context,
) -> Result:
    """Tell the weekday and date of a day."""
    today = context.now().date()
    found = named(date_in_words, today)
    said = _told(found.name, found.day, today)
    return Result(said, _sentence(said), data={"date": found.day.isoformat()})


async def split_bill(
    amount: Annotated[str, 'The bill: "86.50", "86 dollars"'],
    people: Annotated[int, Field(ge=1, le=100, description="How many pay")] = 1,
    tip: Annotated[float, Field(ge=0, le=100, description="Tip in percent")] = 0,
) -> Result:
    """Split a bill between people, or work out a tip on it."""
    words = tokens(amount)
    bill = next((r for at in range(len(words)) if (r := number(words, at)) is not None), None)
    if bill is None:
        raise Unclear(f"I can't read the bill {amount!r}")
    total, currency = bill[0], _currency(words)
    on_top = total * Fraction(str(tip)) / 100
    each = (total + on_top) / people
    said = []
    if tip:
        said.append(f"the tip is {wording.money(on_top, currency)}")
        said.append(f"that makes {wording.money(total + on_top, currency)}")
    if people > 1 or not tip:
        said.append(f"each of {people} pays {wording.money(each, currency)}")
    return Result(", ".join(said), _sentence(", ".join(said)), data={"each": float(each)})


def _currency(words: Sequence[str]) -> str:
    signs = {"$": "dollars", "€": "euros", "£": "pounds"}
    known = ("dollars", "euros", "pounds", "francs", "bucks", "quid")
    return next((signs.get(w, w) for w in words if w in signs or w in known), "")


def _apart(days: int, unit: str) -> str:
    """ "31 days", "4 weeks and 3 days"."""
    if unit == "days" or days < 7:
        return wording.plural(days, "day")
    weeks, rest = divmod(days, 7)
    more = f" and {wording.plural(rest, 'day')}" if rest else ""
    return f"{wording.plural(weeks, 'week')}{more}"


def _told(name: str, day: date, today: date) -> str:
    be = "was" if day < today else "is"
    on = spoken(day)
    return f"{name} {be} {'on ' if name[:1].isupper() else ''}{on}" if name else f"that {be} {on}"


def _unit(to: str) -> str:
    short = {
        "c": "degrees Celsius",
        "celsius": "degrees Celsius",
        "centigrade": "degrees Celsius",
        "f": "degrees Fahrenheit",
        "fahrenheit": "degrees Fahrenheit",
    }
    return short.get(to.strip().lower().replace("°", ""), to.strip())


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
