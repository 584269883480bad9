"""One answer's sound: how much was made, how much has been pulled, what of it was heard."""

import numpy as np

from vivavoce.core import OUT_RATE, Pcm, Word
from vivavoce.voice.speech import Speech

DUCK_GAIN = 0.22
"""A lowered voice (-13 dB)."""
RAMP = OUT_RATE // 50
"""Samples over which the gain changes (20 ms): no clicks."""
BACK_S = 0.6
"""After a hold we begin again with the word that was cut, if it began at most this long ago."""


class Player:
    """Sound in, frames out. Keeps all of the answer, so that what was held back can be said."""

    def __init__(self) -> None:
        self._sound: list[Pcm] = []
        self._begins: list[int] = []
        self._total = 0
        self._at = 0
        self._gain = 1.0
        self._target = 1.0
        self._announced = 0
        self.words: list[Word] = []
        """Seconds from the answer's first sample."""
        self.held = False
        """Nothing is pulled until resume()."""

    def add(self, speech: Speech) -> None:
        """The next clause."""
        self.words += [w.shifted(self._total / OUT_RATE) for w in speech.words]
        if len(speech.pcm):
            self._sound.append(speech.pcm)
            self._begins.append(self._total)
            self._total += len(speech.pcm)

    @property
    def position_s(self) -> float:
        """Seconds of sound that were pulled."""
        return self._at / OUT_RATE

    @property
    def left(self) -> int:
        """Samples that were made and not pulled."""
        return self._total - self._at

    def pull(self, n: int) -> Pcm:
        """The next n samples (n,); zeros where there is nothing (yet), or while held."""
        out = np.zeros(n, np.float32)
        if self.held:
            return out
        want = min(n, self.left)
        filled = 0
        while filled < want:
            which = int(np.searchsorted(self._begins, self._at, side="right")) - 1
            chunk = self._sound[which][self._at - self._begins[which] :][: want - filled]
            out[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
            self._at += len(chunk)
        if self._gain != self._target or self._gain != 1.0:
            ramp = np.full(n, self._target, np.float32)
            ramp[:RAMP] = np.linspace(self._gain, self._target, min(RAMP, n), dtype=np.float32)
            out *= ramp
            self._gain = self._target
        return out

    def starting(self) -> list[Word]:
        """Words that began to sound since the last call."""
        fresh = [w for w in self.words[self._announced :] if w.start < self.position_s]
        self._announced += len(fresh)
        return fresh

    def duck(self) -> None:
        """Go on in a lower voice."""
        self._target = DUCK_GAIN

    def hold(self, unheard_s: float) -> None:
        """Stop, without forgetting; unheard_s of what was pulled never sounded."""
        self.held = True
        self._at = max(0, self._at - int(unheard_s * OUT_RATE))

    def resume(self) -> None:
        """Come back up; after a hold, from the beginning of the word that it cut."""
        self._target = 1.0
        if self.held:
            self.held = False
            cut = [w for w in self.words if w.start < self.position_s - 0.02 < w.end]
            if cut and self.position_s - cut[-1].start < BACK_S:
                self._at = int(cut[-1].start * OUT_RATE)

    def heard(self, seconds: float) -> str:
        """The words of which more than half had sounded after so many seconds."""
        return " ".join(
            w.text for w in self.words if (w.start + w.end) / 2 < seconds or w.end <= seconds
        )
