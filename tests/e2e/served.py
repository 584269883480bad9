"""The real server as its owner starts it: the console script, in a process of its own."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI

VIVAVOCE = Path(sys.executable).with_name("vivavoce")
LOADING_S = 120
ENDING_S = 20


@dataclass(frozen=True)
class Served:
    """A running server."""

    address: str
    recordings: Path
    log: Path
    process: subprocess.Popen[str]

    @property
    def ws(self) -> str:
        """Where the protocol is spoken."""
        return self.address.replace("http", "ws", 1) + "v1/realtime?model=vivavoce"

    def client(self) -> AsyncOpenAI:
        """The official package, told nothing but an address."""
        sockets = self.address.replace("http", "ws", 1) + "v1"
        return AsyncOpenAI(
            base_url=self.address + "v1", api_key="x", websocket_base_url=sockets, max_retries=0
        )


@contextmanager
def serve(folder: Path, *options: str) -> Iterator[Served]:
    """`vivavoce serve` on a free port; afterwards it must end by itself when it is asked to."""
    log, recordings = folder / "server.log", folder / "recordings"
    command = [VIVAVOCE, "serve", "--port", "0", "--record", recordings, *options]
    with log.open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert process.stdout is not None
    impatient = threading.Timer(LOADING_S, process.kill)
    impatient.start()
    told = re.search(r"http://\S+/", process.stdout.readline())
    impatient.cancel()
    try:
        assert told, log.read_text()
        yield Served(told[0], recordings, log, process)
        process.terminate()
        assert process.wait(ENDING_S) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
