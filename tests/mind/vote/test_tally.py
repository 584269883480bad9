"""A vote ends as early as it may, and no earlier."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.mind import Ballot, Stop, Vote, Voting
from vivavoce.mind.vote.tally import stays, step

_answers = st.lists(
    st.tuples(st.sampled_from(["", "1", "2", "3"]), st.floats(0, 1)), min_size=1, max_size=12
)


def hold(given_: list[tuple[str, float]], stop: Stop, sure: float = 0.95) -> Vote:
    vote = Vote(len(given_))
    for i, (answer, weight) in enumerate(given_):
        vote = step(vote, Ballot(i, answer, weight, 10), Voting(len(given_), stop, sure))
    return vote


@given(_answers)
def test_deciding_early_never_changes_the_winner(ballots: list[tuple[str, float]]) -> None:
    assert hold(ballots, "decided").answer == hold(ballots, "all").answer


@given(_answers)
def test_whole_votes_decide_as_weighted_ones_do(ballots: list[tuple[str, float]]) -> None:
    whole = [(answer, 1.0) for answer, _ in ballots]
    assert hold(whole, "decided").answer == hold(whole, "all").answer


@given(_answers)
def test_being_confident_never_takes_longer_than_being_certain(
    ballots: list[tuple[str, float]],
) -> None:
    confident, decided = hold(ballots, "confident"), hold(ballots, "decided")
    assert len(confident.ballots) <= len(decided.ballots) <= len(ballots)
    assert confident.stopped
    assert confident.tokens == 10 * len(confident.ballots)


def test_three_of_five_decide() -> None:
    vote = hold([("7", 1.0)] * 5, "decided")
    assert (len(vote.ballots), vote.stopped) == (3, "decided")


def test_a_tie_goes_to_who_came_first() -> None:
    vote = hold([("1", 1.0), ("2", 1.0), ("2", 1.0), ("1", 1.0)], "decided")
    assert (vote.answer, vote.stopped) == ("1", "all")


def test_four_alike_of_sixteen_are_confident_enough() -> None:
    vote = hold([("7", 1.0)] * 16, "confident")
    assert (len(vote.ballots), vote.stopped) == (4, "confident")
    assert len(hold([("7", 1.0)] * 16, "confident", 0.99).ballots) == 6


def test_a_proven_ballot_ends_the_vote() -> None:
    vote = step(Vote(9), Ballot(0, "x"), Voting(9), proven=True)
    assert (vote.answer, vote.stopped) == ("x", "decided")


def test_after_the_end_no_ballot_counts() -> None:
    vote = step(Vote(1), Ballot(0, "1"), Voting(1))
    assert step(vote, Ballot(1, "2"), Voting(1)) == vote


@given(st.integers(0, 32), st.integers(0, 32))
def test_the_beta_rule_is_a_binomial_tail(lead: int, second: int) -> None:
    n = lead + second + 1
    exact = sum(comb(n, k) for k in range(lead + 1)) / 2**n
    assert stays(lead, second) == pytest.approx(exact, abs=1e-9)
