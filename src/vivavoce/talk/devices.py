"""The sound card, both ways at once (miniaudio; no system library needed)."""

import threading
from collections import deque
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Self

import numpy as np

from vivavoce.audio.pcm import from_int16, to_int16
from vivavoce.core import OUT_RATE, Pcm, Refused, Retry

BUFFER_MS = 40
"""What the sound card may keep in each direction."""
PATIENCE_S = 5.0
"""Without a sample from the sound card it counts as dead."""


class Devices:
    """One duplex stream, mono, 24 kHz both ways.

    heard is called from the sound card's thread with (n,) samples; play() may be called from any.
    """

    def __init__(self, heard: Callable[[Pcm], None], *, null: bool = False) -> None:
        """null: a device that hears silence and sounds nowhere (for tests).

        Refused if the package or a device is missing."""
        try:
            import miniaudio
        except ImportError as missing:
            raise Refused("talking needs the extra: pip install 'vivavoce[talk]'") from missing
        self._heard = heard
        self._lock = threading.Lock()
        self._queue: deque[Pcm] = deque()
        self.failed: Exception | None = None
        form = miniaudio.SampleFormat.SIGNED16
        try:
            self._stream: Any = miniaudio.DuplexStream(
                form,
                1,
                form,
                1,
                OUT_RATE,
                BUFFER_MS,
                backends=[miniaudio.Backend.NULL] if null else None,
                app_name="vivavoce",
            )
        except (miniaudio.MiniaudioError, OSError) as broken:
            raise Refused(
                f"no microphone or no loudspeaker could be opened ({broken}). Is one plugged in, "
                "and may you use it? A machine without any can still run: vivavoce demo"
            ) from broken

    def play(self, pcm: Pcm) -> None:
        """Queue samples (n,) for the loudspeaker."""
        with self._lock:
            self._queue.append(pcm)

    def flush(self) -> None:
        """Drop what has not sounded."""
        with self._lock:
            self._queue.clear()

    @property
    def waiting_s(self) -> float:
        """Seconds that are queued or in the card's buffer."""
        with self._lock:
            queued = sum(map(len, self._queue))
        return queued / OUT_RATE + BUFFER_MS / 1000

    def _run(self) -> Generator[bytes, bytes, None]:
        heard = yield b""
        while True:
            wanted = 0
            try:
                pcm = from_int16(bytes(heard))
                wanted = len(pcm)
                self._heard(pcm)
            except Exception as broken:  # noqa: BLE001  the card's thread must not die unseen
                self.failed = broken
            heard = yield to_int16(self._take(wanted))

    def _take(self, n: int) -> Pcm:
        out, filled = np.zeros(n, np.float32), 0
        with self._lock:
            while filled < n and self._queue:
                first = self._queue.popleft()
                part = first[: n - filled]
                out[filled : filled + len(part)] = part
                filled += len(part)
                if len(part) < len(first):
                    self._queue.appendleft(first[len(part) :])
        return out

    def check(self) -> None:
        """Retry if the sound card's thread broke."""
        if self.failed is not None:
            raise Retry(f"the sound card stopped: {self.failed}") from self.failed

    def __enter__(self) -> Self:
        stream = self._run()
        next(stream)
        self._stream.start(stream)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
