"""Streams at another rate, and in frames of another size."""

import av
import numpy as np

from vivavoce.core import BadAudio, Pcm

RATES = range(4_000, 384_001)
"""Samples a second that a stream may have."""
_TAIL_S = 0.05
"""Silence that pushes the last samples out; longer than the filter at any rate."""


class Resampler:
    """A mono stream at another rate, 1–2 ms late; the same samples however the stream is cut.

    FFmpeg's polyphase filter: soxr works in blocks and is 10 ms late at best, 30 ms from 8 kHz, at
    every quality that keeps aliases out. Flat to 80% of the band, aliases below -43 dB at
    110% of it and -98 dB at 130%.
    """

    def __init__(self, src_rate: int, dst_rate: int) -> None:
        for rate in (src_rate, dst_rate):
            if rate not in RATES:
                raise BadAudio(f"{rate} Hz is no usable rate; send {RATES.start} to {RATES[-1]} Hz")
        self.src_rate = src_rate
        self.dst_rate = dst_rate
        self._restart()

    def push(self, pcm: Pcm) -> Pcm:
        """(n,) at src_rate in, (m,) at dst_rate out: what the samples so far decide."""
        if self.src_rate == self.dst_rate:
            return pcm
        self._taken += len(pcm)
        out = self._convert(pcm)
        self._given += len(out)
        return out

    def flush(self) -> Pcm:
        """The rest, so that n samples in gave round(n * dst / src) out; a new stream may follow."""
        due = round(self._taken * self.dst_rate / self.src_rate) - self._given
        tail = self._convert(np.zeros(int(self.src_rate * _TAIL_S), np.float32))[:due]
        self._restart()
        return tail

    def _restart(self) -> None:
        self._taken = self._given = 0
        self._filter = av.AudioResampler(format="flt", layout="mono", rate=self.dst_rate)

    def _convert(self, pcm: Pcm) -> Pcm:
        if not len(pcm):
            return np.zeros(0, np.float32)
        block = np.ascontiguousarray(pcm[None], np.float32)
        frame = av.AudioFrame.from_ndarray(block, format="flt", layout="mono")
        frame.sample_rate = self.src_rate
        parts = [f.to_ndarray()[0] for f in self._filter.resample(frame)]
        return np.concatenate([np.zeros(0, np.float32), *parts])


class Framer:
    """Packets of any size in, frames of one size out."""

    def __init__(self, frame_samples: int) -> None:
        self.frame_samples = frame_samples
        self._rest: Pcm = np.zeros(0, np.float32)

    def push(self, pcm: Pcm) -> list[Pcm]:
        """(n,) in; the whole frames (frame_samples,) that are now there."""
        have = np.concatenate([self._rest, pcm])
        whole = len(have) - len(have) % self.frame_samples
        self._rest = have[whole:]
        return list(have[:whole].reshape(-1, self.frame_samples))

    def flush(self) -> Pcm:
        """The rest, shorter than a frame; a new stream may follow."""
        rest, self._rest = self._rest, np.zeros(0, np.float32)
        return rest
