"""A request of the playground."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from vivavoce.web.api.errors import Bad, validated
from vivavoce.web.api.wish import Body, Wire, Words
from vivavoce.web.playground.author import Mode, Wish

MOST_TOKENS = 1024
MOST_BLOCK = 64


class Line(Wire):
    """One message."""

    role: Literal["system", "user", "assistant"]
    content: Words


class Race(Body):
    """One prompt, and the ways to write that are held against each other."""

    messages: list[Line] | None = Field(default=None, min_length=1)
    prompt: Words | None = None
    suffix: Words = ""
    modes: list[Mode] = Field(default=["diffusion", "ar"], min_length=1, max_length=3)
    max_tokens: int = Field(default=128, ge=1, le=MOST_TOKENS)
    threshold: float = Field(default=0.98, gt=0, le=1)
    steps: int | None = Field(default=None, ge=1)
    block: int = Field(default=4, ge=2, le=MOST_BLOCK)
    drafts: int = Field(default=1, ge=1, le=16)
    temperature: float = Field(default=0, ge=0, le=2)
    seed: int = Field(default=0, ge=0, lt=1 << 32)


def understand(body: Mapping[str, Any]) -> tuple[Wish, tuple[Mode, ...]]:
    """The wish, and the lanes in their order; Bad says what is wrong."""
    race = validated(Race, dict(body))
    if (race.messages is None) == (race.prompt is None):
        raise Bad("give either messages or a prompt", ("prompt",))
    if race.messages is not None and race.suffix:
        raise Bad("a gap is between a prompt and a suffix; messages have none", ("suffix",))
    if race.prompt == "" and not race.suffix:
        raise Bad("the prompt is empty; write at least a word", ("prompt",))
    if len(set(race.modes)) < len(race.modes):
        raise Bad("each mode may be asked for once", ("modes",))
    wish = Wish(
        messages=tuple((line.role, line.content) for line in race.messages or ()),
        prompt=race.prompt or "",
        suffix=race.suffix,
        **race.model_dump(exclude={"messages", "prompt", "suffix", "modes"}),
    )
    return wish, tuple(race.modes)
