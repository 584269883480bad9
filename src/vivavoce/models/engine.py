"""llama.cpp's server inside our process: a body goes in, chunks come out."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from vivavoce.core import Refused, Retry

Chunk = dict[str, Any]
COUNT_S = 30.0
"""llama.cpp counts in milliseconds, unless the processor is busy."""


class Engine:
    """One loaded server (xllamacpp.Server) and the threads that wait for it."""

    def __init__(self, server: Any, threads: int) -> None:
        self._server = server
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="llama")
        self._http = httpx.Client(timeout=COUNT_S, trust_env=False)  # it is here: past any proxy

    @property
    def address(self) -> str:
        """Where its HTTP server listens (loopback)."""
        return str(self._server.listening_address)

    async def run(self, body: dict[str, Any]) -> AsyncGenerator[Chunk]:
        """Chunks of one completion; closing the iterator stops the work, writing at the next token
        and reading at the end of the batch that is being read. Refused, Retry."""
        loop = asyncio.get_running_loop()
        chunks: asyncio.Queue[Chunk | None] = asyncio.Queue()
        gone = threading.Event()

        def put(chunk: Chunk | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(chunks.put_nowait, chunk)

        def on_chunk(chunk: Chunk | None) -> bool:
            if chunk is not None and "prompt_progress" not in chunk:
                put(chunk)
            return gone.is_set()

        def work() -> None:
            try:
                if not gone.is_set():
                    # told of each batch that was read, we can stop it there
                    self._server.handle_completions(body | {"return_progress": True}, on_chunk)
            except RuntimeError as failed:
                put({"error": {"message": str(failed)}})
            finally:
                put(None)

        self._threads.submit(work)
        try:
            while (chunk := await chunks.get()) is not None:
                if "error" in chunk:
                    raise _error(chunk["error"])
                if chunk.get("choices"):
                    yield chunk
        finally:
            gone.set()

    async def keep(self, slot: int, name: str) -> bool:
        """What the slot has read, into a file of the folder of prefixes; False: it can't be."""
        return await self._act(slot, "save", name)

    async def bring_back(self, slot: int, name: str) -> bool:
        """From such a file into the slot, in place of what was there; False: it can't be."""
        return await self._act(slot, "restore", name)

    async def _act(self, slot: int, action: str, name: str) -> bool:
        def act() -> bool:
            at = f"{self.address}/slots/{slot}?action={action}"
            try:
                return self._http.post(at, json={"filename": name}).is_success
            except httpx.HTTPError:
                return False

        return await asyncio.get_running_loop().run_in_executor(self._threads, act)

    async def count(self, prompt: str) -> int:
        """Tokens of a prompt. Retry: the server did not answer."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._count, prompt)

    def _count(self, prompt: str) -> int:
        body = {"content": prompt, "add_special": False, "parse_special": True}
        try:
            answer = self._http.post(f"{self.address}/tokenize", json=body).raise_for_status()
        except httpx.HTTPError as failed:
            raise Retry(f"the local model can't count ({failed}); try again") from failed
        return len(answer.json()["tokens"])

    def close(self) -> None:
        """Stop the server; the object can't be used afterwards."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._http.close()
        self._server = None


def _error(error: dict[str, Any]) -> Exception:
    """By llama.cpp's own kind of error; its "Context size has been exceeded" is the cache that all
    slots share, full for now."""
    message = str(error.get("message", error))
    kind = error.get("type")
    if kind == "exceed_context_size_error":
        return Refused(
            f"the conversation is longer than the model can read ({message}); "
            "make it shorter, or begin a new one"
        )
    if kind == "invalid_request_error":
        return Refused(f"the local model can't use this request ({message}); change it")
    if message.startswith("Context size"):
        return Retry("the local model's memory is full for now; try again when others are done")
    return Retry(f"the local model failed: {message}; try again")
