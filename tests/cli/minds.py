"""Minds for the commands: they answer by rule, at once or slowly."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import anyio

from vivavoce.mind import Ask, Outcome, Told
from vivavoce.models import Card, Text, Usage

Script = Callable[[Ask], Sequence[Told]]


@dataclass
class Scripted:
    """Tells what a script says, and keeps what it was asked."""

    script: Script
    pause_s: float = 0.0
    asked: list[Ask] = field(default_factory=list)

    def cards(self) -> Mapping[str, Card]:
        return {"small": Card("small", 1000), "large": Card("large", 1000, vendor="anthropic")}

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        self.asked.append(ask)
        for item in self.script(ask):
            await anyio.sleep(self.pause_s)
            yield item

    async def count(self, ask: Ask) -> int:
        return 0

    def resumes(self, conversation: int) -> bool:
        return False


def echo(ask: Ask) -> Sequence[Told]:
    """Says again what it was told."""
    return [
        Text(f"you said {ask.request.messages[-1].text}"),
        Outcome(Usage(tokens_in=3, tokens_out=4, model="small")),
    ]


if __name__ == "__main__":
    from vivavoce.cli.root import vivavoce

    def for_ever(ask: Ask) -> Sequence[Told]:
        if "count" in ask.request.messages[-1].text:
            return [Text(f"{number} ") for number in range(1000)]
        return echo(ask)

    vivavoce(["chat"], obj=Scripted(for_ever, pause_s=0.02))
