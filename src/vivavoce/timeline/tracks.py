"""Two sides, heard and played at their own pace, on one pair of tracks."""

import numpy as np

from vivavoce.audio.resample import Resampler
from vivavoce.core import IN_RATE, OUT_RATE, Pcm


class Tracks:
    """The microphone is the clock: what is played after a frame was heard lies beside that frame.

    Sound may be pulled ahead of the clock (it follows itself, without gaps) and be dropped again
    before it sounds; a side that skips frames was silent.
    """

    def __init__(self) -> None:
        self._resampler = Resampler(IN_RATE, OUT_RATE)
        self._left: Pcm = np.zeros(0, np.float32)
        self._right: Pcm = np.zeros(0, np.float32)
        self._heard = 0
        """Samples at IN_RATE."""
        self._given = 0
        """Samples at OUT_RATE that were returned; both tracks begin there."""

    def heard(self, pcm: Pcm, at: int) -> Pcm:
        """(n,) at 16 kHz, the conversation's samples from number at on; what was lost before them
        becomes silence. Returns (m, 2) at 24 kHz: left heard, right played, and settled."""
        pcm = np.pad(pcm, (max(0, at - self._heard), 0))
        self._heard += len(pcm)
        settled = _out(at) - self._given
        self._left = np.concatenate([self._left, self._resampler.push(pcm)])
        self._right = _padded(self._right, settled)
        return self._take(min(settled, len(self._left)))

    def played(self, pcm: Pcm) -> None:
        """(n,) at 24 kHz."""
        if np.any(pcm) or self._ahead() + len(pcm) <= 0:  # silence can wait, so that we never drift
            self._right = np.concatenate([self._right, pcm])

    def drop(self) -> None:
        """What was pulled and has not sounded yet will not sound."""
        self._right = self._right[: len(self._right) - max(0, self._ahead())]

    def finish(self) -> Pcm:
        """(m, 2): the rest, until the end of what was heard."""
        self._left = np.concatenate([self._left, self._resampler.flush()])
        self._right = _padded(self._right, len(self._left))
        return self._take(len(self._left))

    def _ahead(self) -> int:
        return self._given + len(self._right) - _out(self._heard)

    def _take(self, n: int) -> Pcm:
        pair = np.stack([self._left[:n], self._right[:n]], axis=1)
        self._left, self._right = self._left[n:], self._right[n:]
        self._given += n
        return pair


def _out(samples: int) -> int:
    return samples * OUT_RATE // IN_RATE


def _padded(pcm: Pcm, n: int) -> Pcm:
    return np.pad(pcm, (0, max(0, n - len(pcm))))
