"""An author that writes a known text by a known plan."""

import random
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Literal

import anyio

from vivavoce.core import Refused, VivavoceError
from vivavoce.web.playground.author import Mode, State, Wish

TEXT = (
    "def fibonacci(n: int) -> int:\n"
    '    """The n-th number of Fibonacci."""\n'
    "    a, b = 0, 1\n"
    "    for _ in range(n):\n"
    "        a, b = b, a + b\n"
    "    return a\n"
)
WORDS = re.findall(r" *\S+|\n", TEXT)
"""Its tokens."""


@dataclass(frozen=True)
class Drawn:
    """A piece."""

    text: str = ""
    tokens: int = 0
    canvas: tuple[str | None, ...] = ()
    ending: Literal["stop", "length"] | None = None


@dataclass
class Scripted:
    """Writes TEXT; a prompt of one word asks for something else (see plan)."""

    wait_s: dict[str, float] = field(default_factory=dict)
    """By mode, how long a forward takes."""
    loads: tuple[str, ...] = ()
    """What it says while it loads; empty: it is there."""
    load_s: float = 0.3
    """How long each of these takes."""
    missing: str = ""
    broken: VivavoceError | None = None
    """What opening it ends with."""
    asked: list[tuple[Wish, Mode]] = field(default_factory=list)
    closed: int = 0
    at: State | None = None
    more: anyio.Event | None = None

    def state(self) -> State:
        if self.missing:
            return State("missing", self.missing)
        if self.at is None:
            self.at = State("idle") if self.loads or self.broken else self._ready
        return self.at

    async def open(self) -> None:
        for line in self.loads if self.state().name == "idle" else ():
            self.at = State("loading", line)
            await anyio.sleep(self.load_s)
        if self.broken:
            self.at = State("failed", str(self.broken))
            raise self.broken
        self.at = self._ready

    async def write(self, wish: Wish, mode: Mode) -> AsyncIterator[Drawn]:
        self.asked.append((wish, mode))
        said = wish.messages[-1][1] if wish.messages else wish.prompt
        if said == "refuse":
            raise Refused("12 tokens of prompt don't fit; shorten the prompt")
        if said == "bug":
            raise RuntimeError("a secret detail")
        try:
            for piece in plan(mode, WORDS[: wish.max_tokens], wish.block):
                await anyio.sleep(self.wait_s.get(mode, 0.0))
                if said == "break" and piece.ending:
                    return
                yield piece
            if said == "endless":
                await anyio.sleep_forever()
        finally:
            self.closed += 1

    @property
    def _ready(self) -> State:
        return State("ready", model="scripted-0.5b", trained=False)


def plan(mode: Mode, words: list[str], size: int) -> Iterator[Drawn]:
    """The pieces in which a mode writes the words."""
    if mode == "diffusion":
        yield from _blocks(words, size)
        return
    step = 2 if mode == "lossless" else 1
    for start in range(0, len(words), step):
        new = words[start : start + step]
        last = start + step >= len(words)
        yield Drawn("".join(new), len(new), ending="stop" if last else None)


def _blocks(words: list[str], size: int) -> Iterator[Drawn]:
    draw = random.Random(7)
    for start in range(0, len(words), size):
        block = words[start : start + size]
        canvas: list[str | None] = [None] * size
        order = [0, *draw.sample(range(1, len(block)), len(block) - 1)]
        said = 0
        while order:
            for place in order[: draw.choice((1, 2, 3, 4))]:
                canvas[place] = block[place]
                order.remove(place)
            stands = next((i for i, word in enumerate(canvas) if word is None), size)
            stands = min(stands, len(block))
            new, said = block[said:stands], stands
            last = not order and start + size >= len(words)
            yield Drawn("".join(new), len(new), tuple(canvas), "stop" if last else None)
