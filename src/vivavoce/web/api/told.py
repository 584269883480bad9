"""What the mind told, for the usage of an answer."""

from typing import Any

from vivavoce.mind import Ask, Outcome, Vote
from vivavoce.models import Usage


def vote_shown(vote: Vote) -> dict[str, Any]:
    """As clients read it."""
    return {
        "chains": vote.chains,
        "voted": len(vote.ballots),
        "answer": vote.answer,
        "counts": dict(vote.counts),
        "tokens": vote.tokens,
        "stopped": vote.stopped,
    }


def extras(ask: Ask, outcome: Outcome) -> dict[str, Any]:
    """The `vivavoce` object of a usage."""
    usage, route = outcome.usage, outcome.route
    budget = ask.request.thinking
    asked = budget.tokens if budget else (route.thinking if route and route.thinking else None)
    return {
        "model": usage.model or (route.model if route else ask.model),
        "why": route.why if route else "",
        "fell_from": list(route.fell_from) if route else [],
        "budget": {"asked": asked, "granted": usage.granted, "kept": usage.budget},
        "vote": vote_shown(outcome.vote) if outcome.vote else None,
        "confidence": usage.confidence,
        "shortened": outcome.shortened,
        **_written(usage),
    }


def _written(usage: Usage) -> dict[str, Any]:
    """How, by a model with several ways to write."""
    if usage.mode is None:
        return {}
    return {
        "mode": usage.mode,
        "forwards": usage.forwards,
        "tokens_per_forward": round(usage.tokens_out / max(usage.forwards, 1), 3),
        "seconds": round(usage.seconds, 4),
    }
