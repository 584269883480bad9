"""One run of one system, timed: what it wrote, when the first token came, when all was over."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.diffusion.llama import Peer
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Writer


@dataclass(frozen=True, slots=True)
class Timed:
    """Of all texts that were written together."""

    tokens: int
    """That stand, to each text's end; no mask, no padding."""
    seconds: float
    """From the request on, reading the prompts included."""
    first_s: float
    """Until the first token of all stood."""
    forwards: int
    """Behind the prompts; 0: not known."""
    after_first: int
    """Tokens behind the forward that brought the first."""
    texts: tuple[str, ...] = ()

    @property
    def row(self) -> dict[str, float | int]:
        """For a log."""
        return {
            "tokens": self.tokens,
            "seconds": self.seconds,
            "first_s": self.first_s,
            "forwards": self.forwards,
            "after_first": self.after_first,
        }


def ours(writer: "Writer", asked: Sequence["Asked"], dial: "Dial") -> Timed:
    """All as one batch, as the engine writes them."""
    texts = [""] * len(asked)
    began = time.perf_counter()
    first_s, tokens, early, forwards = 0.0, 0, 0, 0
    for pieces in writer.write(asked, dial):
        forwards += 1
        tokens += sum(piece.tokens for piece in pieces)
        texts = [text + piece.text for text, piece in zip(texts, pieces, strict=True)]
        if not first_s and tokens:
            first_s, early = time.perf_counter() - began, tokens
    seconds = time.perf_counter() - began
    return Timed(tokens, seconds, first_s, forwards, tokens - early, tuple(texts))


def theirs(peer: "Peer", prompts: Sequence[tuple[int, ...]], most: int) -> Timed:
    """llama.cpp: all at once, one slot each."""
    began = time.perf_counter()
    written = peer.write(prompts, most)
    seconds = time.perf_counter() - began
    tokens = sum(len(one.tokens) for one in written)
    first_s = min(one.first_s for one in written)
    return Timed(tokens, seconds, first_s, 0, tokens - 1)


def decode_tokens_s(row: dict[str, float | int]) -> float | None:
    """Tokens a second once the first stands; None: nothing came after it."""
    rest = row["seconds"] - row["first_s"]
    return row["after_first"] / rest if row["after_first"] and rest > 0 else None
