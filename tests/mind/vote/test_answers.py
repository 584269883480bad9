"""Equal answers become equal texts."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.mind.vote.answers import extract, kind_of
from vivavoce.mind.vote.likeness import agreed, like, likeness
from vivavoce.mind.vote.numbers import canonical, numbers


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is 1,250.00 dollars", "1250"),
        ("so 3 * 6 = 18\n#### 18", "18"),
        (r"thus \boxed{\frac{3}{4}}", "0.75"),
        (r"\boxed{1{,}250}", "1250"),
        ("The answer is -5.", "-5"),
        ("The answer is -$5.50", "-5.5"),
        ("The answer is −7", "-7"),
        ("10 - 3", "3"),
        ("It grew by 50%.", "50"),
        ("The answer is 1 1/2 cups", "1.5"),
        ("The answer is: 1/3", "1/3"),
        ("The answer is 5 + 3 = 8 apples", "8"),
        ("**Answer:** 42", "42"),
        ("The final answer is **$18**.", "18"),
        ("The answer is .5", "0.5"),
        ("no number here", ""),
        ("5/0", ""),
        ("9" * 5000, ""),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, answer: str) -> None:
    assert extract(text, "number") == answer


@given(st.integers(-(10**12), 10**12))
def test_a_number_is_the_same_with_and_without_separators(n: int) -> None:
    for form in (f"{n}", f"{n:,}", f"{n}.00", f"The answer is {n:,} eggs.", f"7 + 1\n#### {n:,}"):
        assert extract(form, "number") == str(n)


@given(st.fractions(-1000, 1000, max_denominator=500))
def test_a_canonical_number_reads_as_itself(value: Fraction) -> None:
    text = canonical(value)
    assert Fraction(text) == value
    assert numbers(text) == [text]


@given(st.text(), st.sampled_from(["number", "choice", "yes_no", "json", "short", "free", "code"]))
def test_any_text_can_be_read(text: str, kind: str) -> None:
    assert isinstance(extract(text, kind), str)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("The answer is (B)", "B"),
        ("B) Paris", "B"),
        ("A is wrong and C is right, so the answer is C.", "C"),
        ("**D**", "D"),
        (r"\boxed{\text{E}}", "E"),
        ("b", "B"),
        ("I can't say", ""),
    ],
)
def test_a_choice_is_its_letter(text: str, answer: str) -> None:
    assert extract(text, "choice") == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [("Yes, it does.", "yes"), ("Think. So no", "no"), ("The answer is: True", "yes"), ("hm", "")],
)
def test_yes_and_no_are_found(text: str, answer: str) -> None:
    assert extract(text, "yes_no") == answer


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), _values, max_size=4))
def test_json_is_the_same_in_any_order_and_layout(value: dict[str, object]) -> None:
    turned = dict(reversed(list(value.items())))
    plain = extract(json.dumps(value), "json")
    assert plain == extract(f"Here:\n```json\n{json.dumps(turned, indent=2)}\n```\n", "json")
    assert json.loads(plain) == value


def test_json_without_an_end_is_no_answer() -> None:
    assert extract('{"a": [1, 2', "json") == ""
    assert extract("[" * 100_000, "json") == ""


def test_short_answers_lose_case_articles_and_punctuation() -> None:
    assert extract("The Eiffel Tower.", "short") == extract("an EIFFEL tower!", "short")
    assert extract("Long thought.\nThe answer is Paris.", "short") == "paris"


def test_python_is_the_same_without_its_comments() -> None:
    one = "```python\ndef f(x):\n    return x+1  # more\n```"
    assert extract(one, "code") == extract("```py\ndef f(x): return (x + 1)\n```", "code")


def test_of_an_unfinished_text_only_an_announced_answer_counts() -> None:
    assert extract("3 * 4 = 12 and then", "number", cut=True) == ""
    assert extract("The answer is 12. Because", "number", cut=True) == "12"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many eggs are left?", "number"),
        ("What is 3 + 4?", "number"),
        ("Which is right?\nA) one\nB) two", "choice"),
        ("Is Paris in France?", "yes_no"),
        ("Write a Python function that sorts", "code"),
        ("Give it to me as JSON", "json"),
        ("Who wrote Faust?", "short"),
        ("Tell me about owls", "free"),
    ],
)
def test_the_question_shows_what_it_wants(question: str, kind: str) -> None:
    assert kind_of(question) == kind


def test_a_schema_wants_json() -> None:
    assert kind_of("How many?", {"type": "object"}) == "json"


@given(st.text(), st.text())
def test_likeness_is_mutual(one: str, other: str) -> None:
    assert like(one, other) == like(other, one)
    assert 0 <= like(one, other) <= 1
    assert like(one, one) == 1


def test_texts_that_share_their_words_are_one_answer() -> None:
    seen = ["owls hunt mice at night", "bread is baked from flour"]
    assert agreed("at night owls hunt small mice", seen) == seen[0]
    assert agreed("trains run on rails", seen) == "trains run on rails"
    assert likeness([*seen, "owls hunt at night"])[1] == min(
        likeness([*seen, "owls hunt at night"])
    )
