"""Thinks and answers in one slot of the engine."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from itertools import count
from typing import Any

from vivavoce.core import Call, Refused, Unable
from vivavoce.models import thinking
from vivavoce.models.chatml import END, IN_WORDS, inert, render
from vivavoce.models.doubt import ASKED, LOOKED_AT, doubt
from vivavoce.models.engine import Chunk, Engine
from vivavoce.models.model import Request, Text, Thinking
from vivavoce.models.remote.schema import Misfit, check
from vivavoce.models.tally import Tally, logprobs, probable
from vivavoce.models.toolcalls import CLOSE, NOT_EMPTY, OPEN, CallReader, constraint


class Writer:
    """What llama.cpp is asked, and what its chunks mean."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls = count()

    async def read(
        self, request: Request, prompt: str, slot: int, count: Callable[[Chunk], None]
    ) -> None:
        """Into the slot, writing nothing; count is given the last chunk."""
        async for chunk in self._run(_body(request, prompt, 0, slot)):
            if "usage" in chunk:
                count(chunk)

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

    async def means_a_tool(
        self, request: Request, prompt: str, tally: Tally, slot: int, most: float
    ) -> bool:
        """Whether it would call a tool that there is, were it free to write any name: the doubt is
        at most so much. Reads the prompt into the slot."""
        body = _body(request, prompt + ASKED, 1, slot) | {"logprobs": LOOKED_AT}
        beginnings: list[tuple[str, float]] = []
        async with aclosing(self._run(body)) as chunks:
            async for chunk in chunks:
                beginnings += probable(chunk["choices"][0])
                if "usage" in chunk:
                    tally.add_look(chunk)
        return doubt(beginnings, request.tools) <= most

    async def answer(
        self, request: Request, prompt: str, fits: str, tally: Tally, slot: int
    ) -> AsyncGenerator[Text | Call]:
        """The answer; after a thought it is not empty, unless a stop of the request's ends it.
        Stops are for words: where llama.cpp met one in a call, the call is written again without.
        """
        for grammar in (fits, NOT_EMPTY):
            part = _Part(request, tally, fits)
            body = _answer(request, prompt, grammar, slot)
            async with aclosing(self._run(body)) as chunks:
                async for chunk in chunks:
                    for piece in part.take(chunk):
                        yield piece
            if part.cut_off:
                choice = "required" if request.tool_choice == "auto" else request.tool_choice
                whole = replace(request, stop=(), tool_choice=choice)
                rest = self.answer(whole, prompt, constraint(whole), tally, slot)
                async with aclosing(rest) as written:
                    async for item in written:
                        yield item
                return
            if part.said or fits or not tally.thought or tally.stopped_by:
                break
        for call in self._numbered(part):
            yield call

    async def answer_together(
        self, request: Request, prompt: str, fits: str, tallies: Sequence[Tally], first: int
    ) -> AsyncGenerator[tuple[int, Text | Call | None]]:
        """As many answers as tallies, from one reading of the prompt into the slot first: pieces
        of each, and None when it is over."""
        parts = [_Part(request, tally, fits) for tally in tallies]
        body = _answer(request, prompt, fits, first) | {"n_cmpl": len(parts)}
        async with aclosing(self._run(body)) as chunks:
            async for chunk in chunks:
                i = chunk["choices"][0]["index"]
                for piece in parts[i].take(chunk):
                    yield i, piece
                if "usage" in chunk:
                    for call in self._numbered(parts[i]):
                        yield i, call
                    yield i, None

    def _numbered(self, part: "_Part") -> Iterator[Call]:
        for i, call in enumerate(part.calls()):
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
        raise Unable("the local model sees no images; leave them out, or ask another model")
    if request.suffix:
        raise Unable("this model fills no gaps; ask the model diffusion, or leave the suffix out")
    if request.plain:
        return inert(request.messages[-1].text)
    messages = request.messages
    words = request.schema is None and not request.read_only
    if request.tools and request.tool_choice == "none" and words:
        # They are told all the same: what was read of them is not read again.
        messages = (*messages, IN_WORDS)
    return render(messages, request.tools, open_end=request.read_only) + inert(request.begun)


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


def _answer(request: Request, prompt: str, grammar: str, slot: int) -> dict[str, Any]:
    body = _body(request, prompt, request.max_tokens, slot)
    if grammar:
        body["grammar"] = grammar
    if request.tools and request.tool_choice != "none":
        body["preserved_tokens"] = [OPEN, CLOSE]
    if request.confidence:
        body["logprobs"] = 1
    if request.stop:
        body["verbose"] = True  # else it does not tell which stop it met
    return body


class _Part:
    """One answer, as far as it has come."""

    def __init__(self, request: Request, tally: Tally, fits: str) -> None:
        self._tools = () if request.tool_choice == "none" else request.tools
        self._stop, self._tally = request.stop, tally
        self._reader = CallReader(tools=bool(self._tools), schema=request.schema is not None)
        self._marks = thinking.Marks(active=bool(tally.thought) and not fits)
        self.said = False

    def take(self, chunk: Chunk) -> Iterator[Text]:
        """What its next chunk says."""
        choice = chunk["choices"][0]
        self._tally.logprobs += logprobs(choice)
        pieces = [self._marks.feed(self._reader.feed(choice["text"]))]
        if "usage" in chunk:
            self._tally.add(chunk)
            if self._tally.stopped_by not in self._stop:
                self._tally.stopped_by = ""
            pieces.append(self._marks.flush())
        for piece in filter(None, pieces):
            self.said = self.said or bool(piece.strip())
            yield Text(piece)

    @property
    def cut_off(self) -> bool:
        """A stop ended it amid its calls."""
        return bool(self._reader.calling) and self._tally.stopped_by not in ("", END)

    def calls(self) -> Iterator[Call]:
        """Those that fit a tool, once it is over."""
        known = {tool["name"]: tool.get("parameters") for tool in self._tools}
        for name, arguments in self._reader.calls():
            try:
                if name in known:
                    check(arguments, known[name])
                    self._tally.finish = "tool_calls"
                    yield Call(name, arguments)
            except Misfit:
                continue
