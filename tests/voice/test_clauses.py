"""An answer is cut where a speaker would breathe, soon for the first time."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.voice.clauses import ClauseConfig, Cutter

UNHURRIED = ClauseConfig(first_max_words=8)


def cut(text: str, *, size: int = 3, config: ClauseConfig | None = None) -> list[str]:
    cutter = Cutter(config)
    out = []
    for i in range(0, len(text), size):
        out += cutter.feed(text[i : i + size])
    return out + cutter.flush()


def test_sentences_are_clauses() -> None:
    assert cut("It is Canberra. Sydney is larger! Why?") == [
        "It is Canberra.", "Sydney is larger!", "Why?",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "Dr. Smith knows.",
        "Pi is 3.5 here.",
        "Try e.g. tea.",
        "The U.S. Army came.",
        "J. R. Tolkien wrote.",
        "See No. 5 there.",
        "Go to https://x.org/a,b.c now.",
        "On March 5, 2024 exactly.",
    ],
)
def test_a_dot_or_comma_inside_something_ends_no_clause(text: str) -> None:
    assert cut(text, config=UNHURRIED) == [text]


def test_a_list_number_stays_with_its_item() -> None:
    assert cut("Do this:\n1. Boil water.\n2. Add tea.") == [
        "Do this:", "1. Boil water.", "2. Add tea.",
    ]  # fmt: skip


def test_the_first_clause_may_end_at_an_early_comma_and_later_ones_not() -> None:
    got = cut("Of course, yes, that works, I think, because it is simple, and it is quick.")
    assert got[0] == "Of course,"
    assert all(len(clause.split()) >= 4 for clause in got[1:])


def test_a_long_beginning_without_marks_is_cut_before_a_joining_word() -> None:
    got = cut("The capital city of Australia is called Canberra and it lies inland.")
    assert got[0] == "The capital city"
    assert got[1].startswith("of Australia")


def test_the_first_clause_comes_before_the_sentence_is_whole() -> None:
    cutter = Cutter()
    assert cutter.feed("The capital city") == []
    assert cutter.feed(" of Australia") == ["The capital city"]


def test_a_clause_is_short_enough_to_be_made_while_the_one_before_sounds() -> None:
    words = " ".join(f"word{'abcdefghij'[i % 10]}" for i in range(60))
    lengths = [len(clause.split()) for clause in cut(words)]
    for one, following in pairwise(lengths):
        assert following <= max(4, 3 * one)


def test_no_clause_ends_between_a_number_and_what_it_counts() -> None:
    for clause in cut("This very nice machine weighs exactly 35 kg and costs about 20 % less now"):
        assert not clause.endswith(("35", "20"))
        assert not clause.startswith(("kg", "%"))


def test_a_fenced_block_is_one_clause() -> None:
    code = "```python\nx = 1. Then, y\n\nprint(x)\n```"
    assert cut(f"Look here:\n{code}\nThat is all.") == ["Look here:", code, "That is all."]


def test_an_open_fence_is_kept_until_the_end() -> None:
    assert cut("See:\n```\na. b. c.\n\nd") == ["See:", "```\na. b. c.\n\nd"]


def test_inline_code_is_not_cut() -> None:
    assert cut("Use `git commit, then push. Now` please.") == [
        "Use `git commit, then push. Now` please."
    ]


def test_the_next_text_begins_anew_after_flush() -> None:
    cutter = Cutter()
    assert cutter.feed("One two three") + cutter.flush() == ["One two three"]
    assert cutter.feed("Well then, we see") == ["Well then,"]


def test_limits_are_checked() -> None:
    with pytest.raises(ConfigError, match="first_min_words"):
        ClauseConfig(first_min_words=7)


_WORDS = st.sampled_from([
    "the", "and", "of", "sun", "runs,", "Dr.", "3.5", "U.S.", "yes!", "no?", "`a", "b`", "```",
    "1.", "-", "\n", "\n\n", "5", "%", "$3", "x;", "so:", "—", "e.g.", "I.", "a.m.", "…",
    "(why?)", '"Go."', "https://a.b/c,d",
])  # fmt: skip


@given(
    st.one_of(st.text(max_size=120), st.lists(_WORDS, max_size=60).map(" ".join)),
    st.integers(1, 9),
)
def test_all_clauses_together_are_the_text(text: str, size: int) -> None:
    got = cut(text, size=size)
    rest = text
    for clause in got:
        assert clause
        assert clause == clause.strip()
        rest = rest.lstrip()
        assert rest.startswith(clause)
        assert not rest[len(clause) : len(clause) + 1].strip()
        rest = rest[len(clause) :]
    assert not rest.strip()
