"""From text to text: prompts of three kinds, stop strings, pieces as they come to stand."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

import torch
from tokenizers.decoders import DecodeStream

from vivavoce.core import ConfigError
from vivavoce.diffusion.decode import Dial, Step, write
from vivavoce.diffusion.ending import Ending
from vivavoce.diffusion.gap import NO_GAP, Gap, gap
from vivavoce.diffusion.likely import Suffix
from vivavoce.diffusion.network.qwen import Network
from vivavoce.diffusion.tokens import Tokens

Why = Literal["stop", "length"]

_ENDS_OF_INFILLING = ("<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|cursor|>")


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to be written. See Writer.plain, .chat and .fill for prompts."""

    prompt: tuple[int, ...]
    most: int = 256
    """Tokens to write at most."""
    stop: tuple[str, ...] = ()
    """The text ends before the first of them."""
    gap: Gap = NO_GAP
    """The text ends where it is full; see Writer.fill."""

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ConfigError(f"tokens to write must be >= 1, got {self.most!r}")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one forward brought for one text."""

    text: str = ""
    """Stands from now on, behind the pieces before: whole characters only, and none that may yet
    turn out to begin a stop string."""
    tokens: int = 0
    """Tokens that came to stand."""
    canvas: tuple[str | None, ...] = ()
    """The block as it is now, a string a token, None where there is still a mask; empty in modes
    that have none."""
    ending: Why | None = None
    """Why the text is over; None while it goes on."""


class Writer:
    """A network and its tokenizer. One call at a time."""

    def __init__(self, network: Network, tokens: Tokens) -> None:
        self.network, self.tokens = network, tokens
        ids = (tokens.id(mark) for mark in _ENDS_OF_INFILLING)
        self._ends = tokens.ends | {i for i in ids if i is not None}

    def plain(self, text: str) -> tuple[int, ...]:
        """A prompt that the text goes on from; marks as <|im_end|> in it are plain text."""
        return tuple(self.tokens.ids(text, marks=False))

    def chat(self, messages: Sequence[tuple[str, str]]) -> tuple[int, ...]:
        """A prompt of (role, text) as Qwen2 was taught it (ChatML); the assistant is to answer."""
        begin, end = self._mark("<|im_start|>"), self._mark("<|im_end|>")
        line = self.tokens.ids("\n")
        out: list[int] = []
        for role, text in messages:
            out += [begin, *self.tokens.ids(f"{role}\n"), *self.plain(text), end, *line]
        return (*out, begin, *self.tokens.ids("assistant\n"))

    def fill(self, prefix: str, suffix: str, most: int = 256, stop: tuple[str, ...] = ()) -> Asked:
        """The gap between two texts (fill-in-the-middle, arXiv 2207.14255): one of whole lines
        ends where its suffix is likeliest, another where the model ends it, both at the latest
        where the suffix is said again. With an empty suffix it is plain text."""
        if not suffix:
            return Asked(self.plain(prefix), most, stop)
        marks = [self._mark(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle")]
        prompt = (marks[0], *self.plain(prefix), marks[1], *self.plain(suffix), marks[2])
        return Asked(prompt, most, stop, gap(prefix, suffix))

    @torch.inference_mode()
    def write(
        self, asked: Sequence[Asked], dial: Dial, seeds: Sequence[int] | None = None
    ) -> Iterator[list[Piece]]:
        """A Piece for each text, a forward; close the iterator to stop at once. Texts that are
        over give empty pieces. seeds: one a text, in place of the dial's. Refused: a prompt is
        empty or does not fit."""
        rows = [_Row(self.tokens, one, self._ending(one)) for one in asked]
        most = max(one.most for one in asked)
        prompts = [one.prompt for one in asked]
        steps = write(self.network, prompts, most, dial, self._ends.__contains__, seeds)
        with closing(steps):
            for forward in steps:
                yield [row.take(step, self._ends) for row, step in zip(rows, forward, strict=True)]
                if all(row.over for row in rows):
                    return

    def _ending(self, asked: Asked) -> Ending:
        likely = None
        if asked.gap.lines is not None:
            suffix = Suffix(self.network, self.tokens, asked.gap.prefix, asked.gap.suffix)
            likely = suffix.behind
        return Ending(asked.stop, asked.gap, likely)

    def _mark(self, mark: str) -> int:
        found = self.tokens.id(mark)
        if found is None:
            raise ConfigError(f"these weights know no {mark}; take weights of Qwen2.5-Coder")
        return found


class _Row:
    """One text as it grows."""

    def __init__(self, tokens: Tokens, asked: Asked, ending: Ending) -> None:
        self._tokens, self._ending = tokens, ending
        self._stream = DecodeStream(skip_special_tokens=True)
        self._text, self._sent = "", 0
        self._left = asked.most
        self.over = False

    def take(self, step: Step, ends: frozenset[int]) -> Piece:
        """The step as text."""
        if self.over:
            return Piece()
        why: Why | None = None
        cut: int | None = None
        count = 0
        for token in step.tokens[: self._left]:
            count += 1
            if token in ends:
                why = "stop"
                break
            self._text += self._stream.step(self._tokens.tokenizer, token) or ""
            if (cut := self._ending.ended(self._text)) is not None:
                why = "stop"
                break
        self._left -= count
        if why is None and self._left == 0:
            why = "length"
        self.over = why is not None
        if cut is None:
            if self.over:
                cut = self._ending.over(self._text, whole=why == "stop")
            else:
                cut = self._ending.standing(self._text)
        text, self._sent = self._text[self._sent : cut], cut
        canvas = tuple(None if i is None else self._tokens.text([i]) for i in step.canvas)
        return Piece(text, count, canvas, why)
