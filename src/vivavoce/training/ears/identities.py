"""Who is trained on: readers, their changed voices, and other packages' people."""

from pathlib import Path

import numpy as np

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE, Pcm
from vivavoce.scenes import Corpus, Speaker, Split, changed, speaker, split_of

FACTORS = (0.80, 0.86, 0.93, 1.0, 1.07, 1.15, 1.24)
FORMANTS = (0.88, 0.94, 1.0, 1.06, 1.13)
"""How voices are changed (pitch with formants, formants again); each pair is another identity."""
_CHANGES = [(a, b) for a in FACTORS for b in FORMANTS if (a, b) != (1, 1)]
_MAX_S = 16
_MIN_S = 4


def training_corpus(
    data: Path, extra: Path | None, own: Path | None, seed: int, each: int = 8
) -> Corpus:
    """The train split, `each` changed voices of everybody, and the people of the folder extra."""
    rng = np.random.default_rng(seed)
    found = list(Corpus(data, Split.TRAIN).speakers) + (people(extra, Split.TRAIN) if extra else [])
    more = [
        changed(one, *_CHANGES[at])
        for one in found
        for at in rng.choice(len(_CHANGES), each, replace=False)
    ]
    ours = tuple(people(own, None)) if own else ()
    return Corpus(data, Split.TRAIN, own_voice=ours).among((*found, *more))


def people(folder: Path, split: Split | None) -> list[Speaker]:
    """A folder of folders, each of short clips of one person (any audio format), of one split."""
    found = []
    for one in sorted(p for p in folder.iterdir() if p.is_dir()):
        pcm = _joined(sorted(one.rglob("*.*")))
        if (split is None or split_of(one.name) is split) and len(pcm) > _MIN_S * IN_RATE:
            found.append(speaker(one.name, "?", pcm))
    return found


def _joined(files: list[Path]) -> Pcm:
    """Clips one after the other, each at the same level, 0.2 s apart."""
    parts: list[Pcm] = []
    for path in files:
        pcm = read(path, IN_RATE)
        peak = float(np.abs(pcm).max())
        if peak > 0:
            parts += [
                np.asarray(pcm * (0.5 / peak), np.float32),
                np.zeros(IN_RATE // 5, np.float32),
            ]
        if sum(map(len, parts)) > _MAX_S * IN_RATE:
            break
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
