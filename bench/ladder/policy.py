"""Who goes how far up, by the router's own rules, over answers that are all known. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from bench.ladder.steps import Job, Step
from vivavoce.mind import Ask, Route
from vivavoce.mind.house import LOCAL
from vivavoce.mind.router import Question, RouterConfig, choose, escalate, look
from vivavoce.mind.router.difficulty import Table
from vivavoce.models import Card, Usage

Floats = NDArray[np.float64]
Start = Literal["chosen", "bottom"]
"""Where the first answer comes from: as the router chooses, or always from the lowest rung."""
THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99,
              1.01)  # fmt: skip
"""Of RouterConfig.confident: from nobody who climbs to everybody."""
FOLDS, SPLITS = 5, 10


@dataclass(frozen=True, slots=True)
class Tried:
    """One rung's answer to one question."""

    right: bool
    s: float
    confidence: float | None = None


Tries = Mapping[str, Tried]
"""Rung's name → its answer; all rungs of a question."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to go up."""

    start: Start
    confident: float

    @property
    def name(self) -> str:
        """For people."""
        return f"from the {self.start if self.start == 'bottom' else 'chosen'}, {self.confident:g}"


STARTS: tuple[Start, ...] = get_args(Start)
POLICIES = tuple(Policy(start, t) for start in STARTS for t in THRESHOLDS)


def cards(steps: Sequence[Step]) -> dict[str, Card]:
    """The router's own cards, the models in memory; the small one does not think here."""
    small = replace(LOCAL[steps[0].model], load_s=0.0, thinks=False, budget="none")
    return {steps[1].model: replace(LOCAL[steps[1].model], load_s=0.0), small.name: small}


def config(steps: Sequence[Step], confident: float | None = None) -> RouterConfig:
    """The shipped one, with no other thinking and votes than those of the rungs."""
    top = steps[-1]
    cfg = RouterConfig(budgets=(0, top.thinking), steps=(top.thinking,), chains=(1, top.chains))
    return cfg if confident is None else replace(cfg, confident=confident)


def step_of(route: Route, steps: Sequence[Step]) -> Step:
    """The rung that a route means; what is measured of thinking stands for any."""
    if route.model == steps[0].model:
        return steps[0]
    if not route.thinking:
        return steps[1]
    return steps[3] if route.chains > 1 else steps[2]


def seen(job: Job, table: Table) -> Question:
    """What the router sees of a question; table: one that was not learned from it."""
    return look(Ask(job.request()), table)


def climb(
    question: Question, tries: Tries, policy: Policy, steps: Sequence[Step]
) -> Iterator[Step]:
    """The rungs that a question is answered on, one after another; the last answer stands."""
    able, cfg = cards(steps), config(steps, policy.confident)
    bottom = Route(steps[0].model, "the lowest rung")
    route = bottom if policy.start == "bottom" else choose(question, able, cfg=cfg).route
    while True:
        step = step_of(route, steps)
        yield step
        sure = Usage(confidence=tries[step.name].confidence)
        higher = escalate(question, route, sure, able, cfg=cfg)
        if higher is None:
            return
        route = higher


def run(
    question: Question, tries: Tries, policy: Policy, steps: Sequence[Step]
) -> tuple[bool, float]:
    """Whether it ends right, and the seconds of all rungs that were tried."""
    went = [tries[step.name] for step in climb(question, tries, policy, steps)]
    return went[-1].right, sum(tried.s for tried in went)


def worth(right: Floats, s: Floats, cfg: RouterConfig) -> Floats:
    """US dollars, as the router counts them."""
    found: Floats = cfg.right_usd * right - cfg.second_usd * s
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """What the policy comes to that is chosen on other questions."""

    right: Floats
    """(N,): of each question, the mean over the splits."""
    s: Floats
    """(N,)"""
    chosen: Mapping[str, int]
    """Policy's name → how often it was taken, the most frequent first."""


def crossed(right: Floats, s: Floats, cfg: RouterConfig, seed: int = 0) -> Crossed:
    """right, s: (policies, N), as POLICIES. Each question is judged by the policy that is worth
    most on the other folds, never on its own."""
    many = right.shape[1]
    rng, gained = np.random.default_rng(seed), worth(right, s, cfg)
    mean_right, mean_s, chosen = np.zeros(many), np.zeros(many), dict.fromkeys(POLICIES, 0)
    folds = min(FOLDS, many)
    for _ in range(SPLITS):
        fold = rng.permutation(many) % folds
        for held in range(folds):
            test = fold == held
            best = int(np.argmax(gained[:, ~test].mean(axis=1)))
            mean_right[test] += right[best, test] / SPLITS
            mean_s[test] += s[best, test] / SPLITS
            chosen[POLICIES[best]] += 1
    often = sorted(((p.name, n) for p, n in chosen.items() if n), key=lambda pair: -pair[1])
    return Crossed(mean_right, mean_s, dict(often))
