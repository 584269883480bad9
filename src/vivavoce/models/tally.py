"""What one local answer took."""

import math
from dataclasses import dataclass, field
from typing import Any, Literal

from vivavoce.models.engine import Chunk
from vivavoce.models.model import Kept, Usage


@dataclass(slots=True)
class Tally:
    """So far."""

    granted: int | None = None
    budget: Kept = "none"
    tokens_in: int = 0
    tokens_cached: int = 0
    looked: bool = False
    """Some of the prompt was read before, to keep it or to look at what the model means; what that
    read counts."""
    written: int = 0
    thought: int = 0
    finish: Literal["stop", "length", "tool_calls"] = "stop"
    stopped_by: str = ""
    text: str = ""
    """What was thought."""
    cut: bool = False
    """It was stopped by its budget."""
    logprobs: list[float] = field(default_factory=list)

    def allow(self, granted: int) -> None:
        """A thought of so many tokens."""
        self.granted, self.budget = granted, "exact"

    def add(self, chunk: Chunk) -> None:
        """Count a run's last chunk."""
        usage = chunk["usage"]
        if not self.tokens_in:
            self.tokens_in = usage["prompt_tokens"]
            if not self.looked:
                self.tokens_cached = _cached(usage)
        self.written += usage["completion_tokens"]
        self.finish = "length" if chunk["choices"][0].get("finish_reason") == "length" else "stop"
        self.stopped_by = chunk.get("__verbose", {}).get("stopping_word", "")

    def add_look(self, chunk: Chunk) -> None:
        """Count the last chunk of such a reading: what it wrote is no part of the answer."""
        if not (self.looked or self.tokens_in):
            self.looked, self.tokens_cached = True, _cached(chunk["usage"])

    def add_thought(self, chunk: Chunk) -> None:
        """Count the last chunk of a thought."""
        self.add(chunk)
        self.thought += chunk["usage"]["completion_tokens"]
        self.cut, self.stopped_by = self.finish == "length", ""

    def usage(self, model: str) -> Usage:
        """What is told in the end."""
        probable = self.logprobs and math.exp(sum(self.logprobs) / len(self.logprobs))
        return Usage(
            self.tokens_in,
            self.tokens_cached,
            self.written,
            self.thought,
            self.finish,
            stopped_by=self.stopped_by,
            budget=self.budget,
            granted=self.granted,
            confidence=min(1.0, probable) if probable else None,
            model=model,
        )


def _cached(usage: dict[str, Any]) -> int:
    return int((usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0))


def logprobs(choice: dict[str, Any]) -> list[float]:
    """Of a chunk's tokens."""
    return [t["logprob"] for t in (choice.get("logprobs") or {}).get("content", ())]


def probable(choice: dict[str, Any]) -> list[tuple[str, float]]:
    """Of a chunk's one token: what else it might have been, and how probable each was."""
    told = (choice.get("logprobs") or {}).get("content", ())
    return [(t["token"], math.exp(t["logprob"])) for one in told for t in one["top_logprobs"]]
