"""How it sounds: level, pitch and spectrum of one frame, as the speaker usually sounds."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import IN_FRAME, IN_RATE, Pcm

LOWEST_HZ, HIGHEST_HZ = 65.0, 400.0
"""Pitch is looked for between these."""
VOICED = 0.45
"""Normalised autocorrelation above which a frame has a pitch."""
REMEMBERED = 250.0
"""Frames of speech over which the speaker's means are kept (20 s)."""
_LAGS = slice(int(IN_RATE / HIGHEST_HZ), int(IN_RATE / LOWEST_HZ) + 1)
_WINDOW = np.hanning(IN_FRAME).astype(np.float32)
_HZ = np.fft.rfftfreq(IN_FRAME, 1 / IN_RATE)
_EDGES = np.searchsorted(_HZ, [100, 250, 450, 700, 1000, 1400, 2000, 2800, 4000, 5500, 7600])
_SIZE = 1 << (2 * IN_FRAME - 1).bit_length()
_BIAS = 1 - np.arange(_LAGS.start, _LAGS.stop) / IN_FRAME
_BIAS = _BIAS.astype(np.float32)


@dataclass(slots=True)
class Running:
    """Mean and spread of what was seen, the newest REMEMBERED counting most."""

    mean: float
    variance: float
    n: float = 0.0

    def see(self, x: float) -> None:
        """One more value; the first guess counts as three."""
        self.n = min(self.n + 1, REMEMBERED)
        step = 1 / (self.n + 3)
        off = x - self.mean
        self.mean += step * off
        self.variance += step * (off * off * (1 - step) - self.variance)

    def z(self, x: float) -> float:
        """x in standard deviations from the mean, at most 3."""
        return float(np.clip((x - self.mean) / np.sqrt(self.variance + 1e-6), -3, 3))


@dataclass(slots=True)
class ProsodyState:
    """What is remembered of one speaker."""

    level: Running = field(default_factory=lambda: Running(-26.0, 64.0))
    """dB of the frames in which the owner speaks."""
    pitch: Running = field(default_factory=lambda: Running(7.2, 0.09))
    """log2 Hz of the voiced ones (7.2 = 147 Hz)."""
    floor_db: float = -55.0
    """The room without the speaker: falls at once, rises by 1.5 dB a second."""
    bands: NDArray[np.float64] = field(default_factory=lambda: np.full(len(_EDGES) - 1, -6.0))
    level_db: float = -60.0
    pitches: list[float] = field(default_factory=list)
    """z of the newest voiced frames of this turn, 6 at most."""
    levels: list[float] = field(default_factory=list)
    """z of the newest frames of speech of this turn, 6 at most."""
    run: int = 0
    """Voiced frames in a row."""
    runs: float = 2.5
    """How long a voiced run usually is."""


NAMES = (
    "level_z", "over_floor", "level_change", "voicing", "pitch_z", "tilt", "flux", "last_pitch_z",
    "pitch_slope", "level_slope", "last_run",
)  # fmt: skip


def prosody(pcm: Pcm, owner: float, state: ProsodyState) -> list[float]:
    """NAMES of one frame (1280,) at 16 kHz; owner: that the owner speaks in it, 0…1."""
    power = np.square(np.abs(np.fft.rfft(pcm * _WINDOW))) + 1e-9
    level_db = 10 * float(np.log10(np.mean(np.square(pcm)) + 1e-10))
    bands = np.log10([power[a:b].mean() for a, b in pairwise(_EDGES)])
    voicing, pitch = _pitch(pcm)
    flux = float(np.mean(np.abs(bands - state.bands)))
    tilt = float(bands[:4].mean() - bands[6:].mean())
    change = (level_db - state.level_db) / 10
    state.bands, state.level_db = bands, level_db
    state.floor_db = min(level_db, state.floor_db + 0.12)
    voiced = voicing > VOICED and owner > 0.5
    if owner > 0.5:
        state.level.see(level_db)
        state.levels = [*state.levels[-5:], state.level.z(level_db)]
    if voiced:
        state.pitch.see(pitch)
        state.pitches = [*state.pitches[-5:], state.pitch.z(pitch)]
        state.run += 1
    elif state.run:
        state.runs += 0.1 * (state.run - state.runs)
        state.run = 0 if owner > 0.5 else state.run
    return [
        state.level.z(level_db),
        min(3.0, (level_db - state.floor_db) / 15),
        float(np.clip(change, -3, 3)),
        voicing,
        state.pitch.z(pitch) if voiced else 0.0,
        float(np.clip(tilt - 1.5, -3, 3)),
        min(3.0, flux),
        state.pitches[-1] if state.pitches else 0.0,
        _slope(state.pitches),
        _slope(state.levels),
        min(3.0, state.run / max(1.0, state.runs)),
    ]


def _pitch(pcm: Pcm) -> tuple[float, float]:
    """How periodic (0…1), and log2 of the frequency in Hz."""
    spectrum = np.fft.rfft(pcm - pcm.mean(), _SIZE)
    product = np.fft.irfft(np.square(np.abs(spectrum)))[: _LAGS.stop]
    if product[0] < 1e-7:
        return 0.0, 7.2
    shares = product[_LAGS] / (product[0] * _BIAS)
    best = int(np.argmax(shares))
    return float(np.clip(shares[best], 0, 1)), float(np.log2(IN_RATE / (best + _LAGS.start)))


def _slope(values: list[float]) -> float:
    """Change over the newest values: the later half's mean minus the earlier half's."""
    if len(values) < 2:
        return 0.0
    half = len(values) // 2
    return float(np.mean(values[half:]) - np.mean(values[:half]))
