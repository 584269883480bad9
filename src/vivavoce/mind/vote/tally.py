"""Counting a vote, ballot by ballot, and when it is over."""

from dataclasses import replace
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vivavoce.mind.ask import Ballot, Stop, Vote, Voting

_NODES = 128
"""Points of the quadrature: exact for up to 255 whole votes."""


def step(vote: Vote, ballot: Ballot, voting: Voting, *, proven: bool = False) -> Vote:
    """The vote with one more ballot (weight 0…1), stopped if that ends it.

    proven: a verifier accepted the ballot; nothing that may still come in can outvote it."""
    if vote.stopped:
        return vote
    vote = replace(vote, ballots=(*vote.ballots, ballot), tokens=vote.tokens + ballot.tokens)
    return replace(vote, stopped=_ends(vote, voting, proven=proven))


def _ends(vote: Vote, voting: Voting, *, proven: bool) -> Stop | Literal[""]:
    if len(vote.ballots) >= vote.chains:
        return "all"
    if voting.stop == "all":
        return ""
    if proven or decided(vote):
        return "decided"
    if voting.stop == "confident" and confident(vote, voting.sure):
        return "confident"
    return ""


def decided(vote: Vote) -> bool:
    """Whatever is left, each ballot with the weight 1, the leader stays the leader."""
    left, counts = vote.chains - len(vote.ballots), vote.counts
    if not counts:
        return False
    came = list(dict.fromkeys(b.answer for b in vote.ballots if b.answer))
    leader = vote.answer
    for rival in (*came, None):  # None: an answer that nobody gave yet
        if rival == leader:
            continue
        most = counts[rival] if rival is not None else 0.0
        for _ in range(left):
            most += 1.0  # one by one: rounds as the count itself does
        first = rival is None or came.index(leader) < came.index(rival)
        if most > counts[leader] or (most == counts[leader] and not first):
            return False
    return True


def confident(vote: Vote, sure: float) -> bool:
    """The leader probably stays the leader; of two that are level nobody leads."""
    votes = [*vote.counts.values(), 0.0, 0.0]
    return votes[0] > votes[1] and stays(votes[0], votes[1]) >= sure


def stays(lead: float, second: float) -> float:
    """P(the leader of the two is the more frequent answer), 0…1, after so many votes for each.

    The Beta rule of Adaptive-Consistency (Aggarwal, Madaan, Yang, Mausam: "Let's Sample Step by
    Step", EMNLP 2023): the upper half's share of Beta(lead + 1, second + 1)."""
    nodes, weights = _quadrature()
    upper = float(weights @ (nodes**lead * (1 - nodes) ** second))
    lower = float(weights @ ((1 - nodes) ** lead * nodes**second))
    return upper / (upper + lower)


@cache
def _quadrature() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gauss–Legendre on [.5, 1]: (n,) nodes, (n,) weights."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return 0.75 + nodes / 4, weights / 4
