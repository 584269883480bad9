"""A local language model: llama.cpp's server inside our process (package xllamacpp)."""

import logging
import os
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vivavoce.core import Broken, ConfigError, Retry, WeightsMissing
from vivavoce.models import thinking
from vivavoce.models.chains import counted, together
from vivavoce.models.chatml import head, inert
from vivavoce.models.context import Context, guess
from vivavoce.models.engine import Engine
from vivavoce.models.model import Card, Piece, Request, Thinking
from vivavoce.models.prefixes import Prefixes
from vivavoce.models.slots import Turns
from vivavoce.models.tally import Tally
from vivavoce.models.toolcalls import constraint
from vivavoce.models.writer import Writer, asked, prompt_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """What the model may use of the machine."""

    threads: int = 2
    context_tokens: int = 8192
    """Shared by all slots."""
    slots: int = 4
    """Prefix caches that are kept at once, and requests that run at once; more take turns."""
    batch_tokens: int = 64
    """Read at a time: small, so that a cancelled read stops soon and buffers stay small. 32 and
    less read more slowly."""

    prefixes: Path | None = None
    """Folder in which beginnings of prompts are kept (Request.lasting); None: nowhere."""
    doubt: float = 1.0
    """Tools are not called if it is more probable than this that none of them is meant; 1: never
    mind. It differs from model to model; see models/doubt.py."""

    def __post_init__(self) -> None:
        if not 0 <= self.doubt <= 1:
            raise ConfigError(f"llama.doubt must be in [0, 1], got {self.doubt}")
        for name in ("threads", "context_tokens", "slots", "batch_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"llama.{name} must be at least 1, got {getattr(self, name)}")


SPINS = "1000"
"""How often a thread of the model looks whether the others are done before it sleeps
(GOMP_SPINCOUNT). OpenMP's own default spins for milliseconds, hundreds of times a token: beside one
busy program on two cores that is 0.1 to 3 s a token instead of 0.08, and alone this is as quick."""


class Llama:
    """A GGUF model that speaks ChatML."""

    def __init__(
        self, path: Path, cfg: LlamaConfig | None = None, card: Card | None = None
    ) -> None:
        self.cfg = cfg or LlamaConfig()
        known = card or Card(path.parent.name, 0)
        self.card = replace(
            known,
            context_tokens=self.cfg.context_tokens,
            load_s=0.0,
            thinks=True,
            budget="exact",
            confidences=True,
            plain=True,
        )
        self._prefixes = _prefixes(path, self.cfg)
        self._begun: dict[int, str] = {}
        """By slot: which kept beginning it has."""
        self._engine = Engine(load(path, self.cfg), 4 * self.cfg.slots)
        self._writer = Writer(self._engine)
        self._turns = Turns(self.cfg.slots)
        self._context = Context(self.cfg.context_tokens, shared=self.cfg.slots > 1)

    @property
    def address(self) -> str:
        """Where llama.cpp's own HTTP server listens (loopback)."""
        return self._engine.address

    async def count(self, request: Request) -> int:
        """Tokens that it would read, exactly."""
        return await self._engine.count(prompt_of(request))

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        """Thinking, then Text and Calls, then one Usage."""
        prompt, tally, said = prompt_of(request), Tally(), False
        if request.read_only:
            await self._ahead(request, prompt, tally)
            yield tally.usage(self.card.name)
            return
        fits = constraint(request)
        async with self._turns.one(request.conversation, prompt) as slot:
            try:
                await self._begin(request, tally, slot)
                grant = await self._grant(request, prompt)
                whole = self._whole(request, prompt, fits, tally, slot, grant)
                async with aclosing(whole) as pieces:
                    async for piece in pieces:
                        said = said or not isinstance(piece, Thinking)
                        yield piece
            except Retry as failed:
                if said:
                    raise Broken(f"{failed}; what came until then stands") from failed
                raise
        yield tally.usage(self.card.name)

    async def chains(self, request: Request, n: int) -> AsyncGenerator[tuple[int, Piece]]:
        """n chains of one request, each with its own seed, budget and Usage: (chain, piece) as
        they come, as many at once as have slots; closing stops all. The prompt of a plain answer
        is read once; chains that think read it each (llama.cpp clears the slots of a shared one,
        and the answer would have to read prompt and thought again), and so do those that may call
        and have stops (see Writer.answer)."""
        prompt, fits, first = prompt_of(request), constraint(request), 0
        alone = asked(request) or (request.tools and request.stop)
        conversation, shared = request.conversation, not alone
        while first < n:
            async with self._turns.many(conversation, prompt, n - first, shared=shared) as slots:
                for slot in slots:
                    self._begun.pop(slot, None)
                seeded = [
                    replace(request, seed=request.seed + first + i) for i in range(len(slots))
                ]
                tallies = [Tally() for _ in slots]
                told: Any
                if not shared:
                    each = await self._grant(request, prompt, len(slots))
                    told = together(
                        [
                            self._whole(one, prompt, fits, tally, slot, each)
                            for one, tally, slot in zip(seeded, tallies, slots, strict=True)
                        ]
                    )
                else:
                    asked_for, free = await self._settled(
                        request, prompt, fits, tallies[0], slots[0]
                    )
                    told = self._writer.answer_together(
                        seeded[0], asked_for, free, tallies, slots[0]
                    )
                async with aclosing(counted(told, tallies, self.card.name)) as pieces:
                    async for i, piece in pieces:
                        yield first + i, piece
            first += len(slots)

    def close(self) -> None:
        """Stop the server; the object can't be used afterwards."""
        self._engine.close()

    async def _whole(
        self,
        request: Request,
        prompt: str,
        fits: str,
        tally: Tally,
        slot: int,
        grant: tuple[int, int | None],
    ) -> AsyncGenerator[Piece]:
        """All but the Usage of one answer."""
        read, granted = grant
        if granted is not None:
            tally.allow(granted)
        with self._context.promise(read + (granted or 0) + request.max_tokens):
            if granted:
                opened = thinking.opened(prompt)
                async with aclosing(self._writer.think(request, opened, tally, slot)) as thoughts:
                    async for thought in thoughts:
                        yield thought
                prompt = thinking.closed(opened, inert(tally.text), cut=tally.cut)
            prompt, fits = await self._settled(request, prompt, fits, tally, slot)
            answer = self._writer.answer(request, prompt, fits, tally, slot)
            async with aclosing(answer) as pieces:
                async for piece in pieces:
                    yield piece

    async def _ahead(self, request: Request, prompt: str, tally: Tally) -> None:
        """Read into a slot that nobody needs, and what is lasting of it onto the disk; there is
        nothing to be done for what is there already."""
        if request.lasting:
            beginning = self._beginning(request)
            if self._prefixes is None or self._prefixes.known(self._prefixes.name(beginning)):
                return
        with self._turns.unless_busy(request.conversation, prompt) as slot:
            if slot is None:
                return
            await self._begin(request, tally, slot)
            await self._writer.read(request, prompt, slot, tally.add)

    def _beginning(self, request: Request) -> str:
        """What of its prompt is kept on disk; empty: nothing."""
        if self._prefixes is None or not request.lasting:
            return ""
        return head(request.messages, request.tools)

    async def _begin(self, request: Request, tally: Tally, slot: int) -> None:
        """The beginning of a prompt that comes again is in the slot, read or brought back."""
        beginning = self._beginning(request)
        if self._prefixes is None or not beginning:
            self._begun.pop(slot, None)
            return
        name = self._prefixes.name(beginning)
        if self._begun.get(slot) == name:
            return
        self._begun.pop(slot, None)
        if self._prefixes.known(name):
            if await self._engine.bring_back(slot, name):
                self._begun[slot] = name
                return
            self._prefixes.forget(name)
        await self._writer.read(request, beginning, slot, tally.add_look)
        if await self._engine.keep(slot, name):
            self._prefixes.tidy()
            self._begun[slot] = name
        else:
            self._prefixes.forget(name)

    async def _settled(
        self, request: Request, prompt: str, fits: str, tally: Tally, slot: int
    ) -> tuple[str, str]:
        """Prompt and grammar, without calls where the model means none of the tools."""
        free = request.tools and request.tool_choice == "auto" and not request.begun
        if not free or request.tools_fit or self.cfg.doubt >= 1:
            return prompt, fits
        if await self._writer.means_a_tool(request, prompt, tally, slot, self.cfg.doubt):
            return prompt, fits
        without = replace(request, tool_choice="none")
        begun = prompt != prompt_of(request)  # by a thought: too late to say anything
        return prompt if begun else prompt_of(without), constraint(without)

    async def _grant(self, request: Request, prompt: str, n: int = 1) -> tuple[int, int | None]:
        """Tokens that are read (about), and of thinking that each of n chains may have; None:
        nobody asked for any."""
        if request.thinking is None or not asked(request):
            return guess(prompt), None
        read = await self._engine.count(thinking.opened(prompt))
        wanted = request.thinking.tokens
        most = self._context.grant(wanted, read=n * read, answer=request.max_tokens, chains=n)
        return read, most


def _prefixes(model: Path, cfg: LlamaConfig) -> Prefixes | None:
    """None: nobody wants any, or there is no place for them."""
    if cfg.prefixes is None:
        return None
    try:
        return Prefixes(cfg.prefixes, model)
    except OSError as error:
        log.warning("prompts are read anew each time: %s", error)
        return None


def load(path: Path, cfg: LlamaConfig) -> Any:
    """xllamacpp's server; blocks. WeightsMissing: there is no model, or it is damaged."""
    os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # read when the library is loaded
    import xllamacpp as x

    if not path.is_file():
        raise WeightsMissing(f"no model at {path}; run: vivavoce weights pull")
    params = x.CommonParams()
    params.model.path = str(path)
    params.n_ctx = cfg.context_tokens
    params.n_parallel = cfg.slots
    params.kv_unified = True
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = cfg.threads
    params.n_batch = params.n_ubatch = cfg.batch_tokens
    params.load_mode = x.llama_load_mode.LLAMA_LOAD_MODE_NONE  # mmap would keep weights twice
    params.cache_ram_mib = 0
    params.ui = False
    if cfg.prefixes is not None and cfg.prefixes.is_dir():
        params.slot_save_path = f"{cfg.prefixes}/"
    params.verbosity = -1
    try:
        server: Any = x.Server(params)
    except (RuntimeError, ValueError) as broken:
        raise WeightsMissing(
            f"{path} can't be loaded ({broken}); run: vivavoce weights verify"
        ) from broken
    server.handle_completions({"prompt": "Hi", "n_predict": 1}, lambda _chunk: False)
    return server
