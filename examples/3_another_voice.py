"""Another voice behind the same seam: a beep for every word, to hear where the words would be."""

import sys
from dataclasses import replace
from pathlib import Path

import anyio
import numpy as np

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE, OUT_RATE, Word
from vivavoce.mind.house import open_mind
from vivavoce.session import load
from vivavoce.session.replay import keep, replay
from vivavoce.voice import Speech

WORD_S = 0.25


class Beeps:
    """A vivavoce.voice.Voice."""

    def say(self, text: str) -> Speech:
        """One tone a word."""
        shown = text.split()
        t = np.arange(int(WORD_S * OUT_RATE)) / OUT_RATE
        beep = (0.2 * np.sin(2 * np.pi * 440 * t) * np.hanning(len(t))).astype(np.float32)
        words = tuple(Word(w, i * WORD_S, (i + 1) * WORD_S) for i, w in enumerate(shown))
        return Speech(np.tile(beep, len(shown)), words)


parts = replace(load(mind=open_mind()), voice=Beeps())
done = anyio.run(replay, read(Path(sys.argv[1]), IN_RATE), parts)
print(*keep(done, Path("beeps"), sys.argv[1]), sep="\n")
