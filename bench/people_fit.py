"""Fit how voices are compared: view.npz of vivavoce.people, and RecogniseConfig's numbers.

Reads what bench.people_windows wrote. The view is learned from the readers of TRAIN; the numbers
from trials whose view has not seen their readers (two halves, crosswise), and DEV is only shown.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.people import ENROL_S, PIECE_S, equal_error
from bench.stats import table
from bench.voices import CONDITIONS
from vivavoce import people
from vivavoce.core import IN_RATE
from vivavoce.people.enrol import STEP, WINDOW, EnrolConfig
from vivavoce.people.person import Vector, unit
from vivavoce.people.recognise import RecogniseConfig, View, probability
from vivavoce.scenes import Split, split_of

Floats = NDArray[np.float64]
DIRECTIONS = 60
SHRINK = 1.0
"""Of the mean spread within a voice, added in all directions: 200 readers have not shown it all."""
DRAWS = 300
TAKEN = 0.014
"""Share of strangers that may be taken for somebody known, in the worst condition."""
FILE = Path(people.__file__).with_name("view.npz")


@dataclass(frozen=True, slots=True)
class Windows:
    """What bench.people_windows kept."""

    names: NDArray[np.str_]
    seconds: Floats
    reader: NDArray[np.int64]
    condition: NDArray[np.int64]
    window: NDArray[np.int64]
    share: Floats
    vectors: NDArray[np.float32]

    def mean(self, reader: int, condition: int, start_s: float, end_s: float) -> Vector:
        """(256,) of what is spoken there."""
        begins = self.window * STEP / IN_RATE
        there = (self.reader == reader) & (self.condition == condition)
        there &= (begins >= start_s) & (begins + WINDOW / IN_RATE <= end_s + 1e-9)
        spoken = there & (self.share >= min(EnrolConfig().spoken, self.share[there].max()))
        return unit(self.vectors[spoken].mean(axis=0))


def learn(found: Windows, readers: Sequence[int]) -> View:
    """Linear discriminant analysis: a class is a reader in all conditions."""
    classes = [found.vectors[(found.reader == r) & (found.share >= 0.5)] for r in readers]
    middle = np.concatenate(classes).mean(axis=0)
    means = np.stack([c.mean(axis=0) for c in classes]) - middle
    apart = [c - c.mean(axis=0) for c in classes]
    within = sum(a.T @ a for a in apart) / sum(map(len, apart))
    within += SHRINK * np.trace(within) / len(within) * np.eye(len(within))
    value, basis = np.linalg.eigh(within)
    white = basis @ np.diag(value**-0.5) @ basis.T
    _, axes = np.linalg.eigh(white @ (means.T @ means / len(means)) @ white)
    directions = white @ axes[:, ::-1][:, :DIRECTIONS]
    directions /= np.abs(directions).max()  # float16 holds it
    return View(middle.astype(np.float32), directions.astype(np.float32))


@dataclass(frozen=True, slots=True)
class Trials:
    """Pieces (t,) against those of a draw."""

    best: Floats
    lead: Floats
    kind: NDArray[np.int64]
    """0 a stranger, 1 the most similar is who spoke, 2 it is not."""
    eer: float


def trials(
    found: Windows, readers: Sequence[int], view: View, enrol: int, test: int, known: Sequence[int]
) -> Trials:
    """Enrolled in one condition, tested in another; each draw knows so many."""
    rng = np.random.default_rng(0)
    there = [r for r in readers if found.seconds[r] >= ENROL_S + PIECE_S]
    voices = view.of(np.stack([found.mean(r, enrol, 0, ENROL_S) for r in there]))
    pieces = [(i, found.mean(r, test, s, s + PIECE_S)) for i, r in enumerate(there)
              for s in np.arange(ENROL_S, found.seconds[r] - PIECE_S, PIECE_S)]  # fmt: skip
    whose = np.array([i for i, _ in pieces])
    scores = view.of(np.stack([p for _, p in pieces])) @ voices.T
    mine = whose[:, None] == np.arange(len(there))[None]
    rows = [
        row
        for n in known
        for _ in range(DRAWS // len(known))
        for row in _draw(scores, whose, rng.choice(len(there), n, replace=False), rng)
    ]
    best, lead, kind = (np.array(column) for column in zip(*rows, strict=True))
    return Trials(best, lead, kind, equal_error(scores[mine], scores[~mine]))


def _draw(
    scores: NDArray[np.floating],
    whose: NDArray[np.int64],
    enrolled: NDArray[np.int64],
    rng: np.random.Generator,
) -> Iterator[tuple[float, float, int]]:
    """All pieces of the enrolled, and about as many of strangers."""
    others = scores.shape[1] - len(enrolled)
    for i, row in zip(whose, scores[:, enrolled], strict=True):
        inside = i in enrolled
        if not inside and rng.random() > len(enrolled) / others:
            continue
        order = np.argsort(-row)
        lead = row[order[0]] - row[order[1]] if len(order) > 1 else np.inf
        kind = (1 if enrolled[order[0]] == i else 2) if inside else 0
        yield row[order[0]], min(lead, RecogniseConfig().widest), kind


def logistic(x: Floats, y: NDArray[np.bool_], weight: Floats) -> Floats:
    """(t, k) and (t,) to (k,) weights, by Newton's steps."""
    w = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ w))
        slope = x.T @ (weight * (p - y)) + 1e-3 * w
        curve = (x * (weight * p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(w))
        w = w - np.linalg.solve(curve, slope)
    return np.asarray(w)


PAIRS = ((0, 0), (0, 1), (0, 2), (2, 0))
"""(enrolled in, tested in): clean with all, and far away with clean."""


def fit(found: Windows, halves: Sequence[Sequence[int]]) -> RecogniseConfig:
    """The logistic, and the threshold at which 8 known people suffer TAKEN."""
    views = [learn(found, half) for half in halves]
    cross = [(halves[1], views[0]), (halves[0], views[1])]
    every = [trials(found, r, v, *pair, (1, 2, 4, 8)) for r, v in cross for pair in PAIRS]
    x = np.concatenate([np.stack([np.ones_like(t.best), t.best, t.lead], axis=1) for t in every])
    y = np.concatenate([t.kind == 1 for t in every])
    w = np.concatenate([np.full(len(t.best), 1 / len(t.best)) for t in every])
    weights = logistic(x, y, w * len(x) / w.sum())
    cfg = RecogniseConfig(0.5, *(round(float(x), 2) for x in weights))
    eight = [[trials(found, r, v, *pair, (8,)) for r, v in cross] for pair in PAIRS]
    taken = [
        np.quantile(np.concatenate([_p(t, cfg)[t.kind == 0] for t in both]), 1 - TAKEN)
        for both in eight
    ]
    return RecogniseConfig(round(float(max(taken)), 2), cfg.bias, cfg.per_likeness, cfg.per_lead)


def _p(found: Trials, cfg: RecogniseConfig) -> Floats:
    return np.array([probability(b, n, cfg) for b, n in zip(found.best, found.lead, strict=True)])


def shown(found: Windows, readers: Sequence[int], view: View, cfg: RecogniseConfig) -> str:
    """How it does on readers that nothing was learned from."""
    names = list(CONDITIONS)
    rows = []
    for enrol, test in PAIRS:
        t = trials(found, readers, view, enrol, test, (min(8, len(readers) // 2),))
        told = _p(t, cfg) >= cfg.known
        known = t.kind > 0
        wrong, missed = (told & (t.kind == 2))[known].mean(), (~told)[known].mean()
        rates = [100 * told[~known].mean(), 100 * wrong, 100 * missed]
        rows.append((f"{names[enrol]} → {names[test]}", *(f"{r:.2f}" for r in (t.eer, *rates))))
    return table(["%", "EER", "unknown taken", "wrong name", "not known again"], rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("windows", type=Path, help="what bench.people_windows wrote")
    options.add_argument("--write", action="store_true", help=f"replace {FILE.name}")
    args = options.parse_args()
    kept = np.load(args.windows)
    found = Windows(**{name: kept[name] for name in kept.files})
    split = [split_of(name) for name in found.names]
    train = [i for i, part in enumerate(split) if part is Split.TRAIN]
    cfg = fit(found, (train[::2], train[1::2]))
    view = learn(found, train)
    print(cfg)
    print(shown(found, [i for i, part in enumerate(split) if part is Split.DEV], view, cfg))
    if args.write:
        np.savez_compressed(
            FILE,
            middle=view.middle.astype(np.float16),
            directions=view.directions.astype(np.float16),
        )


if __name__ == "__main__":
    main()
