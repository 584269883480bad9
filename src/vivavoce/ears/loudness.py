"""How loud the owner is, and how loud the others are: who is much quieter than the owner was is
rather one of the others, and who is louder than they were is rather the owner, who is near.
Loudness alone never makes anybody the owner."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from vivavoce.core import Pcm

SURE, SPEAKS = 0.75, 0.8
"""Frames are learned from in which the owner and any voice are at least so probable."""
FALLS, RISES = 0.05, 0.15
"""Share of the way that the level goes towards a quieter, a louder frame of the owner's."""
PEAK_FRAMES = 4
MARGIN_DB, SLOPE_DB, MOST = 2.0, 3.0, 3.0
"""So much quieter says nothing; each further so many dB take 1 from the logit, MOST at most."""


class OwnersLevel:
    """One conversation's; in dB over full scale."""

    def __init__(self) -> None:
        self._peaks: list[float] = []
        self._level: float | None = None

    def weigh(self, pcm: Pcm, owner: float, other: float, speech: float) -> float:
        """The owner's probability in this frame (n,) in the light of its level."""
        frame = 10 * float(np.log10(np.mean(pcm**2) + 1e-10))
        self._peaks = [*self._peaks[-PEAK_FRAMES + 1 :], frame]
        peak, level = max(self._peaks), self._level
        if owner > SURE and speech > SPEAKS:
            way = 1.0 if level is None else FALLS if peak < level else RISES
            self._level = peak if level is None else level + way * (peak - level)
        if level is None:
            return owner
        quieter = min(MOST, max(0.0, (level - MARGIN_DB - peak) / SLOPE_DB))
        return _moved(owner, -quieter * other)


@dataclass(frozen=True, slots=True)
class NearnessConfig:
    """Chosen on scenes of the dev split: docs/log.md."""

    past_frames: int = 100
    """So far back somebody's level is remembered (8 s)."""
    heard_frames: int = 6
    """Frames of speech among them before they are compared with."""
    newest_frames: int = 8
    """The newest so many frames are compared with those before…"""
    loudest_frames: int = 4
    """…by the mean power of the loudest so many of them: who has just begun counts at once."""
    quantile: float = 0.95
    """Of the levels of those who spoke."""
    weight: float = 0.4
    """Each dB above it adds so much to the owner's logit…"""
    lowest_db: float = -6.0
    highest_db: float = 4.0
    """…within these bounds."""
    spoke: float = 0.5
    """In a frame in which the owner or another is so probable, somebody speaks."""


class Nearness:
    """How much louder this is than whoever spoke in the last seconds; one conversation's."""

    def __init__(self, cfg: NearnessConfig | None = None) -> None:
        self.cfg = cfg or NearnessConfig()
        self._powers: deque[float] = deque(maxlen=self.cfg.newest_frames)
        self._levels: deque[tuple[float, bool]] = deque(maxlen=self.cfg.past_frames)

    def rise_db(self, pcm: Pcm, owner: float, other: float) -> float:
        """Of this frame (n,) over those who spoke before it, within the bounds; 0 where nobody
        did. Quieter counts as far as another likely speaks: who talks alone may lower their voice,
        and begin softly."""
        cfg = self.cfg
        self._powers.append(float(np.mean(np.square(pcm))))
        loudest = sorted(self._powers)[-cfg.loudest_frames :]
        level = 10 * float(np.log10(sum(loudest) / len(loudest) + 1e-10))
        before = [at for at, spoken in list(self._levels)[: -cfg.newest_frames] if spoken]
        self._levels.append((level, max(owner, other) > cfg.spoke))
        if len(before) < cfg.heard_frames:
            return 0.0
        rise = level - float(np.quantile(before, cfg.quantile))
        if rise > 0:
            return min(cfg.highest_db, rise)
        return max(cfg.lowest_db, rise) * max(0.0, 2 * other - 1)

    def weigh(self, owner: float, rise_db: float) -> float:
        """The owner's probability in the light of it."""
        return _moved(owner, self.cfg.weight * rise_db)


def _moved(probability: float, logit: float) -> float:
    """By so much of its logit."""
    odds = probability / (1 - probability + 1e-6) * float(np.exp(logit))
    return odds / (1 + odds)
