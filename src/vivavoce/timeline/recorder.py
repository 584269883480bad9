"""The flight recorder: keeps a conversation without ever making it wait."""

import queue
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from vivavoce.core import ConfigError, Event, Pcm, Refused, Retry, VivavoceError
from vivavoce.timeline.recording import Recording

_ROOM = 500
"""Frames and events that may wait for a slow disk: some 10 s of a lively conversation."""
_PATIENCE_S = 5.0
"""Seconds that close() gives a disk that hangs."""

_Job = Callable[[Recording], None]


class Recorder:
    """Keeps one conversation in a folder of its own; a crash loses at most the last second.

    A listener of the conversation. When the disk refuses or is too slow, on_error is told, once
    each and from the recorder's own thread; after a refusal nothing more is recorded.
    """

    def __init__(
        self,
        root: Path,
        conversation: str,
        on_error: Callable[[VivavoceError], None],
        started: datetime | None = None,
    ) -> None:
        if not re.fullmatch(r"[\w-]+", conversation):
            raise ConfigError(f"{conversation!r} can't name a folder; use letters, digits, - and _")
        started = started or datetime.now().astimezone()
        self.folder = root / f"{started:%Y-%m-%d_%H%M%S}_{conversation}"
        self.lost = 0
        """Frames and events that found no room because the disk was too slow."""
        self._on_error = on_error
        self._heard = 0
        self._open = True
        self._jobs: queue.Queue[_Job | None] = queue.Queue(_ROOM)
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
        self._thread.start()

    def heard(self, pcm: Pcm) -> None:
        """(n,) at 16 kHz from the microphone."""
        at, kept = self._heard, pcm.copy()
        self._heard += len(kept)
        self._put(lambda recording: recording.heard(kept, at))

    def played(self, pcm: Pcm) -> None:
        """(n,) at 24 kHz for the loudspeaker."""
        kept = pcm.copy()
        self._put(lambda recording: recording.played(kept))

    def __call__(self, event: Event) -> None:
        """What happens, as the session tells it."""
        self._put(lambda recording: recording.event(event))

    def close(self) -> None:
        """Write what waits and end; blocks until then. May be called again."""
        if self._open:
            self._open = False
            with suppress(queue.Full):
                self._jobs.put(None, timeout=_PATIENCE_S)
        self._thread.join(_PATIENCE_S)

    def _put(self, job: _Job) -> None:
        if self._open:
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                self.lost += 1

    def _run(self) -> None:
        try:
            recording = Recording(self.folder)
            try:
                self._write(recording)
            finally:
                recording.close()
        except OSError as error:
            self._open = False
            self._on_error(
                Refused(
                    f"{self.folder} can't be written ({error.strerror}): recording has stopped, "
                    "the conversation goes on. Make room or choose another folder"
                )
            )

    def _write(self, recording: Recording) -> None:
        told = 0
        while (job := self._jobs.get()) is not None:
            job(recording)
            lost = self.lost
            if lost > told:
                if not told:
                    self._on_error(
                        Retry(f"{self.folder} is too slow: parts of the recording are missing")
                    )
                recording.lost(lost - told, self._heard)
                told = lost
