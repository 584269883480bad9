"""A local language model: llama.cpp's server inside our process (package xllamacpp)."""

import asyncio
import math
import os
from collections import Counter, OrderedDict
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any, Literal

from vivavoce.core import Broken, Call, ConfigError, Refused, Retry, WeightsMissing
from vivavoce.models import thinking
from vivavoce.models.chatml import END, inert, render
from vivavoce.models.engine import Chunk, Engine
from vivavoce.models.model import Card, Kept, Piece, Request, Text, Thinking, Usage
from vivavoce.models.remote.schema import Misfit, check
from vivavoce.models.toolcalls import CLOSE, NOT_EMPTY, OPEN, CallReader, constraint


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """What the model may use of the machine."""

    threads: int = 2
    context_tokens: int = 8192
    """Shared by all slots."""
    slots: int = 4
    """Prefix caches that are kept at once, and requests that run at once; more take turns."""
    batch_tokens: int = 128
    """Read at a time: small, so that a cancelled read stops soon and buffers stay small."""

    def __post_init__(self) -> None:
        for name in ("threads", "context_tokens", "slots", "batch_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"llama.{name} must be at least 1, got {getattr(self, name)}")


SPINS = "1000"
"""How often a thread of the model looks whether the others are done before it sleeps
(GOMP_SPINCOUNT). OpenMP's own default spins for milliseconds, hundreds of times a token: beside one
busy program on two cores that is 0.1 to 3 s a token instead of 0.08, and alone this is as quick."""
HAND_OFF_TOKENS = 32
"""More than what stands around a thought."""
SPARE = 4
"""One thought leaves a quarter of the context to the conversations beside it."""


@dataclass(slots=True)
class _Tally:
    """What one chain took so far."""

    granted: int | None = None
    budget: Kept = "none"
    tokens_in: int = 0
    tokens_cached: int = 0
    written: int = 0
    thought: int = 0
    finish: Literal["stop", "length", "tool_calls"] = "stop"
    said: bool = False
    """Something of it was told."""
    text: str = ""
    """What was thought."""
    cut: bool = False
    """It was stopped by its budget."""
    logprobs: list[float] = field(default_factory=list)

    def add(self, chunk: Chunk, *, thought: bool = False) -> None:
        """Count a run's last chunk."""
        usage = chunk["usage"]
        if not self.tokens_in:
            self.tokens_in = usage["prompt_tokens"]
            details = usage.get("prompt_tokens_details") or {}
            self.tokens_cached = details.get("cached_tokens", 0)
        tokens = usage["completion_tokens"]
        self.written += tokens
        if thought:
            self.thought += tokens
        self.finish = "length" if _finish(chunk) == "length" else "stop"

    def usage(self, model: str) -> Usage:
        """What is told in the end."""
        probable = self.logprobs and math.exp(sum(self.logprobs) / len(self.logprobs))
        return Usage(
            self.tokens_in,
            self.tokens_cached,
            self.written,
            self.thought,
            self.finish,
            budget=self.budget,
            granted=self.granted,
            confidence=min(1.0, probable) if probable else None,
            model=model,
        )


class Llama:
    """A GGUF model that speaks ChatML."""

    def __init__(
        self, path: Path, cfg: LlamaConfig | None = None, card: Card | None = None
    ) -> None:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # read when the library is loaded
        import xllamacpp as x

        self.cfg = cfg or LlamaConfig()
        known = card or Card(path.parent.name, 0)
        self.card = replace(
            known,
            context_tokens=self.cfg.context_tokens,
            thinks=True,
            budget="exact",
            confidences=True,
        )
        if not path.is_file():
            raise WeightsMissing(f"no model at {path}; run: vivavoce weights pull")
        params = x.CommonParams()
        params.model.path = str(path)
        params.n_ctx = self.cfg.context_tokens
        params.n_parallel = self.cfg.slots
        params.kv_unified = True
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = self.cfg.threads
        params.n_batch = params.n_ubatch = self.cfg.batch_tokens
        params.load_mode = x.llama_load_mode.LLAMA_LOAD_MODE_NONE  # mmap would keep weights twice
        params.cache_ram_mib = 0
        params.ui = False
        params.verbosity = -1
        try:
            server: Any = x.Server(params)
        except (RuntimeError, ValueError) as broken:
            raise WeightsMissing(
                f"{path} can't be loaded ({broken}); run: vivavoce weights verify"
            ) from broken
        server.handle_completions({"prompt": "Hi", "n_predict": 1}, lambda _chunk: False)
        self._engine = Engine(server, 4 * self.cfg.slots)
        self._slots: OrderedDict[int, int] = OrderedDict()
        self._busy: Counter[int] = Counter()
        self._chains = 0
        self._taken: dict[int, int] = {}
        self._tickets = count()

    @property
    def address(self) -> str:
        """Where llama.cpp's own HTTP server listens (loopback)."""
        return self._engine.address

    async def count(self, request: Request) -> int:
        """Tokens that it would read, exactly."""
        return await self._engine.count(_prompt(request))

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        """Thinking, then Text and Calls, then one Usage."""
        prompt, tally = _prompt(request), _Tally()
        if request.read_only:
            async with aclosing(self._engine.run(self._body(request, prompt, 0))) as chunks:
                async for chunk in chunks:
                    if "usage" in chunk:
                        tally.add(chunk)
            yield tally.usage(self.card.name)
            return
        fits = constraint(request)
        with self._place(request.conversation) as slot:
            try:
                async with aclosing(self._whole(request, prompt, fits, tally, slot)) as pieces:
                    async for piece in pieces:
                        tally.said = True
                        yield piece
            except Retry as failed:
                if tally.said:
                    raise Broken(f"{failed}; what came until then stands") from failed
                raise
        yield tally.usage(self.card.name)

    async def chains(self, request: Request, n: int) -> AsyncGenerator[tuple[int, Piece]]:
        """n chains of one request, each with its own seed, budget and Usage: (chain, piece) as
        they come. The prompt is read once for as many as have slots; closing stops all."""
        wave = max(1, self.cfg.slots - bool(self._slots))
        for first in range(0, n, wave):
            some = range(first, min(n, first + wave))
            async with aclosing(self._wave(request, some)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _wave(self, request: Request, some: range) -> AsyncGenerator[tuple[int, Piece]]:
        """As many chains as run at once: thoughts (or all of a plain answer's prompt) together,
        then each chain's answer by itself, while others may still think."""
        prompt, fits, n = _prompt(request), constraint(request), len(some)
        seeded = [replace(request, seed=request.seed + i) for i in some]
        tallies = [_Tally() for _ in some]
        out: asyncio.Queue[tuple[int, Piece | Exception | None]] = asyncio.Queue()
        self._chains += 1
        tasks: list[asyncio.Task[None]] = []

        async def answer(i: int, prompt: str) -> None:
            try:
                async with aclosing(
                    self._answer(seeded[i], prompt, fits, tallies[i], -1)
                ) as pieces:
                    async for piece in pieces:
                        out.put_nowait((i, piece))
                out.put_nowait((i, tallies[i].usage(self.card.name)))
                out.put_nowait((i, None))
            except (Retry, Refused, Broken) as failed:
                out.put_nowait((i, failed))

        async def think() -> None:
            opened = thinking.opened(prompt)
            body = self._body(seeded[0], opened, granted)
            body |= {"stop": [thinking.CLOSE], "n_cmpl": n, "id_slot": -1}
            try:
                async with aclosing(self._engine.run(body)) as chunks:
                    async for chunk in chunks:
                        i = chunk["choices"][0]["index"]
                        tally = tallies[i]
                        if piece := chunk["choices"][0]["text"]:
                            tally.text += piece
                            out.put_nowait((i, Thinking(piece)))
                        if "usage" in chunk:
                            tally.add(chunk, thought=True)
                            tally.cut = _finish(chunk) == "length"
                            tasks.append(asyncio.create_task(rest(i, opened)))
            except (Retry, Refused) as failed:
                out.put_nowait((0, failed))

        async def rest(i: int, opened: str) -> None:
            tally = tallies[i]
            if request.thinking and request.thinking.extend and not tally.cut:
                try:
                    async with aclosing(
                        self._think(seeded[i], opened, tally, -1, again=True)
                    ) as pieces:
                        async for piece in pieces:
                            out.put_nowait((i, piece))
                except (Retry, Refused) as failed:
                    out.put_nowait((i, failed))
                    return
            await answer(i, thinking.closed(opened, inert(tally.text), cut=tally.cut))

        try:
            granted = await self._grant(request, prompt, n)
            with self._room(granted + n * request.max_tokens):
                for tally in tallies:
                    tally.granted = granted if _asked(request) else None
                    tally.budget = "exact" if _asked(request) else "none"
                if granted:
                    tasks.append(asyncio.create_task(think()))
                else:
                    await self._share(seeded[0], prompt, n)
                    tasks.extend(asyncio.create_task(answer(i, prompt)) for i in range(n))
                left = n
                while left:
                    i, piece = await out.get()
                    if isinstance(piece, Exception):
                        raise piece
                    if piece is None:
                        left -= 1
                    else:
                        yield some[i], piece
        finally:
            self._chains -= 1
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _share(self, request: Request, prompt: str, n: int) -> None:
        """Read a prompt once into n slots, from which its chains go on."""
        body = self._body(request, prompt, 1, -1) | {"n_cmpl": n}
        async with aclosing(self._engine.run(body)) as chunks:
            async for _ in chunks:
                pass

    async def _whole(
        self, request: Request, prompt: str, fits: str, tally: _Tally, slot: int
    ) -> AsyncGenerator[Piece]:
        """All but the Usage of one answer."""
        if not _asked(request):
            with self._room(len(prompt) // 3 + request.max_tokens):
                async with aclosing(self._answer(request, prompt, fits, tally, slot)) as pieces:
                    async for piece in pieces:
                        yield piece
            return
        tally.budget = "exact"
        tally.granted = granted = await self._grant(request, prompt)
        with self._room(len(prompt) // 3 + granted + request.max_tokens):
            if granted:
                opened = thinking.opened(prompt)
                async with aclosing(self._think(request, opened, tally, slot)) as thoughts:
                    async for thought in thoughts:
                        yield thought
                prompt = thinking.closed(opened, inert(tally.text), cut=tally.cut)
            async with aclosing(self._answer(request, prompt, fits, tally, slot)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _think(
        self, request: Request, opened: str, tally: _Tally, slot: int, *, again: bool = False
    ) -> AsyncGenerator[Piece]:
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
            body = self._body(request, opened + inert(tally.text), left, slot)
            body["stop"] = [thinking.CLOSE]
            async with aclosing(self._engine.run(body)) as chunks:
                async for chunk in chunks:
                    if piece := chunk["choices"][0]["text"]:
                        tally.text += piece
                        yield Thinking(piece)
                    if "usage" in chunk:
                        tally.add(chunk, thought=True)
            tally.cut = tally.finish == "length"
            if tally.cut or not extend:
                return
            again = True

    async def _answer(
        self, request: Request, prompt: str, fits: str, tally: _Tally, slot: int
    ) -> AsyncGenerator[Text | Call]:
        """The answer; after a thought it is never empty."""
        tools = () if request.tool_choice == "none" else request.tools
        thought = bool(tally.thought)
        for grammar in (fits, NOT_EMPTY):
            body = self._body(request, prompt, request.max_tokens, slot)
            if grammar:
                body["grammar"] = grammar
            if tools:
                body["preserved_tokens"] = [OPEN, CLOSE]
            if request.confidence:
                body["logprobs"] = 1
            reader = CallReader(tools=bool(tools), schema=request.schema is not None)
            marks, said = thinking.Marks(active=thought and not fits), False
            async with aclosing(self._engine.run(body)) as chunks:
                async for chunk in chunks:
                    choice = chunk["choices"][0]
                    tally.logprobs += _logprobs(choice)
                    if piece := marks.feed(reader.feed(choice["text"])):
                        said = said or bool(piece.strip())
                        yield Text(piece)
                    if "usage" in chunk:
                        tally.add(chunk)
            if piece := marks.flush():
                said = said or bool(piece.strip())
                yield Text(piece)
            if said or fits or not thought:
                break
        for i, call in enumerate(_calls(reader, tools)):
            tally.finish = "tool_calls"
            yield replace(call, id=f"call_{next(self._tickets)}_{i}")

    async def _grant(self, request: Request, prompt: str, n: int = 1) -> int:
        """Tokens of thinking that each of n chains may have."""
        if not _asked(request):
            return 0
        assert request.thinking is not None
        read = await self._engine.count(thinking.opened(prompt))
        spare = self.cfg.context_tokens // SPARE if self.cfg.slots > 1 else 0
        room = self.cfg.context_tokens - spare - read - sum(self._taken.values())
        fitting = room // n - HAND_OFF_TOKENS - request.max_tokens
        return max(0, min(request.thinking.tokens, fitting))

    @contextmanager
    def _room(self, tokens: int) -> Iterator[None]:
        """So much of the context is taken meanwhile."""
        ticket = next(self._tickets)
        self._taken[ticket] = tokens
        try:
            yield
        finally:
            del self._taken[ticket]

    def _body(
        self, request: Request, prompt: str, tokens: int, slot: int | None = None
    ) -> dict[str, Any]:
        return {
            "prompt": prompt,
            "n_predict": tokens,
            "stream": True,
            "cache_prompt": True,
            "temperature": request.temperature,
            "top_p": request.top_p,
            "seed": request.seed,
            "stop": [END, *request.stop],
            "id_slot": self._slot(request.conversation) if slot is None else slot,
        }

    @contextmanager
    def _place(self, conversation: int) -> Iterator[int]:
        """The slot of a conversation while it is answered; -1 (whichever is free and knows most
        of the prompt) where its own one is not free: it must not wait for another's thought."""
        slot = -1 if self._chains else self._slot(conversation)
        if slot >= 0 and self._busy[slot]:
            slot = -1
        self._busy[slot] += 1
        try:
            yield slot
        finally:
            self._busy[slot] -= 1

    def _slot(self, conversation: int) -> int:
        """The slot that holds this conversation's prefix; the longest unused one is given away."""
        if conversation in self._slots:
            self._slots.move_to_end(conversation)
        elif len(self._slots) < self.cfg.slots:
            self._slots[conversation] = len(self._slots)
        else:
            idle = (c for c, slot in self._slots.items() if not self._busy[slot])
            oldest = next(idle, None)
            if oldest is None:
                return -1
            self._slots[conversation] = self._slots.pop(oldest)
        return self._slots[conversation]

    def close(self) -> None:
        """Stop the server; the object can't be used afterwards."""
        self._engine.close()


def _asked(request: Request) -> bool:
    """Whether it is to think: a begun answer is gone on with."""
    return request.thinking is not None and request.thinking.tokens > 0 and not request.begun


def _prompt(request: Request) -> str:
    """Refused: there is nothing to read, or something that this model can't see."""
    if not request.messages:
        raise Refused("a request needs at least one message")
    if any(message.images for message in request.messages):
        raise Refused("the local model sees no images; leave them out, or ask another model")
    tools = () if request.tool_choice == "none" else request.tools
    return render(request.messages, tools, open_end=request.read_only) + request.begun


def _finish(chunk: Chunk) -> str:
    return str(chunk["choices"][0].get("finish_reason") or "stop")


def _logprobs(choice: dict[str, Any]) -> list[float]:
    return [t["logprob"] for t in (choice.get("logprobs") or {}).get("content", ())]


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
