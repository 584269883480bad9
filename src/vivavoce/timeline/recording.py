"""A kept conversation on disk: a private folder with both sides' sound and the timeline."""

from contextlib import ExitStack
from pathlib import Path

from vivavoce.audio.pcm import clean
from vivavoce.audio.wav import WavWriter, mend
from vivavoce.core import IN_RATE, OUT_RATE, Event, Flush, Pcm, Refused
from vivavoce.timeline.tracks import Tracks
from vivavoce.timeline.writer import Timeline, read

WAV = "conversation.wav"
"""Left the user, right the assistant; 24 kHz, 16 bits."""
TIMELINE = "timeline.jsonl"

_DIR_MODE, _FILE_MODE = 0o700, 0o600
_SYNC_BYTES = OUT_RATE * 4
"""A second of both sides: how often the header is brought up to date."""


class Recording:
    """Writes as the conversation goes; OSError from any method when the disk refuses."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(_DIR_MODE, parents=True)
        with ExitStack() as stack:
            self._timeline = Timeline(folder / TIMELINE, _FILE_MODE)
            stack.callback(self._timeline.close)
            self._wav = WavWriter(folder / WAV, OUT_RATE, 2, _FILE_MODE)
            stack.callback(self._wav.close)
            self._files = stack.pop_all()
        self._tracks = Tracks()
        self._synced = 0

    def heard(self, pcm: Pcm, at: int) -> None:
        """(n,) at 16 kHz, the conversation's samples from number at on."""
        self._wav.append(self._tracks.heard(clean(pcm)[0], at))
        if self._wav.data_bytes - self._synced >= _SYNC_BYTES:
            self._synced = self._wav.data_bytes
            self._wav.sync()
            self._timeline.flush()

    def played(self, pcm: Pcm) -> None:
        """(n,) at 24 kHz."""
        self._tracks.played(clean(pcm)[0])

    def event(self, event: Event) -> None:
        """A line or more of the timeline."""
        if isinstance(event, Flush):
            self._tracks.drop()
        self._timeline(event)

    def lost(self, count: int, at: int) -> None:
        """Say in the timeline that so many frames and events are missing before sample at."""
        self._timeline.write({"kind": "lost", "t": round(at / IN_RATE, 3), "count": count})

    def close(self) -> None:
        """Write the rest; both files are closed even when the disk refuses it."""
        with self._files:
            self._wav.append(self._tracks.finish())


def salvage(folder: Path) -> float:
    """Make a recording that a crash left open whole again; seconds of sound in it.

    The sound's header tells its true length and a torn last line of the timeline is cut off. Does
    no harm to a whole recording; Refused when the folder holds none.
    """
    try:
        seconds = mend(folder / WAV, OUT_RATE, 2)
        text = (folder / TIMELINE).read_bytes()
        with (folder / TIMELINE).open("r+b") as file:
            file.truncate(text.rfind(b"\n") + 1)
    except FileNotFoundError as error:
        raise Refused(f"{error.filename} is missing; name the folder of one recording") from error
    read(folder / TIMELINE)
    return seconds
