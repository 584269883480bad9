"""A text completion's request, and what it asks of the mind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from vivavoce.core import Message
from vivavoce.mind import Ask
from vivavoce.models import Card, Request
from vivavoce.web.api.errors import Bad, validated
from vivavoce.web.api.wish import Body, Tokens, Ways, Words, asked, known, stops
from vivavoce.web.openai.chat_wire import MOST_CHOICES, StreamOptions

TOKENS = 16
"""The protocol's own limit, where a request has none."""
_INERT = "accepted, because clients send it by themselves; changes nothing"
_UNABLE = ("logprobs", "logit_bias", "frequency_penalty", "presence_penalty")


class CompletionBody(Body):
    """The request."""

    model: str
    prompt: Words | list[Any]
    suffix: Words | None = None
    max_tokens: Tokens | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)
    n: int | None = Field(default=None, ge=1, le=MOST_CHOICES)
    echo: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    vivavoce: Ways | None = None
    # can't be done unless it asks for nothing
    best_of: int | None = None
    logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    # changes nothing
    user: Any = Field(default=None, description=_INERT)

    @property
    def prompts(self) -> list[str]:
        """One or several."""
        return [self.prompt] if isinstance(self.prompt, str) else self.prompt

    @property
    def choices(self) -> int:
        """Of each prompt."""
        return self.n or 1

    @property
    def reports(self) -> bool:
        """A stream ends with its usage."""
        return bool(self.stream_options and self.stream_options.include_usage)


def read(body: dict[str, Any]) -> CompletionBody:
    """The request; Bad names what is wrong."""
    wire = validated(CompletionBody, body)
    if any(not isinstance(prompt, str) for prompt in wire.prompts):
        raise Bad("prompts are text here, not numbers of tokens", ("prompt",), "invalid_type")
    if not 1 <= len(wire.prompts) * wire.choices <= MOST_CHOICES:
        raise Bad(f"1 to {MOST_CHOICES} texts may be written at once", ("prompt",))
    if not wire.suffix and "" in wire.prompts:
        raise Bad("it is empty; write at least a word", ("prompt",))
    for name in _UNABLE:
        if getattr(wire, name):
            raise Bad("this server can't do that; leave it out", (name,), "unsupported_parameter")
    if wire.best_of is not None and wire.best_of != wire.choices:
        raise Bad("it must be the same as 'n': none is left out here", ("best_of",))
    if wire.stream_options is not None and not wire.stream:
        raise Bad("it is only allowed when 'stream' is true", ("stream_options",))
    return wire


def asks(wire: CompletionBody, cards: Mapping[str, Card], seed: int) -> tuple[Ask, ...]:
    """One for each choice, prompt by prompt; seed: where the client gives none."""
    ways = wire.vivavoce or Ways()
    several = wire.choices > 1
    seed = seed if wire.seed is None else wire.seed
    found = []
    for prompt in wire.prompts:
        request = Request(
            messages=(Message("user", prompt),),
            max_tokens=wire.max_tokens or TOKENS,
            temperature=wire.temperature if wire.temperature is not None else float(several),
            top_p=1.0 if wire.top_p is None else wire.top_p,
            stop=stops(wire.stop),
            plain=True,
            suffix=wire.suffix or "",
            manner=ways.manner(),
        )
        ask = asked(Ask(request, known(wire.model, cards), stays_here=ways.stays_here), cards)
        for i in range(wire.choices):
            own = replace(ask.request, seed=(seed + i) & 0x7FFF_FFFF, conversation=0)
            found.append(replace(ask, request=own))
    return tuple(found)
