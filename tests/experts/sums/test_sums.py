"""Units, days and bills, by tool and by sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.sums.house import NOW, house
from vivavoce.core import ConfigError, Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.sums.dates import easter, named
from vivavoce.experts.builtin.sums.units import Units

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("What is 17 percent of 240?", "17 percent of 240 is 40.8."),
        ("twelve times fourteen plus three", "Twelve times fourteen plus three is 171."),
        ("square root of 2", "That is about 1.4142."),
        ("add 49 and 73", "49 plus 73 is 122."),
        ("what's 15 percent of 80 dollars", "15 percent of 80 dollars is 12 dollars."),
        ("three quarters of a cup in ml", "Three quarters of a cup is about 177.4 ml."),
        ("how many ounces in a pound", "A pound is 16 ounces."),
        (
            "350 degrees fahrenheit in celsius",
            "350 degrees fahrenheit is about 176.7 degrees Celsius.",
        ),
        ("Convert 5 miles to kilometres, please.", "5 miles is about 8.047 kilometres."),
        ("how many days until Christmas?", "There are 31 days until Christmas."),
        (
            "how many weeks until the 5th of may",
            "There are 23 weeks and 1 day until Wednesday, 5 May 2027.",
        ),
        ("how many days ago was the first of march", "Sunday, 1 March 2026 was 268 days ago."),
        ("what day is christmas", "Christmas is on Friday, 25 December 2026."),
        ("what date is ninety days from now", "That is Monday, 22 February 2027."),
        ("split 86 dollars between four people", "Each of 4 pays 21.50 dollars."),
        ("what's a 20 percent tip on 54.50", "The tip is 10.90, that makes 65.40."),
    ],
)
async def test_plain_questions_need_no_model(words: str, answer: str):
    async with house() as ours:
        assert await ours.hear(words) == answer


@pytest.mark.parametrize(
    "words",
    ["what is love", "what's the weather tomorrow", "when is my dentist appointment",
     "what's the price of gold in dollars",
     "how many unread messages are in my inbox", "add five minutes to the timer",
     "what's the time in Tokyo",
     "add milk to the shopping list", "turn the lights on in the kitchen"],
)  # fmt: skip
async def test_other_questions_are_left_to_others(words: str):
    async with house() as ours:
        assert await ours.hear(words) == ""


async def test_money_is_not_changed_into_other_money():
    async with house() as ours:
        assert "no exchange rates" in await ours.hear("how much is 20 dollars in euros")


async def test_british_cups_and_pints_are_larger():
    async with house(measures="uk") as ours:
        assert (await ours("convert", amount="a cup", to="ml")).say == "A cup is 250 ml."
        assert "568.3" in (await ours("convert", amount="1 pint", to="ml")).say


async def test_measures_that_nobody_has_are_named():
    with pytest.raises(ConfigError, match="us or uk"):
        async with house(measures="roman"):
            pass


async def test_a_bill_is_split_with_its_tip():
    async with house() as ours:
        result = await ours("split_bill", amount="€120", people=5, tip=10)
    assert result.say == ("The tip is 12 euros, that makes 132 euros, each of 5 pays 26.40 euros.")


UNITS = Units()


@pytest.mark.parametrize(
    ("amount", "to", "is_exactly"),
    [
        ("6 feet 2 inches", "cm", 187.96),
        ("minus 40 fahrenheit", "celsius", -40),
        ("2 hours and 30 minutes", "minutes", 150),
        ("3 square metres", "square centimetres", 30000),
        ("36 km/h", "m/s", 10),
        ("half a litre", "ml", 500),
        ("1 gigabyte", "megabytes", 1000),
    ],
)
def test_units_are_exact(amount: str, to: str, is_exactly: float):
    assert float(UNITS.convert(amount, to).made) == is_exactly


@pytest.mark.parametrize(
    ("amount", "to", "kind"),
    [
        ("2 bananas", "kg", Unclear),
        ("", "kg", Unclear),
        ("5", "kg", Unclear),
        ("5 kg", "", Unclear),
        ("5 kg", "m ** 999999", Unclear),
        ("5 kg", "metres", Refused),
        ("5 kg and 3 metres", "kg", Refused),
        ("20 bitcoins", "euros", Refused),
    ],
)
def test_what_can_not_be_converted_says_why(amount: str, to: str, kind: type[Refused]):
    with pytest.raises(kind):
        UNITS.convert(amount, to)


@given(st.text(max_size=40), st.text(max_size=20))
def test_nonsense_is_no_unit(amount: str, to: str):
    try:
        UNITS.convert(amount, to)
    except Refused:
        return


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("christmas", "2026-12-25"),
        ("new year's eve", "2026-12-31"),
        ("thanksgiving", "2026-11-26"),
        ("good friday", "2027-03-26"),
        ("next friday", "2026-11-27"),
        ("tuesday", "2026-12-01"),
        ("may the fifth 2030", "2030-05-05"),
        ("the twenty first of june", "2027-06-21"),
        ("29 february", "2028-02-29"),
        ("two months from now", "2027-01-24"),
        ("the end of the month", "2026-11-30"),
    ],
)
def test_days_have_many_names(words: str, iso: str):
    assert named(words, NOW.date()).day.isoformat() == iso


@pytest.mark.parametrize("words", ["banana", "march", "february 30", "", "in 9999999999 days"])
def test_what_is_no_day_is_not_made_up(words: str):
    with pytest.raises(Unclear):
        named(words, NOW.date())


@given(st.text(max_size=50))
def test_nonsense_is_no_day(text: str):
    try:
        named(text, NOW.date())
    except Unclear:
        return


def test_easter_is_when_the_church_says():
    assert [easter(y).isoformat() for y in (1999, 2000, 2024, 2026, 2038)] == [
        "1999-04-04", "2000-04-23", "2024-03-31", "2026-04-05", "2038-04-25",
    ]  # fmt: skip
