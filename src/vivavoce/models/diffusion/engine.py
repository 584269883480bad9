"""One thread that has the network, and the texts that wait for it."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from vivavoce.core import Broken, Refused, Retry, VivavoceError
from vivavoce.models.diffusion.jobs import Job, Limits, slots, together
from vivavoce.models.diffusion.settings import Say, Settings

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Asked, Piece, Writer

log = logging.getLogger(__name__)


class Loads(Protocol):
    """Where the network comes from: Settings, or a toy."""

    def missing(self) -> str:
        """What has to be done first; empty: nothing. At once."""
        ...

    def load(self, say: Say) -> "Writer":
        """Blocks. VivavoceError says what to do."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """How far the engine is."""

    name: Literal["missing", "idle", "loading", "ready", "failed"]
    said: str = ""
    """What to do first, or what it is doing."""
    trained: bool | None = None
    """Whether the weights were taught to denoise; None before they are loaded."""


class Engine:
    """Texts with an equal dial, but for the seed, that wait at the same time are written together;
    the others one batch after another, in the order in which they came.

        engine = Engine()
        writer = await engine.open()
        async with aclosing(engine.write(Asked(writer.plain("def fib(n):")), Dial())) as pieces:
            async for piece in pieces: ..."""

    def __init__(
        self, loads: Loads | None = None, limits: Limits | None = None, say: Say = log.warning
    ) -> None:
        """Takes no memory before it is opened. say: hears what loading does."""
        self.limits = limits or Limits()
        self._loads: Loads = Settings() if loads is None else loads
        self._say = say
        self._state = State("idle")
        self._writer: Writer | None = None
        self._loading = threading.Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="diffusion")
        self._books = threading.Lock()
        self._waiting: list[Job] = []
        self._batch: list[Job] = []
        self._writing = 0
        """The thread that writes the batch."""
        self._closed = False

    @property
    def state(self) -> State:
        """At once, and without loading anything."""
        if self._state.name == "idle" and (why := self.missing):
            return State("missing", why)
        return self._state

    @property
    def missing(self) -> str:
        """What has to be done before it can be opened; empty: nothing."""
        return self._loads.missing()

    @property
    def writer(self) -> "Writer | None":
        """Once it is loaded."""
        return self._writer

    async def open(self) -> "Writer":
        """The network, which makes prompts too (plain, chat, infill); loaded if it is not there
        yet. Refused, WeightsMissing, ConfigError say what to do."""
        if self._writer is not None:
            return self._writer
        return await asyncio.wrap_future(self._thread.submit(self.load))

    def load(self) -> "Writer":
        """As open; blocks, in the calling thread."""
        with self._loading:
            if self._writer is None:
                self._state = State("loading", "loading the network")
                try:
                    writer = self._loads.load(self._heard)
                except VivavoceError as why:
                    self._state = State("failed", str(why))
                    raise
                except BaseException:
                    self._state = State("failed", "the network could not be loaded")
                    raise
                if writer.network.device.type == "cpu":  # elsewhere a prompt is read in no time
                    writer.network.register_forward_pre_hook(self._check)
                self._writer = writer
                self._state = State("ready", trained=writer.network.adapter is not None)
            return self._writer

    async def write(self, asked: "Asked", dial: "Dial") -> "AsyncGenerator[Piece]":
        """A Piece a forward, the last with an ending; closing the iterator stops at once, in the
        middle of a block too. Refused: the prompt is empty or too long. Retry: too many wait.
        Broken: it failed halfway."""
        job = Job(asked, dial)
        self._enter(job)
        try:
            while True:
                piece = await job.next()
                yield piece
                if piece.ending is not None:
                    return
        finally:
            job.gone = True

    def close(self) -> None:
        """Stop what is being written, let go of the network; it can't be used afterwards."""
        self._closed = True
        with self._books:
            left, self._waiting = self._waiting, []
        for job in left:
            job.tell(Retry("the engine was stopped; ask again"))
        self._thread.shutdown()
        self._writer = None

    def _enter(self, job: Job) -> None:
        if not job.asked.prompt:
            raise Refused("the prompt is empty; write at least a word")
        if (needed := slots([job])) > self.limits.context_tokens:
            raise Refused(
                f"{len(job.asked.prompt)} tokens of prompt and {job.asked.most} to write need room "
                f"for {needed}, and there is room for {self.limits.context_tokens}; shorten the "
                "prompt or ask for fewer"
            )
        with self._books:
            self._waiting = [other for other in self._waiting if not other.gone]
            if self._closed:
                raise Retry("the engine was stopped; ask again")
            if len(self._waiting) >= self.limits.waiting:
                raise Retry(f"{len(self._waiting)} texts wait to be written; ask again later")
            self._waiting.append(job)
        self._thread.submit(self._next)

    def _next(self) -> None:
        """One batch, in the engine's thread."""
        if len(self._waiting) == 1:
            time.sleep(self.limits.gather_s)
        with self._books:
            self._waiting = [job for job in self._waiting if not job.gone]
            batch = self._batch = together(self._waiting, self.limits)
            self._waiting = [job for job in self._waiting if job not in batch]
        if not batch:
            return
        self._writing = threading.get_ident()
        try:
            self._written(self.load(), batch)
        except _Stopped:
            _tell(batch, None)  # the engine is closed; otherwise nobody hears it
        except VivavoceError as why:
            _tell(batch, why)
        except Exception:  # the boundary of this thread: the next batch goes on
            log.exception("a text was not written")
            _tell(batch, None)
        else:
            _tell(batch, None)  # only those that were not told an end
        self._batch = []

    def _written(self, writer: "Writer", batch: list[Job]) -> None:
        asked = [job.asked for job in batch]
        seeds = [job.seed for job in batch]
        with closing(cast("Any", writer.write(asked, batch[0].dial, seeds))) as forwards:
            for forward in forwards:
                for job, piece in zip(batch, forward, strict=True):
                    if not job.over:
                        job.tell(piece)
                self._check()

    def _check(self, *_forward: Any) -> None:
        """_Stopped: nobody reads any more; also between the pieces of a long prompt. Whoever uses
        the network in another thread is none of ours."""
        if threading.get_ident() != self._writing:
            return
        if self._closed or all(job.over or job.gone for job in self._batch):
            raise _Stopped

    def _heard(self, line: str) -> None:
        self._state = State("loading", line)
        self._say(line)


class _Stopped(Exception):
    """Nobody waits for this batch."""


def _tell(batch: list[Job], why: VivavoceError | None) -> None:
    """Those that were not told an end: their error, by default that it broke off."""
    for job in batch:
        if not job.over:
            broke = Broken if job.said else Retry
            job.tell(why or broke("the text broke off; ask again"))
