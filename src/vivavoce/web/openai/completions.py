"""POST /v1/completions: text that goes on from a text, or fills a gap; what goes out."""

import secrets
import time
from collections.abc import Iterable, Mapping
from typing import Any

from vivavoce.mind import Outcome
from vivavoce.models import Card, Text
from vivavoce.web.api import sse
from vivavoce.web.api.errors import Failure
from vivavoce.web.api.minds import Told
from vivavoce.web.api.told import extras
from vivavoce.web.openai.chat_wire import draw
from vivavoce.web.openai.completions_wire import CompletionBody, asks, read
from vivavoce.web.openai.errors import error


def understand(body: dict[str, Any], cards: Mapping[str, Card]) -> "Continuation":
    """The request; Bad says what is wrong."""
    return Continuation(read(body), cards)


class Continuation:
    """One text completion, with one text or several."""

    def __init__(self, wire: CompletionBody, cards: Mapping[str, Card]) -> None:
        self.asks = asks(wire, cards, draw())
        self.streams = bool(wire.stream)
        self._wire = wire
        echoed = [a.request.messages[0].text if wire.echo else "" for a in self.asks]
        self._texts = echoed
        self._outcomes: list[Outcome | None] = [None] * len(self.asks)
        self._id = f"cmpl-{secrets.token_hex(12)}"
        self._created = int(time.time())

    def begin(self) -> Iterable[bytes]:
        """The prompts, where they are wanted back."""
        for index, text in enumerate(self._texts):
            if text:
                yield self._chunk(index, text)

    def take(self, index: int, item: Told) -> Iterable[bytes]:
        """Text as it comes."""
        if isinstance(item, Text) and item.text:
            self._texts[index] += item.text
            yield self._chunk(index, item.text)
        elif isinstance(item, Outcome):
            self._outcomes[index] = item
            yield self._chunk(index, "", item.usage.finish)

    def end(self) -> Iterable[bytes]:
        """The usage, if it was asked for."""
        if self._wire.reports:
            yield sse.event({**self._head(), "choices": [], "usage": self._usage()})
        yield sse.DONE

    def failed(self, why: Failure) -> Iterable[bytes]:
        """An error in the middle."""
        yield sse.event({"error": error(why)})

    def whole(self) -> dict[str, Any]:
        """The text_completion object."""
        finished = [o.usage.finish if o else None for o in self._outcomes]
        pairs = zip(self._texts, finished, strict=True)
        choices = [_choice(i, text, finish) for i, (text, finish) in enumerate(pairs)]
        return {**self._head(), "choices": choices, "usage": self._usage()}

    def _head(self) -> dict[str, Any]:
        names = [o.usage.model for o in self._outcomes if o and o.usage.model]
        return {
            "id": self._id,
            "object": "text_completion",
            "created": self._created,
            "model": names[0] if names else self._wire.model,
            "system_fingerprint": None,
        }

    def _chunk(self, index: int, text: str, finish: str | None = None) -> bytes:
        usage = {"usage": None} if self._wire.reports else {}
        return sse.event({**self._head(), "choices": [_choice(index, text, finish)], **usage})

    def _usage(self) -> dict[str, Any]:
        """Each prompt counts once."""
        outcomes = [o for o in self._outcomes if o is not None]
        read_ = sum(o.usage.tokens_in for o in outcomes[:: self._wire.choices])
        wrote = sum(o.usage.tokens_out for o in outcomes)
        return {
            "prompt_tokens": read_,
            "completion_tokens": wrote,
            "total_tokens": read_ + wrote,
            "vivavoce": extras(self.asks[0], outcomes[0]),
        }


def _choice(index: int, text: str, finish: str | None) -> dict[str, Any]:
    return {"index": index, "text": text, "logprobs": None, "finish_reason": finish}
