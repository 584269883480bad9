"""What a client wishes, in whatever words, as an Ask."""

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from vivavoce.core import MOST_TOKENS, Budget, Image, Message
from vivavoce.core.budget import TOKENS
from vivavoce.mind import AUTO, Ask, Stop, Voting
from vivavoce.mind.ask import MOST_CHAINS
from vivavoce.models import Card, Manner, Mode
from vivavoce.web.api.errors import Bad, Path

ANSWER_TOKENS = 1024
"""Of an answer, where nobody says how long it may be."""
EFFORT_TOKENS: dict[str, int] = {**{str(e): n for e, n in TOKENS.items()}, "xhigh": 32_768}
ALIASES = frozenset({AUTO, "vivavoce"})
"""Names for whichever model is the best for a request."""
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_MISNAMED = {"image/jpg": "image/jpeg"}
_FIRST = 1 << 32
"""Conversations of the APIs are numbered from here; those that are spoken, from 1."""

Words = Annotated[str, StringConstraints(max_length=1_048_576)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_-]{1,128}$")]
Tokens = Annotated[int, Field(ge=1)]
Thinkable = Annotated[int, Field(ge=0, le=MOST_TOKENS)]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Wire(BaseModel):
    """An object inside a request: types as they are, what we don't know is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore")


class Body(Wire):
    """A request: what we don't know is refused."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Ways(Body):
    """Ours, as `vivavoce` in a request for a text."""

    stays_here: bool = False
    mode: Mode | None = None
    steps: int | None = Field(default=None, ge=1)
    threshold: float | None = Field(default=None, gt=0, le=1)
    block: int | None = Field(default=None, ge=2, le=256)
    drafts: int | None = Field(default=None, ge=1, le=16)

    def manner(self) -> Manner | None:
        """None: it is left to the model."""
        found = Manner(self.mode, self.steps, self.threshold, self.block, self.drafts)
        return None if found == Manner() else found


class Extras(Ways):
    """Ours, as `vivavoce` in a request for an answer."""

    chains: int | None = Field(default=None, ge=1, le=MOST_CHAINS)
    stop: Stop = "confident"
    sure: float = Field(default=0.95, gt=0.5, lt=1)
    weighted: bool = False
    voters: list[Name] = Field(default_factory=list, max_length=MOST_CHAINS)
    extend: bool = False
    show_thinking: bool = True

    def voting(self) -> Voting | None:
        """None: it is left to the router."""
        if self.chains is None:
            return None
        return Voting(self.chains, self.stop, self.sure, self.weighted, tuple(self.voters))


def known(model: str, cards: Mapping[str, Card]) -> str:
    """The model's name, or auto; Bad (404) if there is none."""
    if model in cards:
        return model
    if model in ALIASES:
        return AUTO
    raise Bad(
        f"The model '{model}' does not exist; GET /v1/models lists those that do.",
        ("model",),
        "model_not_found",
        404,
    )


def vendor(model: str, cards: Mapping[str, Card]) -> str:
    """Whose thoughts a model gives; empty: not known before it has answered."""
    return cards[model].vendor if model in cards else ""


def share(
    total: int | None, budget: int | None, effort: str | None, extend: bool, path: Path
) -> tuple[int, Budget | None]:
    """Tokens of the answer and of the thinking, which together are no more than the total."""
    most = ANSWER_TOKENS if total is None else total
    if budget is None:
        if effort is None:
            return most, None
        budget = EFFORT_TOKENS[effort]
        if total is not None:
            budget = min(budget, total // 2)
    elif total is not None and budget >= total:
        raise Bad(f"must be less than the limit of all tokens ({total})", path)
    return (most if total is None else total - budget), Budget(budget, extend)


def asked(ask: Ask, cards: Mapping[str, Card]) -> Ask:
    """With no more room for the answer than half of what the model (auto: any of them) can hold,
    and with a conversation's number. Clients send the largest limit they know, and don't mean it.
    """
    can = [cards[ask.model]] if ask.model in cards else list(cards.values())
    half = min((card.context_tokens for card in can), default=2) // 2
    begins = next((m for m in ask.request.messages if m.role == "user"), Message("user", ""))
    told = "".join(m.text for m in ask.request.messages[:1] if m.role == "system") + begins.text
    number = _FIRST + zlib.crc32(told.encode("utf-8", "replace"))
    limit = max(1, min(ask.request.max_tokens, half))
    return replace(ask, request=replace(ask.request, max_tokens=limit, conversation=number))


def stops(stop: str | Sequence[str] | None) -> tuple[str, ...]:
    """Where an OpenAI client's text ends."""
    found = (stop,) if isinstance(stop, str) else tuple(stop or ())
    if len(found) > 4 or "" in found:
        raise Bad("up to four sequences that are not empty", ("stop",))
    return found


def picture(url: str, path: Path) -> Image:
    """Of a data URL; nothing is fetched."""
    head, _, data = url.partition(",")
    media, _, coding = head.removeprefix("data:").rpartition(";")
    if not head.startswith("data:") or coding != "base64":
        raise Bad(
            "only data URLs with base64 can be used; this server fetches nothing",
            path,
            "invalid_image_url",
        )
    return decoded(media, data, path)


def decoded(media: str, data: str, path: Path) -> Image:
    """Bad if it is not a picture that models look at."""
    media = _MISNAMED.get(media, media)
    if media not in PICTURES:
        raise Bad(f"pictures are {', '.join(sorted(PICTURES))}", path, "invalid_image_format")
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise Bad("the picture is not valid base64", path, "invalid_base64_image") from None
    if not raw:
        raise Bad("the picture is empty", path, "empty_image_file")
    return Image(raw, media)


def check_calls(messages: Sequence[Message], path: Path) -> None:
    """Bad unless every result has its call before it, and every call its result after it."""
    open_: set[str] = set()
    for message in messages:
        if message.role == "tool":
            if message.call_id not in open_:
                raise Bad(
                    f"a tool's result must follow the call that it answers; none that is open "
                    f"has the id '{message.call_id}'",
                    path,
                )
            open_.discard(message.call_id)
            continue
        if open_:
            raise Bad(f"the calls {', '.join(sorted(open_))} must be followed by results", path)
        open_ = {call.id for call in message.calls}
    if open_:
        raise Bad(f"the calls {', '.join(sorted(open_))} must be followed by results", path)


def check_choice(choice: str, tools: Sequence[Mapping[str, Any]], path: Path) -> str:
    """The choice; Bad if it is for tools that there are not."""
    if choice in ("auto", "none"):
        return choice
    if not tools or (choice != "required" and choice not in {t["name"] for t in tools}):
        raise Bad(f"'{choice}' is chosen, but there is no such tool", path)
    return choice
