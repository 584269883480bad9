"""Pipecat's stock local pipeline as a server to measure: its environment, its model, its bot."""

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.peers.own import own_python
from bench.servers import Running, answers, free_port, listens, process

PACKAGE = "pipecat-ai[whisper,piper,openai,websocket,silero]==1.14.0"


@dataclass(frozen=True, slots=True)
class Parts:
    """The same weights, the same character and the same limits as ours."""

    llm: Path
    whisper: Path
    voice: Path
    """Piper's .onnx, its .onnx.json beside it."""
    system: str
    max_tokens: int
    temperature: float


def environment() -> Path:
    """Pipecat's own Python, installed at the first use."""
    return own_python(PACKAGE, "pipecat")


@contextlib.contextmanager
def pipecat(parts: Parts) -> Iterator[Running]:
    """llama.cpp's server and the bot, ready."""
    llm_port, port = free_port(), free_port()
    llama = [sys.executable, "-m", "bench.peers.llama", str(parts.llm), str(llm_port)]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as settings:
        json.dump(
            {
                "port": port,
                "whisper": str(parts.whisper),
                "voices": str(parts.voice.parent),
                "voice": parts.voice.stem,
                "llm_url": f"http://127.0.0.1:{llm_port}/v1",
                "system": parts.system,
                "max_tokens": parts.max_tokens,
                "temperature": parts.temperature,
            },
            settings,
        )
        settings.flush()
        bot = [str(environment()), "-P", str(Path(__file__).with_name("pipecat_bot.py"))]
        with (
            process(llama, lambda: answers(f"http://127.0.0.1:{llm_port}/health")) as (_, first, _),
            process([*bot, settings.name], lambda: listens(port)) as (child, second, log),
        ):
            yield Running(f"ws://127.0.0.1:{port}", child, first + second, log)
