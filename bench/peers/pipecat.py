"""Pipecat's stock local pipeline as a server to measure: its environment, its model, its bot."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.servers import Running, answers, free_port, listens, process

PACKAGE = "pipecat-ai[whisper,piper,openai,websocket,silero]==1.14.0"
CACHE = Path(os.environ.get("VIVAVOCE_BENCH_CACHE", Path.home() / ".cache" / "vivavoce-bench"))


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
    python = CACHE / "pipecat" / "bin" / "python"
    done = CACHE / "pipecat" / PACKAGE.rpartition("==")[2]
    if not done.exists():
        print(f"installing {PACKAGE} into {CACHE / 'pipecat'}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", CACHE / "pipecat"], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", PACKAGE], check=True)
        done.touch()
    return python


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
