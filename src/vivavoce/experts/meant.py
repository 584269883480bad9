"""Which of the built-in experts words are for, if any: by hashed words, by what they mean, and by
how like an expert's examples they are, learned from what people say to a house (training.meant)."""

import re
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

BUCKETS = 16_384
"""Size of the table; words that share a bucket share a weight."""
DATA = Path(__file__).with_name("data") / "meant.npz"
NOBODY = ""
"""Stands for none of the experts."""
FOLLOWS = ">"
"""Stands for whichever was spoken to before: "and a little more"."""
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_FIRST = 3
"""Words whose place in the sentence counts."""


def clues(text: str) -> list[int]:
    """Buckets of the words, of their pairs, and of how the sentence begins."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    keys = [f"1 {w}" for w in words]
    keys += [f"2 {a} {b}" for a, b in zip(("<", *words), (*words, ">"), strict=True)]
    keys += [f"f{i} {w}" for i, w in enumerate(words[:_FIRST])]
    return [zlib.crc32(key.encode()) % BUCKETS for key in dict.fromkeys(keys)]


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """Multinomial logistic regression."""

    names: tuple[str, ...]
    """NOBODY, FOLLOWS, then the experts; the columns of what follows."""
    words: NDArray[np.float32]
    """(BUCKETS + 1, len(names)): by clue, and the bias."""
    meaning: NDArray[np.float32]
    """(d, len(names)): times the sentence's vector."""
    alike: tuple[float, float]
    """Times the likeness to the best example: of nobody's, of an expert's."""

    @classmethod
    def read(cls, path: Path = DATA) -> Self:
        """As training.meant wrote it."""
        with np.load(path) as stored:
            nobody, expert = stored["alike"].tolist()
            return cls(
                tuple(stored["names"].tolist()),
                np.asarray(stored["words"] * stored["scale"], np.float32),
                np.asarray(stored["meaning"], np.float32),
                (nobody, expert),
            )

    def chances(
        self,
        text: str,
        vector: NDArray[np.float32],
        likeness: Mapping[str, float],
        last: Collection[str] = (),
    ) -> dict[str, float]:
        """The probability of nobody, and of each expert that it is for it, among those that
        likeness names, and last.

        vector: (d,), what the text means. likeness: of the text to the best example of each. last:
        the experts that were spoken to before; what follows is for each of them."""
        rows = self.words[[*clues(text), -1]].sum(0) + vector @ self.meaning
        known = {name: n for n, name in enumerate(self.names) if name in likeness}
        logits = {
            name: rows[n] + self.alike[name != NOBODY] * likeness[name] for name, n in known.items()
        }
        if last and FOLLOWS in self.names:
            logits[FOLLOWS] = rows[self.names.index(FOLLOWS)]
        weights = np.exp(np.array(list(logits.values())) - max(logits.values()))
        found = dict(zip(logits, (weights / weights.sum()).tolist(), strict=True))
        follows = found.pop(FOLLOWS, 0.0)
        return found | {name: found.get(name, 0.0) + follows for name in last}
