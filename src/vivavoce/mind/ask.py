"""What the mind is asked, and what it tells in the end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio

from vivavoce.core import OWNER, ConfigError, Speaker
from vivavoce.models import Request, Usage

AUTO = "auto"
POLL_S = 0.02
MOST_CHAINS = 64
Stop = Literal["all", "decided", "confident"]
"""When a vote ends: with the last chain; when the lead can't be overtaken any more; when it
probably won't be (Adaptive-Consistency, Aggarwal 2023)."""


@dataclass(frozen=True, slots=True)
class Voting:
    """Several chains of thought, and the answer that most of them come to."""

    chains: int = 1
    """1: no vote."""
    stop: Stop = "confident"
    sure: float = 0.95
    """For "confident": how probable it must be that the leader stays the leader."""
    weighted: bool = False
    """A chain counts as much as it is confident, where the model tells."""
    voters: tuple[str, ...] = ()
    """Names of models that take their turns with the one that answers."""

    def __post_init__(self) -> None:
        if not 1 <= self.chains <= MOST_CHAINS:
            raise ConfigError(f"a vote has 1…{MOST_CHAINS} chains, got {self.chains}")
        if not 0.5 < self.sure < 1:
            raise ConfigError(f"voting.sure must be between .5 and 1, got {self.sure}")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request before it has a model. thinking None leaves the budget to the router."""

    request: Request
    model: str = AUTO
    """A model's name, or auto."""
    voting: Voting | None = None
    """None: the router may hold a vote."""
    stays_here: bool = False
    """Nothing of it may leave this machine."""
    spoken: bool = False
    """Somebody waits for a voice."""
    speaker: Speaker = OWNER
    settled: Callable[[], Speaker | None] | None = None
    """Of a draft: None until its turn is over, the answer is wanted and it is known who spoke; no
    tool is called, and no model elsewhere is told anything before. None: at once, for speaker."""
    room: str = ""
    """Where it was heard; empty: not known."""


async def settled(ask: Ask) -> Speaker:
    """Who asked, once that is known and the answer is wanted; a draft that never is waits until it
    is closed."""
    while ask.settled is not None:
        if (speaker := ask.settled()) is not None:
            return speaker
        await anyio.sleep(POLL_S)
    return ask.speaker


@dataclass(frozen=True, slots=True)
class Ballot:
    """One chain's answer."""

    chain: int
    """0, 1, … in the order in which they were begun."""
    answer: str
    """Normalised; empty: none was found."""
    weight: float = 1.0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote, while it is held (stopped "") and when it is over."""

    chains: int
    """How many were asked for."""
    ballots: tuple[Ballot, ...] = ()
    """In the order in which they came in."""
    stopped: Stop | Literal["", "deadline", "failed"] = ""
    """Why it ended."""
    tokens: int = 0
    """Written by all chains, those that were stopped halfway too."""

    @property
    def counts(self) -> Mapping[str, float]:
        """Answer → its weight, the leader first (of equals: who came first)."""
        found: dict[str, float] = {}
        for ballot in self.ballots:
            if ballot.answer:
                found[ballot.answer] = found.get(ballot.answer, 0.0) + ballot.weight
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    @property
    def answer(self) -> str:
        """The leader; empty before the first ballot."""
        return next(iter(self.counts), "")


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request went, and why."""

    model: str
    why: str
    """One sentence that a person reads."""
    thinking: int = 0
    """Tokens."""
    chains: int = 1
    scores: Mapping[str, float] = field(default_factory=dict)
    """Candidate → expected worth; explains the choice."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Model → why it was not eligible."""
    fell_from: tuple[str, ...] = ()
    """Models that failed before this one answered."""
    stays_here: bool = False
    """The user said so, and nothing of the conversation leaves this machine any more."""


@dataclass(frozen=True, slots=True)
class Act:
    """A tool's call and what came of it."""

    tool: str
    arguments: Mapping[str, Any]
    verdict: Literal["allow", "ask", "refuse"]
    reason: str
    """The policy's."""
    result: str = ""
    """What the tool told; empty: it was not called."""
    failed: bool = False
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Comes last."""

    usage: Usage
    route: Route | None = None
    vote: Vote | None = None
    shortened: int = 0
    """Messages of the history that were left out or cut to fit the model."""
