"""Sums in words and signs: read, exact, bounded."""

from dataclasses import dataclass
from fractions import Fraction
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.sums.arithmetic import worked_out
from vivavoce.experts.builtin.sums.spoken import number, tokens
from vivavoce.experts.builtin.sums.value import Value
from vivavoce.experts.builtin.sums.wording import rounded, said


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("17 percent of 240", "40.8"),
        ("what is 17% of 240?", "40.8"),
        ("12 times 14 plus 3", "171"),
        ("twelve times fourteen plus three", "171"),
        ("the square root of 2", "about 1.4142"),
        ("square root of 16 plus 9", "13"),
        ("cube root of minus 27", "-3"),
        ("three quarters of 80", "60"),
        ("1/2 of 30", "15"),
        ("2 1/2 times 4", "10"),
        ("2½ times 4", "10"),
        ("two and a half times four", "10"),
        ("half a dozen times 3", "18"),
        ("one and a half million times 2", "3,000,000"),
        ("two hundred and five plus 3", "208"),
        ("three point one four times two", "6.28"),
        ("80 minus 20 percent", "64"),
        ("20 percent off 80", "64"),
        ("take fifteen percent off 80", "68"),
        ("increase 80 by 10 percent", "88"),
        ("subtract 3 from ten", "7"),
        ("divide 100 by 8", "12.5"),
        ("the sum of 3, 4 and 5", "12"),
        ("average of 7, 9 and 14", "10"),
        ("the difference between 3 and 10", "7"),
        ("what percent of 80 is 20", "25 percent"),
        ("what percentage is 45 of 60", "75 percent"),
        ("45 is what percent of 60", "75 percent"),
        ("two to the tenth", "1,024"),
        ("10 to the minus 3", "0.001"),
        ("2 to the power of 100", "about 1.27 times 10 to the power of 30"),
        ("4 to the power of 1/2", "2"),
        ("-2^2", "-4"),
        ("2^3/4", "2"),
        ("(3 + 4) * 2", "14"),
        ("5!", "120"),
        ("remainder of 100 divided by 7", "2"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 3", "about 0.3333"),
        ("one third plus one sixth", "0.5"),
        ("pi times 2 squared", "about 12.5664"),
    ],
)
def test_a_sum_comes_out_as_people_say_it(question: str, answer: str):
    assert said(worked_out(question)[0]) == answer


@pytest.mark.parametrize(
    "text",
    [
        "", "42", "what is love", "the weather tomorrow", "5 plus", "(3 + 4", "3 + 4)", "3 4",
        "__import__('os')", "plus", "nine nine plus 1", "add milk to the list",
    ],
)  # fmt: skip
def test_what_is_no_sum_is_left_to_others(text: str):
    with pytest.raises(Unclear):
        worked_out(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 divided by 0", "zero"),
        ("5 mod 0", "zero"),
        ("0 to the power of minus 1", "zero"),
        ("square root of -4", "no square root"),
        ("9 to the power of 9 to the power of 9", "too long"),
        ("2 to the power of 100000", "too long"),
        ("1.0001 to the power of a billion", "too long"),
        ("2 to the power of 99999.5", "too long"),
        ("1000 factorial", "factorials"),
        ("2.5 factorial", "factorials"),
    ],
)
def test_what_has_no_answer_is_refused_at_once(text: str, why: str):
    began = process_time()
    with pytest.raises(Refused, match=why):
        worked_out(text)
    assert process_time() - began < 0.5


def test_a_pile_of_factors_is_refused_before_it_grows():
    with pytest.raises(Refused, match="too long"):
        worked_out(" times ".join(["300 factorial"] * 12))


@dataclass(frozen=True)
class Term:
    """A sum, in words, in signs, and its value."""

    words: str
    signs: str
    value: Fraction


def _number(n: int) -> Term:
    return Term(str(num2words(n)).replace(",", ""), str(n), Fraction(n))


def _joined(left: Term, op: str, right: Term) -> Term:
    word = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}[op]
    value = {
        "+": lambda: left.value + right.value,
        "-": lambda: left.value - right.value,
        "*": lambda: left.value * right.value,
        "/": lambda: left.value / right.value if right.value else Fraction(0),
    }[op]()
    words = f"( {left.words} ) {word} ( {right.words} )"
    return Term(words, f"({left.signs}) {op} ({right.signs})", value)


TERMS = st.recursive(
    st.integers(0, 10**7).map(_number),
    lambda inner: (
        st.tuples(inner, st.sampled_from("+-*/"), inner)
        .filter(lambda t: t[1] != "/" or t[2].value != 0)
        .map(lambda t: _joined(*t))
    ),
    max_leaves=4,
)


@given(TERMS.filter(lambda t: not t.signs.isdigit() and len(tokens(t.words)) <= 80))
def test_any_sum_has_the_value_that_fractions_give_it(term: Term):
    assert worked_out(term.words)[0].number == term.value
    assert worked_out(term.signs)[0].number == term.value


@given(
    st.lists(st.integers(0, 999), min_size=2, max_size=6),
    st.data(),
)
def test_times_comes_before_plus(numbers: list[int], data: st.DataObject):
    ops = [data.draw(st.sampled_from("+-*")) for _ in numbers[1:]]
    text = str(numbers[0]) + "".join(f" {o} {n}" for o, n in zip(ops, numbers[1:], strict=True))
    total, term, sign = 0, numbers[0], 1
    for op, n in zip(ops, numbers[1:], strict=True):
        if op == "*":
            term *= n
        else:
            total, term, sign = total + sign * term, n, 1 if op == "+" else -1
    assert worked_out(text)[0].number == total + sign * term


@given(st.integers(0, 10**12))
def test_every_whole_number_is_read_from_its_words(n: int):
    words = tokens(str(num2words(n)).replace(",", ""))
    assert number(words) == (Fraction(n), len(words))


@given(st.integers(0, 999), st.text("0123456789", min_size=1, max_size=8))
def test_every_decimal_is_read_as_it_is_written(whole: int, places: str):
    exact = Fraction(f"{whole}.{places}")
    assert number(tokens(f"{whole}.{places}")) == (exact, 1)
    digits = " ".join(str(num2words(int(digit))) for digit in places)
    words = tokens(f"{num2words(whole)} point {digits}")
    assert number(words) == (exact, len(words))


WORDS = st.sampled_from(
    tokens(
        "what is the of plus minus times divided by percent root square cube to power half a third "
        "and point hundred million seven 12 0 3.5 ( ) + - * / ^ ! % $ of off from add take sum "
        "average between difference squared factorial is be , dozen negative"
    )
)


@settings(max_examples=400)
@given(st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=30).map(" ".join)))
def test_whatever_is_said_it_is_a_number_or_refused_soon(text: str):
    began = process_time()
    try:
        value, _ = worked_out(text)
    except Refused:
        pass
    else:
        assert said(value)
    assert process_time() - began < 1


@given(st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6))
def test_what_is_said_is_near_what_it_is(x: Fraction):
    text, whole = rounded(x)
    if "power" in text:
        assert not whole
        return
    told = Fraction(text.replace(",", ""))
    assert whole == (told == x)
    assert abs(told - x) <= max(abs(x) / 1000, Fraction(1, 10**4))


def test_an_answer_that_was_rounded_says_so():
    assert said(Value(Fraction(2, 3))) == "about 0.6667"
    assert said(Value(Fraction(1, 8))) == "0.125"
