"""What the policy is asked before a tool is called, and what it says. Pure values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from vivavoce.core import Rank, Speaker
from vivavoce.experts import Effect, Rule


@dataclass(frozen=True, slots=True)
class Read:
    """A tool's result that the model had read before."""

    text: str
    source: str = ""
    """As Result.source: whose words, if not this house's own."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A call that a model, or a plain command, wants to make."""

    tool: str
    about: str
    effect: Effect
    arguments: Mapping[str, Any]
    speaker: Speaker
    words: tuple[str, ...]
    """All that the speaker has said in this conversation, the newest last."""
    read: tuple[Read, ...] = ()
    """What the model had read when it made up the call."""
    rule: Rule | None = None
    """The manifest's; None: its effect's."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The policy's word, which no model can change."""

    says: Literal["allow", "ask", "refuse"]
    """ask: after a yes to a summary, by somebody who may."""
    reason: str
    """A sentence that a person reads."""
    by_owner: bool = False
    """Of ask: the speaker's own yes is not enough; only with PolicyConfig.owner_confirms
    or confirmed."""
    least: Rank = "unknown"
    """Who may at least: what the call tells is for nobody below."""
