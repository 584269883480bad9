"""Is the microphone usable at all? Says so once a conversation, not once a frame. Pure."""

from dataclasses import dataclass

import numpy as np

from vivavoce.core import Pcm


@dataclass(frozen=True, slots=True)
class LevelConfig:
    """Frames are 80 ms."""

    judged_frames: int = 40
    """Frames of speech after which it is said (3.2 s)."""
    quiet_db: float = -55.0
    """Speech that is weaker on average, relative to full scale, is hard to understand."""
    clipped: float = 0.01
    """Share of samples at full scale above which speech is too loud."""


FULL = 0.985
"""A sample at full scale, or as near to it as matters."""


class Level:
    """One conversation's microphone."""

    def __init__(self, cfg: LevelConfig | None = None) -> None:
        self.cfg = cfg or LevelConfig()
        self._frames = 0
        self._power = 0.0
        self._clipped = 0.0

    def hear(self, pcm: Pcm, speech: float) -> tuple[str, str] | None:
        """One frame (1280,) and that somebody speaks in it; (code, what to do), at most once."""
        if self._frames >= self.cfg.judged_frames or speech < 0.5:
            return None
        self._frames += 1
        self._power += float(np.mean(np.square(pcm)))
        self._clipped += float(np.mean(np.abs(pcm) > FULL))
        if self._frames < self.cfg.judged_frames:
            return None
        return self._judge()

    def _judge(self) -> tuple[str, str] | None:
        level_db = 10 * np.log10(self._power / self._frames + 1e-12)
        if level_db < self.cfg.quiet_db:
            return "microphone_quiet", (
                f"the microphone is very quiet ({level_db:.0f} dB): turn it up, or come nearer"
            )
        if self._clipped / self._frames > self.cfg.clipped:
            return "microphone_loud", (
                "the microphone is too loud and cuts your voice off: turn it down, or move away"
            )
        return None
