"""Thinks and answers in one slot of the engine."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from typing import Any

from vivavoce.core import Call, Refused
from vivavoce.models import thinking
from vivavoce.models.chatml import END, inert, render
from vivavoce.models.engine import Chunk, Engine
from vivavoce.models.model import Request, Text, Thinking
from vivavoce.models.remote.schema import Misfit, check
from vivavoce.models.tally import Tally, logprobs
from vivavoce.models.toolcalls import CLOSE, NOT_EMPTY, OPEN, CallReader


class Writer:
    """What llama.cpp is asked, and what its chunks mean."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls = count()

    async def read(self, request: Request, prompt: str, tally: Tally, slot: int) -> None:
        """Into the slot, writing nothing."""
        async for chunk in self._run(_body(request, prompt, 0, slot)):
            if "usage" in chunk:
                tally.add(chunk)

    async def share(self, request: Request, prompt: str, chains: int, first: int) -> list[int]:
        """Read a prompt once into a slot for each chain; which ones they are."""
        body = _body(request, prompt, 1, first) | {"n_cmpl": chains, "verbose": True}
        slots = [first] * chains
        async for chunk in self._run(body):
            if "usage" in chunk:
                slots[chunk["choices"][0]["index"]] = _slot(chunk)
        return slots

    async def think_together(
        self, request: Request, opened: str, tallies: list[Tally], first: int
    ) -> AsyncGenerator[tuple[int, Thinking | int]]:
        """A thought for each tally: pieces, and when it is over, the slot that it is in."""
        body = _thought(request, opened, tallies[0].granted or 0, first)
        body |= {"n_cmpl": len(tallies), "verbose": True}
        async with aclosing(self._run(body)) as chunks:
            async for chunk in chunks:
                choice = chunk["choices"][0]
                i = choice["index"]
                if piece := choice["text"]:
                    tallies[i].text += piece
                    yield i, Thinking(piece)
                if "usage" in chunk:
                    tallies[i].add_thought(chunk)
                    yield i, _slot(chunk)

    async def think(
        self, request: Request, opened: str, tally: Tally, slot: int, *, again: bool = False
    ) -> AsyncGenerator[Thinking]:
        """At most tally.granted tokens of thought. again: it has closed once already."""
        extend = request.thinking is not None and request.thinking.extend
        granted = tally.granted or 0
        while (left := granted - tally.thought) > 0:
            if again:
                if left <= thinking.MORE_TOKENS:
                    return
                tally.thought += thinking.MORE_TOKENS
                left -= thinking.MORE_TOKENS
                tally.text += thinking.MORE
                yield Thinking(thinking.MORE)
            body = _thought(request, opened + inert(tally.text), left, slot)
            async with aclosing(self._run(body)) as chunks:
                async for chunk in chunks:
                    if piece := chunk["choices"][0]["text"]:
                        tally.text += piece
                        yield Thinking(piece)
                    if "usage" in chunk:
                        tally.add_thought(chunk)
            if tally.cut or not extend:
                return
            again = True

    async def answer(
        self, request: Request, prompt: str, fits: str, tally: Tally, slot: int
    ) -> AsyncGenerator[Text | Call]:
        """The answer; after a thought it is not empty, unless a stop of the request's ends it."""
        tools = () if request.tool_choice == "none" else request.tools
        thought = bool(tally.thought)
        for grammar in (fits, NOT_EMPTY):
            body = _body(request, prompt, request.max_tokens, slot)
            if grammar:
                body["grammar"] = grammar
            if tools:
                body["preserved_tokens"] = [OPEN, CLOSE]
            if request.confidence:
                body["logprobs"] = 1
            if request.stop:
                body["verbose"] = True  # else it does not tell which stop it met
            reader = CallReader(tools=bool(tools), schema=request.schema is not None)
            marks, said = thinking.Marks(active=thought and not fits), False
            async with aclosing(self._run(body)) as chunks:
                async for chunk in chunks:
                    choice = chunk["choices"][0]
                    tally.logprobs += logprobs(choice)
                    if piece := marks.feed(reader.feed(choice["text"])):
                        said = said or bool(piece.strip())
                        yield Text(piece)
                    if "usage" in chunk:
                        tally.add(chunk)
            if piece := marks.flush():
                said = said or bool(piece.strip())
                yield Text(piece)
            tally.stopped_by = tally.stopped_by if tally.stopped_by in request.stop else ""
            if said or fits or not thought or tally.stopped_by:
                break
        for i, call in enumerate(_calls(reader, tools)):
            tally.finish = "tool_calls"
            yield replace(call, id=f"call_{next(self._calls)}_{i}")

    def _run(self, body: dict[str, Any]) -> AsyncGenerator[Chunk]:
        return self._engine.run(body)


def asked(request: Request) -> bool:
    """Whether it is to think: a begun answer is gone on with."""
    return request.thinking is not None and request.thinking.tokens > 0 and not request.begun


def prompt_of(request: Request) -> str:
    """Refused: there is nothing to read, or something that this model can't see."""
    if not request.messages:
        raise Refused("a request needs at least one message")
    if any(message.images for message in request.messages):
        raise Refused("the local model sees no images; leave them out, or ask another model")
    tools = () if request.tool_choice == "none" else request.tools
    return render(request.messages, tools, open_end=request.read_only) + request.begun


def _body(request: Request, prompt: str, tokens: int, slot: int) -> dict[str, Any]:
    return {
        "prompt": prompt,
        "n_predict": tokens,
        "stream": True,
        "cache_prompt": True,
        "temperature": request.temperature,
        "top_p": request.top_p,
        "seed": request.seed,
        "stop": [END, *request.stop],
        "id_slot": slot,
    }


def _thought(request: Request, opened: str, tokens: int, slot: int) -> dict[str, Any]:
    return _body(request, opened, tokens, slot) | {"stop": [thinking.CLOSE]}


def _slot(chunk: Chunk) -> int:
    """Where a verbose completion ended."""
    return int(chunk["__verbose"]["id_slot"])


def _calls(reader: CallReader, tools: tuple[dict[str, object], ...]) -> Iterator[Call]:
    """The calls that fit a tool."""
    known = {tool["name"]: tool.get("parameters") for tool in tools}
    for name, arguments in reader.calls():
        try:
            if name in known:
                check(arguments, known[name])
                yield Call(name, arguments)
        except Misfit:
            continue
