"""What an answer took: nothing without a model, else the sum of its rounds. Pure."""

from dataclasses import replace
from typing import Any

from vivavoce.mind.ask import Outcome, Route
from vivavoce.mind.mind import NOTHING
from vivavoce.models import Usage


def nothing(why: str) -> Outcome:
    """No model was asked."""
    return Outcome(Usage(model=NOTHING), Route(NOTHING, why))


def added(total: Usage, more: Usage) -> Usage:
    """One round more: tokens add up, the thinking that was granted is the first one's, all else is
    the last one's."""
    first = more if total.granted is None else total
    return replace(
        more,
        granted=first.granted,
        budget=first.budget,
        tokens_in=total.tokens_in + more.tokens_in,
        tokens_cached=total.tokens_cached + more.tokens_cached,
        tokens_out=total.tokens_out + more.tokens_out,
        tokens_thought=total.tokens_thought + more.tokens_thought,
    )


def ended(outcome: Outcome) -> Any:
    """Calls of our own are no end that a client must act on."""
    return "stop" if outcome.usage.finish == "tool_calls" else outcome.usage.finish
