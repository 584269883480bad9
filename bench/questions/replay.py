"""What votes would have been, from chains that were all run to their end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivavoce.mind import Ballot, Vote, Voting
from vivavoce.mind.vote import step

_DRAWS = 10_000


@dataclass(frozen=True, slots=True)
class Done:
    """One chain, as logged."""

    answer: str
    """Normalised; empty: none."""
    tokens: int
    weight: float = 1.0
    """Its confidence, 0…1."""


def held(chains: Sequence[Done], voting: Voting, at_once: int) -> Vote:
    """The vote over the first voting.chains, run at_once at equal speed, each written a token at a
    time: a chain begins when another ends; what runs at the stop has written so far."""
    vote, waiting = Vote(voting.chains), list(enumerate(chains[: voting.chains]))
    running: list[tuple[int, int, int]] = []  # (end, chain, begin), in tokens of time
    now = 0
    while True:
        while waiting and len(running) < at_once:
            number, chain = waiting.pop(0)
            running.append((now + max(1, chain.tokens), number, now))
        running.sort()
        now, number, _ = running.pop(0)
        done = chains[number]
        weight = done.weight if voting.weighted else 1.0
        vote = step(vote, Ballot(number, done.answer, weight, done.tokens), voting)
        if vote.stopped:
            halfway = sum(now - begin for _, _, begin in running)
            return Vote(vote.chains, vote.ballots, vote.stopped, vote.tokens + halfway)


def interval(differences: NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """95% of the mean of paired differences (n,), by bootstrap over the questions."""
    draws = np.random.default_rng(seed).integers(
        0, len(differences), (_DRAWS, len(differences)), dtype=np.int32
    )
    low, high = np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def compared(
    rows: Sequence[tuple[str, Sequence[Done]]], voting: Voting, at_once: int
) -> dict[str, float | list[float]]:
    """(right answer, its chains) of each question → percent right, against one chain and against
    the same vote without weights, held to its end; percent of the vote's tokens saved."""
    one: list[float] = []
    stopped: list[float] = []
    whole: list[float] = []
    spent = all_tokens = 0
    full = Voting(voting.chains, "all")
    for right, chains in rows:
        first = chains[: voting.chains]
        early, late = held(chains, voting, at_once), held(chains, full, at_once)
        one.append(float(np.mean([c.answer == right for c in first])))
        stopped.append(float(early.answer == right))
        whole.append(float(late.answer == right))
        spent += early.tokens
        all_tokens += late.tokens
    gain = np.array(stopped) - np.array(one)
    lost = np.array(whole) - np.array(stopped)
    return {
        "right": _percent(stopped),
        "single": _percent(one),
        "gain": _percent(gain),
        "gain_95": [round(100 * x, 1) for x in interval(gain)],
        "lost": _percent(lost),
        "lost_95": [round(100 * x, 1) for x in interval(lost)],
        "saved": round(100 * (1 - spent / max(1, all_tokens)), 1),
    }


def _percent(values: Sequence[float] | NDArray[np.float64]) -> float:
    return round(100 * float(np.mean(values)), 1)
