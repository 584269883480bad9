"""GET /v1/models, for Anthropic's clients."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from vivavoce.models import Card
from vivavoce.web.api.errors import Bad
from vivavoce.web.openai.models import everything

MOST = 1000
"""Of a page."""


def shown(name: str, card: Card, created: int) -> dict[str, Any]:
    """Anthropic's model object."""
    made = datetime.fromtimestamp(created, UTC).isoformat().replace("+00:00", "Z")
    return {
        "type": "model",
        "id": name,
        "display_name": name,
        "created_at": made,
        "lifecycle": "active",
        "max_input_tokens": card.context_tokens,
        "max_tokens": card.context_tokens // 2,
        "capabilities": _capabilities(card),
    }


def listed(cards: Mapping[str, Card], created: int, query: Mapping[str, str]) -> dict[str, Any]:
    """One page. Bad: the limit is not 1…1000."""
    all_ = [shown(name, card, created) for name, card in everything(cards).items()]
    names = [model["id"] for model in all_]
    limit = query.get("limit", "20")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= MOST):
        raise Bad(f"must be 1…{MOST}", ("limit",))
    first, last = 0, len(all_)
    if query.get("after_id") in names:
        first = names.index(query["after_id"]) + 1
    if query.get("before_id") in names:
        last = names.index(query["before_id"])
    data = all_[first:last][: int(limit)]
    return {
        "data": data,
        "has_more": first + len(data) < last,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }


def _capabilities(card: Card) -> dict[str, Any]:
    def can(yes: bool) -> dict[str, Any]:
        return {"supported": yes}

    types = ("adaptive", "disabled", "enabled")
    efforts = ("low", "medium", "high", "xhigh", "max")
    return {
        "batch": can(False),
        "citations": can(False),
        "code_execution": can(False),
        "context_management": can(False),
        "effort": can(card.thinks) | {effort: can(card.thinks) for effort in efforts},
        "image_input": can(card.images),
        "pdf_input": can(False),
        "server_tools": can(False),
        "structured_outputs": can(True),
        "thinking": can(card.thinks)
        | {"types": {kind: can(card.thinks) for kind in types} | {"between_tools": can(False)}},
    }
