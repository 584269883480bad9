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
            details = usage.get("prompt_tokens_details") or {}
            self.tokens_cached = details.get("cached_tokens", 0)
        self.written += usage["completion_tokens"]
        self.finish = "length" if chunk["choices"][0].get("finish_reason") == "length" else "stop"
        self.stopped_by = chunk.get("__verbose", {}).get("stopping_word", "")

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


def logprobs(choice: dict[str, Any]) -> list[float]:
    """Of a chunk's tokens."""
    return [t["logprob"] for t in (choice.get("logprobs") or {}).get("content", ())]
