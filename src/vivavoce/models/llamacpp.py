"""A local language model: llama.cpp's server inside our process (package xllamacpp)."""

import asyncio
import os
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vivavoce.core import ConfigError, Refused, Retry, WeightsMissing
from vivavoce.models.chatml import END, render
from vivavoce.models.model import Delta, Request, Usage
from vivavoce.models.toolcalls import CLOSE, OPEN, CallReader, grammar


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """What the model may use of the machine."""

    threads: int = 2
    context_tokens: int = 8192
    """Shared by all slots."""
    slots: int = 4
    """Prefix caches that are kept at once; more conversations take turns."""
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


class Llama:
    """A GGUF model that speaks ChatML."""

    def __init__(self, path: Path, cfg: LlamaConfig | None = None) -> None:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # read when the library is loaded
        import xllamacpp as x

        self.cfg = cfg or LlamaConfig()
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
            self._server: Any = x.Server(params)
        except (RuntimeError, ValueError) as broken:
            raise WeightsMissing(
                f"{path} can't be loaded ({broken}); run: vivavoce weights verify"
            ) from broken
        self._server.handle_completions({"prompt": "Hi", "n_predict": 1}, lambda _chunk: False)
        self._threads = ThreadPoolExecutor(4 * self.cfg.slots, thread_name_prefix="llama")
        self._slots: OrderedDict[int, int] = OrderedDict()

    @property
    def address(self) -> str:
        """Where llama.cpp's own HTTP server listens (loopback)."""
        return str(self._server.listening_address)

    async def stream(self, request: Request) -> AsyncIterator[Delta | Usage]:
        """Deltas, then one Usage."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        gone = threading.Event()

        def put(chunk: dict[str, Any] | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)

        def on_chunk(chunk: dict[str, Any]) -> bool:
            put(chunk)
            return gone.is_set()

        def work() -> None:
            try:
                if not gone.is_set():
                    self._server.handle_completions(self._body(request), on_chunk)
            except RuntimeError as failed:
                put({"error": {"message": str(failed)}})
            finally:
                put(None)

        self._threads.submit(work)
        reader = CallReader(tools=bool(request.tools) and request.tool_choice != "none")
        usage, calls = Usage(), 0
        try:
            while (chunk := await chunks.get()) is not None:
                if "error" in chunk:
                    raise _error(chunk["error"])
                choice = chunk["choices"][0]
                said = reader.feed(choice["text"])
                if said and not request.read_only:
                    yield Delta(said)
                if "usage" in chunk:
                    usage = _usage(chunk, choice)
            for call in reader.calls():
                calls += 1
                yield Delta(call=call)
            yield replace(usage, finish="tool_calls") if calls else usage
        finally:
            gone.set()

    def _body(self, request: Request) -> dict[str, Any]:
        if len(request.messages) == 0:
            raise Refused("a request needs at least one message")
        tools = () if request.tool_choice == "none" else request.tools
        body: dict[str, Any] = {
            "prompt": render(request.messages, tools, open_end=request.read_only) + request.begun,
            "n_predict": 0 if request.read_only else request.max_tokens,
            "stream": True,
            "cache_prompt": True,
            "temperature": request.temperature,
            "seed": request.seed,
            "stop": [END, *request.stop],
            "id_slot": self._slot(request.conversation),
        }
        if tools and not request.read_only:
            forced = [t for t in tools if t["name"] == request.tool_choice]
            must_call = bool(forced) or request.tool_choice == "required"
            body["grammar"] = grammar(forced or tools, must_call=must_call)
            body["preserved_tokens"] = [OPEN, CLOSE]
        return body

    def _slot(self, conversation: int) -> int:
        """The slot that holds this conversation's prefix; the longest unused one is given away."""
        if conversation in self._slots:
            self._slots.move_to_end(conversation)
        elif len(self._slots) < self.cfg.slots:
            self._slots[conversation] = len(self._slots)
        else:
            _, slot = self._slots.popitem(last=False)
            self._slots[conversation] = slot
        return self._slots[conversation]

    def close(self) -> None:
        """Stop the server; the object can't be used afterwards."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._server = None


def _usage(chunk: dict[str, Any], choice: dict[str, Any]) -> Usage:
    counts = chunk["usage"]
    cached = counts.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    finish = str(choice.get("finish_reason") or "stop")
    return Usage(counts["prompt_tokens"], cached, counts["completion_tokens"], finish)


def _error(error: dict[str, Any]) -> Exception:
    message = str(error.get("message", error))
    if "context" in message or error.get("type") == "exceed_context_size_error":
        return Refused(
            f"the conversation is longer than the model can read ({message}); "
            "make it shorter, or begin a new one"
        )
    return Retry(f"the local model failed: {message}")
