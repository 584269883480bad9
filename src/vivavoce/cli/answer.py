"""An answer, as it is told piece by piece."""

from collections.abc import Callable
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, replace
from typing import Any, cast

from vivavoce.core import Budget, Call, Message, Thought
from vivavoce.mind import Act, Answers, Ask, Outcome, Told, Vote
from vivavoce.models import Text, Thinking, Usage


@dataclass(slots=True)
class Answer:
    """What came until now."""

    question: str
    asked: Budget | None = None
    text: str = ""
    thinking: str = ""
    calls: list[Call] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    vote: Vote | None = None
    outcome: Outcome | None = None
    """None: it is not over, or was stopped."""
    _blocks: list[Thinking] = field(default_factory=list)
    _block: str = ""
    _thinker: tuple[str, str] = ("", "")
    """Whose it is."""

    def add(self, item: Told) -> None:
        """The next piece."""
        match item:
            case Text(text=text):
                self.text += text
            case Thinking(text=text, vendor=vendor, model=model):
                self.thinking += text
                if (vendor, model) != self._thinker:  # the one before failed amid a block
                    self._block, self._thinker = "", (vendor, model)
                self._block += text
                if item.signature or item.redacted:
                    self._blocks.append(replace(item, text=self._block))
                    self._block = ""
            case Call():
                self.calls.append(item)
            case Act():
                self.acts.append(item)
            case Vote():
                self.vote = item
            case Outcome():
                self.outcome = item
            case _:
                pass

    @property
    def usage(self) -> Usage:
        """Zeros as long as it is not over."""
        return self.outcome.usage if self.outcome else Usage()

    def message(self, vendor: str) -> Message:
        """As the history keeps it; vendor: whose blocks of thinking these are that don't tell."""
        blocks = tuple(
            Thought(b.text, b.signature, b.redacted, b.vendor or vendor) for b in self._blocks
        )
        return Message("assistant", self.text, calls=tuple(self.calls), thoughts=blocks)

    def row(self, *, hidden: bool = False) -> dict[str, Any]:
        """For programs."""
        usage, route = self.usage, self.outcome.route if self.outcome else None
        vote = (self.outcome.vote if self.outcome else None) or self.vote
        return {
            "question": self.question,
            "answer": self.text,
            "thinking": "" if hidden else self.thinking,
            "calls": [{"name": c.name, "arguments": c.arguments} for c in self.calls],
            "acts": [asdict(act) for act in self.acts],
            "usage": {
                "tokens_in": usage.tokens_in,
                "tokens_cached": usage.tokens_cached,
                "tokens_out": usage.tokens_out,
                "tokens_thought": usage.tokens_thought,
                "finish": usage.finish,
                "confidence": usage.confidence,
                "budget": {
                    "asked": self.asked.tokens if self.asked else None,
                    "granted": usage.granted,
                    "kept": usage.budget,
                },
            },
            "model": usage.model,
            "why": route.why if route else "",
            "fell_from": list(route.fell_from) if route else [],
            "shortened": self.outcome.shortened if self.outcome else 0,
            "vote": None
            if vote is None
            else {
                "chains": vote.chains,
                "counts": dict(vote.counts),
                "tokens": vote.tokens,
                "stopped": vote.stopped,
            },
        }

    def footer(self) -> str:
        """One line: how long it thought, who answered, and how well the budget was held."""
        usage, parts = self.usage, []
        chains = self.vote.chains if self.vote else 1
        if usage.tokens_thought or usage.granted:
            parts.append(_thought(usage, chains))
        parts.append(usage.model or "no model")
        if usage.tokens_thought or usage.granted:
            parts.append(usage.budget)
        return " · ".join(parts)

    def notices(self) -> list[str]:
        """What its reader should know: another model answered, the history was shortened."""
        if self.outcome is None:
            return []
        found, route = [], self.outcome.route
        if route and route.fell_from:
            found.append(f"{', '.join(route.fell_from)} failed; {self.usage.model} answered")
        if self.outcome.shortened:
            count = self.outcome.shortened
            messages = "message was" if count == 1 else "messages were"
            found.append(f"{count} old {messages} left out or cut, to fit the model")
        if self.usage.finish == "length":
            found.append("cut off: it came to the limit of its tokens (--max-tokens)")
        return found


async def answered(mind: Answers, ask: Ask, answer: Answer, told: Callable[[Told], None]) -> None:
    """Fill an answer, and tell every piece as it comes."""
    async with aclosing(cast("Any", mind.stream(ask))) as pieces:
        async for item in pieces:
            answer.add(item)
            told(item)


def plain(text: str) -> str:
    """Without what would steer a terminal: a model's words are not ours."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable() or c == "\u200d")


def _thought(usage: Usage, chains: int) -> str:
    if not usage.granted:
        return f"thought {usage.tokens_thought:,} tokens"
    if chains > 1:  # the budget is each chain's
        return f"thought {usage.tokens_thought:,} tokens, at most {usage.granted:,} a chain"
    return f"thought {usage.tokens_thought:,} of {usage.granted:,} tokens"
