"""Text by diffusion as a language model."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from vivavoce.core import ConfigError, Refused
from vivavoce.models.chatml import spoken
from vivavoce.models.diffusion.engine import Engine
from vivavoce.models.diffusion.jobs import Limits
from vivavoce.models.diffusion.tally import Tally
from vivavoce.models.model import Card, Manner, Piece, Request, Text, Usage

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Writer

CARD = Card(
    "diffusion",
    Limits().context_tokens,
    tools=False,
    plain=True,
    fills=True,
    modes=("lossless", "ar", "diffusion"),
    read_tokens_s=120.0,
    write_tokens_s=10.0,
    load_s=4.0,
)
"""Written as measured in int8 on two AVX2 cores (docs/models/diffusion.md); reading is a guess."""
SETTINGS = ("steps", "threshold", "block", "drafts")


def loaded(engine: Engine, card: Card = CARD) -> "Diffusion":
    """With the network in memory; blocks."""
    engine.load()
    return Diffusion(engine, card)


class Diffusion:
    """One network, three ways to write. It calls no tools and holds to no schema."""

    def __init__(self, engine: Engine, card: Card = CARD) -> None:
        self.card = replace(card, context_tokens=engine.limits.context_tokens, load_s=0.0)
        self.engine = engine

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        """Text, then one Usage. It keeps no prefixes, so that reading ahead does nothing."""
        _check(request)
        if request.read_only:
            yield Usage(model=self.card.name)
            return
        dial = dialled(request)
        writer = await self.engine.open()
        asked = await to_thread.run_sync(asked_of, writer, request)
        tally = Tally(dial.mode)
        async with aclosing(self.engine.write(asked, dial)) as pieces:
            async for piece in pieces:
                tally.take(piece)
                if piece.text:
                    yield Text(piece.text)
        yield Usage(
            tokens_in=len(asked.prompt),
            tokens_out=tally.tokens,
            finish=tally.ending or "stop",
            model=self.card.name,
            mode=dial.mode,
            forwards=tally.forwards,
            seconds=tally.seconds,
        )

    async def count(self, request: Request) -> int:
        """Tokens that it would read, exactly."""
        _check(request)
        writer = await self.engine.open()
        return len((await to_thread.run_sync(asked_of, writer, request)).prompt)

    def close(self) -> None:
        """Stop the engine; the object can't be used afterwards."""
        self.engine.close()


def asked_of(writer: "Writer", request: Request) -> "Asked":
    """The request as the network is asked."""
    from vivavoce.diffusion.text import Asked  # brings torch, which is there by now

    if request.plain:
        before, most, stop = request.messages[-1].text, request.max_tokens, request.stop
        return writer.fill(before, request.suffix, most, stop)
    chat = writer.chat([spoken(message) for message in request.messages])
    return Asked((*chat, *writer.plain(request.begun)), request.max_tokens, request.stop)


def dialled(request: Request) -> "Dial":
    """The request's settings; Refused if one can't be used."""
    from vivavoce.diffusion.decode import Dial

    manner = request.manner or Manner()
    given: dict[str, Any] = {name: getattr(manner, name) for name in SETTINGS}
    try:
        return Dial(
            manner.way,
            temperature=request.temperature,
            top_p=max(request.top_p, 1e-6),  # 0, which some clients send, leaves one token
            seed=request.seed,
            **{name: value for name, value in given.items() if value is not None},
        )
    except ConfigError as wrong:
        raise Refused(str(wrong)) from wrong


def _check(request: Request) -> None:
    if not request.messages:
        raise Refused("a request needs at least one message")
    if request.tools and request.tool_choice != "none":
        raise Refused("this model calls no tools; leave them out, or ask another model")
    if request.schema is not None:
        raise Refused("this model can't be held to a schema; ask another model")
    if any(message.images for message in request.messages):
        raise Refused("this model sees no images; leave them out, or ask another model")
