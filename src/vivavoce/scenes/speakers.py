"""One person's clean speech, and how to cut it and change it."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from vivavoce.core import IN_FRAME, IN_RATE, Pcm
from vivavoce.scenes.activity import PAUSE_FRAMES, active, level

SPEECH_RMS = 10 ** (-26 / 20)
"""Every voice is brought to this level over its active frames (-26 dB)."""
_WINDOW, _HOP = 512, 128
_LIFTER = 40
"""Samples of the cepstrum that are the envelope; the pitch is further on up to 400 Hz."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Clean speech of one person at SPEECH_RMS."""

    name: str
    sex: str
    """"F", "M" or "?"."""
    pcm: Pcm
    """(n,) at 16 kHz."""
    starts: NDArray[np.int64]
    """(k,) samples at which its phrases begin; each reaches to the next one's begin."""

    def part(self, first: float, last: float) -> "Speaker":
        """Between two shares (0…1) of the recording; parts that meet at a share never overlap."""
        low, high = self._cut(first), self._cut(last)
        inside = self.starts[(self.starts > low) & (self.starts < high)] - low
        return Speaker(self.name, self.sex, self.pcm[low:high], np.append(0, inside))

    def _cut(self, share: float) -> int:
        """The sample at a share, or the phrase that begins within a second of it."""
        at = int(share * len(self.pcm))
        nearest = int(self.starts[np.argmin(np.abs(self.starts - at))])
        inside = 0 < share < 1 and nearest > 0 and abs(nearest - at) < IN_RATE
        return nearest if inside else at

    def phrases(self) -> list[Pcm]:
        """Its phrases, in order; each begins with speech."""
        bounds = np.append(self.starts, len(self.pcm))
        return [self.pcm[a:b] for a, b in pairwise(bounds) if b > a]


def nobody() -> Speaker:
    """An owner who never says anything."""
    return Speaker("nobody", "?", np.zeros(IN_RATE, np.float32), np.zeros(1, np.int64))


def speaker(name: str, sex: str, pcm: Pcm) -> Speaker:
    """At SPEECH_RMS, without the silence before and after, its phrases found."""
    frames = active(pcm)
    spoken = np.flatnonzero(frames)
    if not len(spoken):
        raise ValueError(f"{name} says nothing in {len(pcm) / IN_RATE:.1f} s")
    pcm = pcm[spoken[0] * IN_FRAME : (spoken[-1] + 1) * IN_FRAME]
    frames = frames[spoken[0] : spoken[-1] + 1]
    return Speaker(
        name, sex, np.asarray(pcm * (SPEECH_RMS / level(pcm)), np.float32), _starts(frames)
    )


def changed(one: Speaker, factor: float, formants: float = 1.0) -> Speaker:
    """Another person: everything faster and higher (factor > 1) or slower and deeper.

    Pitch and formants move together, as they do between people of different size; `formants` moves
    them once more alone, as between people whose mouths and throats differ."""
    pcm = np.asarray(soxr.resample(one.pcm, IN_RATE * factor, IN_RATE, quality="MQ"), np.float32)
    name = f"{one.name}*{factor:.2f}"
    if formants == 1:
        return speaker(name, one.sex, pcm)
    return speaker(f"{name}*{formants:.2f}", one.sex, _shaped(pcm, formants))


def sexes(table: Path) -> dict[str, str]:
    """Speaker id → "F" or "M" of LibriSpeech's SPEAKERS.TXT."""
    if not table.exists():
        return {}
    rows = (line.split("|") for line in table.read_text().splitlines() if line[:1] != ";")
    return {row[0].strip(): row[1].strip() for row in rows if len(row) > 1}


def _starts(frames: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Samples where speech begins after a pause."""
    quiet, starts = 0, [0]
    for at, spoken in enumerate(frames):
        if spoken and quiet >= PAUSE_FRAMES:
            starts.append(at * IN_FRAME)
        quiet = 0 if spoken else quiet + 1
    return np.array(starts, np.int64)


def _shaped(pcm: Pcm, formants: float) -> Pcm:
    """The spectral envelope (the smooth part) stretched along frequency, the pitch kept;
    what is narrower than 400 Hz moves less.

    The method is VTLP's (Jaitly and Hinton 2013), on the envelope alone."""
    window = np.hanning(_WINDOW + 1)[:-1]
    padded = np.pad(pcm, (_WINDOW, _WINDOW + -len(pcm) % _HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP] * window
    spectra = np.fft.rfft(frames)
    cepstra = np.fft.irfft(np.log(np.abs(spectra) + 1e-4))
    cepstra[:, _LIFTER : _WINDOW - _LIFTER + 1] = 0
    envelope = np.fft.rfft(cepstra).real
    bins = np.arange(envelope.shape[1])
    stretched = np.stack([np.interp(bins / formants, bins, row) for row in envelope])
    shaped = np.fft.irfft(spectra * np.exp(stretched - envelope)) * window
    out = np.zeros(len(padded))
    for at, frame in enumerate(shaped):
        out[at * _HOP : at * _HOP + _WINDOW] += frame
    return np.asarray(out[_WINDOW : _WINDOW + len(pcm)] * (_HOP / np.sum(window**2)), np.float32)
