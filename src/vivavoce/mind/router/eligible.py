"""Which models may answer at all, and why not the others. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vivavoce.core import Message
from vivavoce.mind.ask import AUTO, Ask
from vivavoce.models import Card

CHARS_A_TOKEN = 3.5
FRAME_TOKENS = 8
"""Around a message."""
IMAGE_TOKENS = 800


@dataclass(frozen=True, slots=True)
class Asker:
    """What whoever asks may use; by default all that the owner has turned on."""

    may_pay: bool = True
    """Models that cost money."""
    may_send: bool = True
    """Models elsewhere."""
    models: frozenset[str] | None = None
    """Only these; None: all."""


OWNER = Asker()


def eligible(
    ask: Ask, cards: Mapping[str, Card], asker: Asker = OWNER
) -> tuple[dict[str, Card], dict[str, str]]:
    """The models that may answer, and model → why it may not.

    A history that no model can read whole keeps none away that can read the last message: the
    rest can be shortened."""
    whole, bare = tokens(ask, ask.request.messages), tokens(ask, _bare(ask.request.messages))
    why = {name: refusal(ask, card, whole, asker) for name, card in cards.items()}
    if all(why.values()):
        why = {name: refusal(ask, card, bare, asker) for name, card in cards.items()}
    may = {name: card for name, card in cards.items() if not why[name]}
    return may, {name: reason for name, reason in why.items() if reason}


def refusal(ask: Ask, card: Card, read: int, asker: Asker = OWNER) -> str:
    """Why this model may not answer; empty: it may. read: tokens of the request."""
    request = ask.request
    reasons = (
        (ask.model not in (AUTO, card.name), f"{ask.model} was asked for"),
        (ask.stays_here and not card.here, f"this stays here, and it is at {card.place}"),
        (not asker.may_send and not card.here, "whoever asks may not send anything out"),
        (
            not asker.may_pay and card.usd_in + card.usd_out > 0,
            "whoever asks may not spend the owner's money",
        ),
        (
            asker.models is not None and card.name not in asker.models,
            "whoever asks may not use it",
        ),
        (wants_tools(ask) and not card.tools, "it can't call tools"),
        (any(m.images for m in request.messages) and not card.images, "it can't look at images"),
        (
            request.schema is not None and (card.modes or not (card.here or card.tools)),
            "it can't be held to a schema",
        ),
        (request.plain and not card.plain, "it only answers, and goes on from no text"),
        (bool(request.suffix) and not card.fills, "it can't fill a gap"),
        (
            request.manner is not None and request.manner.way not in card.modes,
            f"it does not write in the mode {request.manner.way if request.manner else ''}",
        ),
        (
            read + request.max_tokens > card.context_tokens,
            f"about {read} tokens and {request.max_tokens} of answer are more than the "
            f"{card.context_tokens} that it can hold",
        ),
    )
    return next((reason for refused, reason in reasons if refused), "")


def wants_tools(ask: Ask) -> bool:
    """It may call a tool."""
    return bool(ask.request.tools) and ask.request.tool_choice != "none"


def tokens(ask: Ask, messages: Sequence[Message]) -> int:
    """What a model would read, by length."""
    chars = sum(len(m.text) + sum(len(c.arguments) for c in m.calls) for m in messages)
    chars += len(ask.request.suffix)
    if wants_tools(ask):
        chars += sum(len(json.dumps(tool)) for tool in ask.request.tools)
    images = sum(len(m.images) for m in messages)
    return round(chars / CHARS_A_TOKEN + FRAME_TOKENS * len(messages) + IMAGE_TOKENS * images)


def _bare(messages: Sequence[Message]) -> tuple[Message, ...]:
    system = tuple(m for m in messages if m.role == "system")
    return (*system, *[m for m in messages if m.role != "system"][-1:])
