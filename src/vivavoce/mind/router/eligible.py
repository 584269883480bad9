"""Which models may answer at all, and why not the others. Pure."""

import json
from collections.abc import Mapping, Sequence

from vivavoce.core import Message, Speaker
from vivavoce.mind.ask import AUTO, Ask
from vivavoce.mind.shorten import least
from vivavoce.models import Card

CHARS_A_TOKEN = 3.5
FRAME_TOKENS = 8
"""Around a message."""
IMAGE_TOKENS = 800


SURE = 0.5
"""How probable a voice must be that something is sent out for it."""


def at_home(speaker: Speaker) -> bool:
    """Whose house it is, or whoever speaks in one where nobody is enrolled. Children, guests, and
    voices that may be anybody's are told what the models of this machine know."""
    if speaker.by == "voice" and speaker.confidence < SURE:
        return False
    nobody_enrolled = speaker.rank == "guest" and not speaker.name
    return speaker.rank in ("owner", "adult") or nobody_enrolled


def eligible(ask: Ask, cards: Mapping[str, Card]) -> tuple[dict[str, Card], dict[str, str]]:
    """The models that may answer, and model → why it may not.

    A history that no model can read whole keeps none away that can read the least of it: the
    rest can be left out."""
    whole, bare = tokens(ask, ask.request.messages), tokens(ask, least(ask.request.messages))
    why = {name: refusal(ask, card, whole) for name, card in cards.items()}
    if all(why.values()):
        why = {name: refusal(ask, card, bare) for name, card in cards.items()}
    may = {name: card for name, card in cards.items() if not why[name]}
    return may, {name: reason for name, reason in why.items() if reason}


def refusal(ask: Ask, card: Card, read: int) -> str:
    """Why this model may not answer; empty: it may. read: tokens of the request."""
    request = ask.request
    reasons = (
        (ask.model not in (AUTO, card.name), f"{ask.model} was asked for"),
        (ask.stays_here and not card.here, f"this stays here, and it is at {card.place}"),
        (
            not card.here and not at_home(ask.speaker),
            f"only the owner and the adults of the house may use a model at {card.place}",
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
