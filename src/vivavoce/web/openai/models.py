"""GET /v1/models: what there is, and what each can do."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from vivavoce.mind import AUTO
from vivavoce.models import Card
from vivavoce.web.api.errors import Bad


def everything(cards: Mapping[str, Card]) -> dict[str, Card]:
    """auto first: it can do what any of them can."""
    return {AUTO: _any(cards), **cards}


def one(name: str, cards: Mapping[str, Card]) -> Card:
    """Bad (404) if there is none."""
    if name not in (found := everything(cards)):
        said = f"The model '{name}' does not exist; GET /v1/models lists those that do."
        raise Bad(said, ("model",), "model_not_found", 404)
    return found[name]


def shown(name: str, card: Card, created: int) -> dict[str, Any]:
    """OpenAI's model object, and the card."""
    return {
        "id": name,
        "object": "model",
        "created": created,
        "owned_by": card.vendor,
        "vivavoce": {k: v for k, v in asdict(card).items() if k != "name"} | {"here": card.here},
    }


def listed(cards: Mapping[str, Card], created: int) -> dict[str, Any]:
    """OpenAI's list."""
    data = [shown(name, card, created) for name, card in everything(cards).items()]
    return {"object": "list", "data": data}


def _any(cards: Mapping[str, Card]) -> Card:
    all_ = list(cards.values())
    kept = {card.budget for card in all_}
    return Card(
        AUTO,
        context_tokens=max((c.context_tokens for c in all_), default=0),
        vendor="vivavoce",
        place="here" if all(c.here for c in all_) else "as routed",
        tools=any(c.tools for c in all_),
        images=any(c.images for c in all_),
        thinks=any(c.thinks for c in all_),
        budget="exact" if "exact" in kept else "hint" if "hint" in kept else "none",
    )
