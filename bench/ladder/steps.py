"""The rungs, and how a question is put to each."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any

from bench.questions import Question
from bench.questions.asked import answered
from vivavoce import weights
from vivavoce.core import Budget
from vivavoce.mind import Vote, Voting
from vivavoce.mind.house import LOCAL
from vivavoce.mind.vote import Polling
from vivavoce.models import LanguageModel, Piece, Request

LARGE, SMALL = LOCAL
KEYS = ("small", "large", "thinking", "votes")
"""The rungs from the lowest up, as --only names them."""
WRITTEN = 256
"""Tokens of an answer that may show its steps."""
BARE = 32
"""Of one that may not: enough for "The answer is N"."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung."""

    model: str
    thinking: int = 0
    chains: int = 1

    @property
    def name(self) -> str:
        """For people and for the log: "1.5b + 256 thinking x 5"."""
        short = self.model.removeprefix("qwen2.5-coder-").removesuffix("-instruct")
        thinking = f" + {self.thinking} thinking" if self.thinking else ""
        return f"{short}{thinking}{f' x {self.chains}' if self.chains > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Job:
    """One question on one rung."""

    step: Step
    question: Question
    bare: bool
    """Nothing but the answer is asked for."""

    @property
    def key(self) -> tuple[str, str, bool]:
        """What it is found by in the log."""
        return self.step.name, self.question.id, self.bare

    def request(self) -> Request:
        """As the mind asks: sure of its words or not is told but by a vote, which never climbs."""
        return Request(
            self.question.direct if self.bare else self.question.messages,
            max_tokens=BARE if self.bare else WRITTEN,
            thinking=Budget(self.step.thinking) if self.step.thinking else None,
            confidence=self.step.chains == 1,
        )


def ladder(thinking: int, chains: int) -> tuple[Step, ...]:
    """In the order of KEYS."""
    return (Step(SMALL), Step(LARGE), Step(LARGE, thinking), Step(LARGE, thinking, chains))


class Models:
    """Those that are asked, loaded when they are first needed, with the product's own settings."""

    def __init__(self, load: Callable[[str], Any] | None = None) -> None:
        self._load, self._open = load or _llama, dict[str, Any]()
        self._poll = Polling()

    async def ask(self, job: Job) -> dict[str, Any]:
        """A row of the log."""
        model = await self._model(job)
        told = await answered(job.question, self._pieces(model, job))
        return {"rung": job.step.name, "bare": job.bare, **told}

    def _pieces(self, model: LanguageModel, job: Job) -> AsyncIterator[Piece | Vote]:
        if job.step.chains > 1:
            return self._poll((model,), job.request(), Voting(job.step.chains))
        return model.stream(job.request())

    async def _model(self, job: Job) -> LanguageModel:
        """In memory, with the worked examples read: neither is the question's own time."""
        name = job.step.model
        if name not in self._open:
            self._open[name] = model = self._load(name)
            request = job.request()
            examples = replace(request, messages=request.messages[:-1], read_only=True)
            async for _ in model.stream(examples):
                pass
        return self._open[name]  # type: ignore[no-any-return]

    def close(self) -> None:
        """Let go of all."""
        for model in self._open.values():
            model.close()


def _llama(name: str) -> Any:
    """The real one."""
    from vivavoce.models.llamacpp import Llama

    return Llama(weights.path(name), card=LOCAL[name])
