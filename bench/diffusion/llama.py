"""llama.cpp beside us: the same GGUF file, the same prompts as tokens, over its own HTTP server."""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from vivavoce.core import Retry
from vivavoce.models.llamacpp import LlamaConfig, load

_WAIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Next:
    """What it would write next."""

    token: int
    gap: float
    """Between the logits of its two likeliest."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text."""

    tokens: tuple[int, ...]
    first_s: float
    """Until the first token came."""
    seconds: float


class Peer:
    """Loaded, with so many slots."""

    def __init__(self, gguf: Path, threads: int, slots: int = 1, context: int = 2048) -> None:
        cfg = LlamaConfig(
            threads=threads, slots=slots, context_tokens=slots * context, batch_tokens=256
        )
        self._server = load(gguf, cfg)
        self._slots = slots
        address = str(self._server.listening_address)
        self._http = httpx.Client(base_url=address, timeout=_WAIT_S, trust_env=False)

    def next(self, ids: Sequence[int]) -> Next:
        """Behind ids, of which it remembers those that it was asked last."""
        answer = self._http.post("/completion", json=_body(ids, 1) | {"n_probs": 2})
        try:
            one = answer.raise_for_status().json()["completion_probabilities"][0]
        except (httpx.HTTPError, KeyError, IndexError) as failed:
            raise Retry(f"llama.cpp gave no probabilities ({failed}); try again") from failed
        first, second = one["top_logprobs"]
        return Next(first["id"], first["logprob"] - second["logprob"])

    def ids(self, text: str) -> list[int]:
        """Its own tokens of a text."""
        body = {"content": text, "add_special": False, "parse_special": False}
        return list(self._http.post("/tokenize", json=body).raise_for_status().json()["tokens"])

    def write(self, prompts: Sequence[Sequence[int]], most: int) -> list[Written]:
        """Greedy, all at once, each read anew."""
        with ThreadPoolExecutor(len(prompts)) as threads:
            return list(threads.map(lambda ids: self._one(ids, most), prompts))

    def _one(self, ids: Sequence[int], most: int) -> Written:
        began, first, tokens = time.perf_counter(), 0.0, []
        body = _body(ids, most) | {"stream": True, "cache_prompt": False}
        with self._http.stream("POST", "/completion", json=body) as answer:
            for line in answer.raise_for_status().iter_lines():
                if line.startswith("data: "):
                    tokens += json.loads(line.removeprefix("data: "))["tokens"]
                    first = first or time.perf_counter() - began
        return Written(tuple(tokens), first, time.perf_counter() - began)

    def close(self) -> None:
        """Stops it."""
        self._http.close()
        self._server = None


def _body(ids: Sequence[int], most: int) -> dict[str, Any]:
    """Greedy and nothing else: no sampler of its defaults."""
    return {
        "prompt": list(ids),
        "n_predict": most,
        "temperature": 0,
        "samplers": ["temperature"],
        "cache_prompt": True,
        "return_tokens": True,
    }
