"""A mind that follows simple rules, and keeps what it was asked."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import anyio

from vivavoce.core import Broken, Call, Refused, Retry
from vivavoce.mind import Ask, Ballot, Outcome, Route, Vote
from vivavoce.models import Card, Piece, Text, Thinking, Usage

CARDS = {
    "small": Card("small", 8192, budget="exact", thinks=True, images=True),
    "house/far": Card("house/far", 100_000, vendor="anthropic", place="far.example", thinks=True),
}


class RuleMind:
    """What the last message says decides what is answered; "slow" never ends."""

    def __init__(self) -> None:
        self.asked: list[Ask] = []
        self.closed = 0
        self.begun = anyio.Event()

    def cards(self) -> Mapping[str, Card]:
        return CARDS

    async def count(self, ask: Ask) -> int:
        self.asked.append(ask)
        if ask.request.messages[-1].text == "mute":
            await anyio.sleep_forever()
        return sum(len(m.text.split()) for m in ask.request.messages)

    async def stream(self, ask: Ask) -> AsyncIterator[Piece | Vote | Outcome]:
        self.asked.append(ask)
        self.begun.set()
        try:
            async for item in self._answer(ask):
                yield item
        finally:
            self.closed += 1

    async def _answer(self, ask: Ask) -> AsyncIterator[Piece | Vote | Outcome]:
        request = ask.request
        said = request.messages[-1].text
        thought = bool(request.thinking and request.thinking.tokens)
        finish: Any = "stop"
        if said == "refuse":
            raise Refused("too long; make it shorter")
        if said == "busy":
            raise Retry("all slots are taken")
        if said == "bug":
            raise RuntimeError("a secret detail")
        if said == "redact":
            yield Thinking(redacted="hidden", vendor="anthropic")
        if thought:
            yield Thinking("Let me ")
            yield Thinking("see.")
            if ask.model == "house/far":
                yield Thinking(signature="theirs")
        if said == "slow":
            yield Text("one ")
            await anyio.sleep_forever()
        if said == "mute":
            await anyio.sleep_forever()
        if said == "break":
            yield Text("half ")
            raise Broken("the model died")
        vote = None
        if ask.voting and ask.voting.chains > 1:
            vote = Vote(ask.voting.chains, (Ballot(0, "4"),), tokens=9)
            yield vote
            vote = Vote(vote.chains, (*vote.ballots, Ballot(1, "4")), "decided", 18)
            yield vote
        if request.tools and request.tool_choice != "none" and request.messages[-1].role == "user":
            finish = "tool_calls"
            for city in ("Rome", "Oslo") if request.parallel_calls else ("Rome",):
                yield Call(str(request.tools[0]["name"]), json.dumps({"city": city}))
        elif request.schema is not None:
            yield Text('{"city":"Rome",')
            yield Text('"people":3}')
        else:
            yield Text("Hello ")
            yield Text(f"{said}.")
        if said == "long":
            finish = "length"
        usage = Usage(
            11,
            4,
            7,
            3 if thought else 0,
            finish=finish,
            stopped_by=request.stop[0] if said == "stop" and request.stop else "",
            budget="exact" if thought else "none",
            granted=request.thinking.tokens if request.thinking else None,
            model="small" if ask.model == "auto" else ask.model,
        )
        yield Outcome(usage, Route(usage.model, "it is the nearest", fell_from=("gone",)), vote)
