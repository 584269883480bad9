"""What the owner's traffic teaches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.mind.router import Beliefs, judged
from vivavoce.mind.router.learns import MOST, PRIOR, SAYS, Signal

priors = st.floats(0.02, 0.98)
signals = st.sampled_from(sorted(SAYS))
BAD: tuple[Signal, ...] = ("corrected", "repeated", "switched")


@given(priors)
def test_without_traffic_the_prior_holds(prior: float) -> None:
    assert Beliefs().expect("small", "hard", prior) == pytest.approx(prior)


@given(priors, st.lists(signals, max_size=60), signals)
def test_each_answer_moves_it_the_way_it_went(
    prior: float, before: list[Signal], then: Signal
) -> None:
    beliefs = Beliefs()
    for signal in before:
        beliefs = beliefs.saw("small", "hard", signal)
    was = beliefs.expect("small", "hard", prior)
    now = beliefs.saw("small", "hard", then).expect("small", "hard", prior)
    assert now < was if then in BAD else now > was


@given(priors, st.integers(0, 2000))
def test_the_prior_is_never_forgotten(prior: float, times: int) -> None:
    beliefs = Beliefs()
    for _ in range(times):
        beliefs = beliefs.saw("small", "hard", "corrected")
    assert beliefs.expect("small", "hard", prior) >= prior * PRIOR / (PRIOR + MOST) - 1e-9


def test_newer_answers_push_out_older_ones() -> None:
    beliefs = Beliefs()
    for signal in ["corrected"] * 1000 + ["thanked"] * 1000:
        beliefs = beliefs.saw("small", "hard", signal)
    assert beliefs.expect("small", "hard", 0.5) > 0.85


def test_what_one_model_got_wrong_says_nothing_of_another_or_of_easier_questions() -> None:
    beliefs = Beliefs().saw("small", "hard", "corrected")
    assert beliefs.expect("small", "easy", 0.6) == pytest.approx(0.6)
    assert beliefs.expect("large", "hard", 0.6) == pytest.approx(0.6)


@given(st.lists(st.tuples(st.sampled_from(["a", "b/c"]), signals), max_size=20))
def test_it_is_kept_as_json_and_comes_back(seen: list[tuple[str, Signal]]) -> None:
    beliefs = Beliefs()
    for model, signal in seen:
        beliefs = beliefs.saw(model, "fair", signal)
    back = Beliefs.of(beliefs.json())
    assert back.json() == beliefs.json()
    assert back.expect("a", "fair", 0.5) == pytest.approx(
        beliefs.expect("a", "fair", 0.5), abs=1e-3
    )


@pytest.mark.parametrize(
    "text", ["", "[]", '{"router": 2, "met": {}}', '{"router": 1, "met": {"a": [1]}}',
             '{"router": 1, "met": {"a/hard": [-5, 1]}}']
)  # fmt: skip
def test_a_broken_file_says_what_to_do(text: str) -> None:
    with pytest.raises(ConfigError, match="remove"):
        Beliefs.of(text)


@pytest.mark.parametrize(
    ("then", "signal"),
    [
        ("No, that's wrong.", "corrected"),
        ("that is not correct, it was Goethe", "corrected"),
        ("No.", "corrected"),
        ("that's not what I asked", "corrected"),
        ("you're wrong", "corrected"),
        ("Thanks!", "thanked"),
        ("Great, thank you", "thanked"),
        ("That's right.", "thanked"),
        ("who was it that wrote Faust?", "repeated"),
        ("Who wrote Faust?", "repeated"),
        ("Who wrote Faust in 1808?", "went_on"),
        ("And who wrote Hamlet, then?", "went_on"),
        ("No problem. What's the weather?", "went_on"),
        ("Nobody knows that, right?", "went_on"),
        ("Is it wrong to lie?", "went_on"),
    ],
)
def test_the_next_thing_said_tells_of_the_answer(then: str, signal: Signal) -> None:
    assert judged("Who wrote Faust?", then) == signal
