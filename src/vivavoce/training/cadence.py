"""The weights of floor.cadence, from the silences of turns whose ends are known."""

import io
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import FRAME_S
from vivavoce.floor.cadence import Cadence
from vivavoce.training.cues import Cues
from vivavoce.training.floor_data import counts

FOLDS = 5
LEAST_S = 0.2
"""Shorter pauses cut nobody off."""
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 64, 12, 128, 1e-3, 0.1
DROPOUT, JITTER = 0.5, 0.1
Weights = dict[str, NDArray[np.float32]]


def moments(cues: Cues) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(k, 384) vectors in true silences, and whether each was the turn's end (k,)."""
    found, over = [], []
    for which, vector in enumerate(cues.pooled):
        at = (int(np.argmax(cues.asked == which)) + 0.5) * FRAME_S
        inside = [i for i, (start, end) in enumerate(cues.spans) if start < at <= end]
        if inside and cues.spans[inside[0]][1] - cues.spans[inside[0]][0] >= LEAST_S:
            found.append(vector)
            over.append(inside[0] + 1 == len(cues.spans))
    return np.array(found, np.float32), np.array(over, np.bool_)


def learn(heard: Sequence[Cues], seed: int) -> Weights:
    """Two layers; pauses together count as much as ends."""
    import torch

    torch.manual_seed(seed)
    pairs = [moments(cues) for cues in heard]
    x = np.concatenate([vectors for vectors, _ in pairs if len(vectors)])
    over = np.concatenate([ends for _, ends in pairs])
    count = np.repeat(counts(heard), [len(ends) for _, ends in pairs])
    mean, scale = x.mean(0), x.std(0) + 1e-3
    ends, pauses = count[over].sum(), count[~over].sum()
    each_kind = np.where(over, ends, pauses)
    weight = torch.from_numpy((count * len(over) / 2 / each_kind).astype(np.float32))
    seen = torch.from_numpy((x - mean) / scale)
    truth = torch.from_numpy(over.astype(np.float32))
    into, out = torch.nn.Linear(x.shape[1], HIDDEN), torch.nn.Linear(HIDDEN, 1)
    drop = torch.nn.Dropout(DROPOUT)
    network = torch.nn.Sequential(drop, into, torch.nn.ReLU(), drop, out)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(seen)).split(BATCH):
            noisy = seen[chosen] + JITTER * torch.randn_like(seen[chosen])
            each = torch.nn.functional.binary_cross_entropy_with_logits(
                network(noisy)[:, 0], truth[chosen], reduction="none"
            )
            optimiser.zero_grad()
            (each * weight[chosen]).mean().backward()
            optimiser.step()
    named = {"w_in": into.weight, "b_in": into.bias, "w_out": out.weight, "b_out": out.bias}
    learned = {name: value.detach().numpy() for name, value in named.items()}
    return {"mean": mean, "scale": scale, **learned}


def write(weights: Weights, path: Path | io.BytesIO) -> None:
    """As floor.cadence reads them; halves are enough."""
    halves: dict[str, Any] = {name: value.astype(np.float16) for name, value in weights.items()}
    np.savez_compressed(path, **halves)


def strangers(heard: Sequence[Cues], seed: int) -> list[Cadence]:
    """For each turn one that has not heard its speaker, as at run time: what the floor learns to
    make of its answers must not rest on voices that it knows."""
    folds = [fold(cues.speaker) for cues in heard]
    judges = {}
    for which in sorted(set(folds)):
        others = [cues for cues, its in zip(heard, folds, strict=True) if its != which]
        stored = io.BytesIO()
        write(learn(others or heard, seed), stored)
        stored.seek(0)
        judges[which] = Cadence(stored)
    return [judges[which] for which in folds]


def fold(speaker: str) -> int:
    """In which part of the speakers this one is."""
    return zlib.crc32(speaker.encode()) % FOLDS


def area(heard: Sequence[Cues], judges: Sequence[Cadence]) -> float:
    """Under the curve: ends over pauses, over all moments."""
    scores, truth = [], []
    for cues, judge in zip(heard, judges, strict=True):
        vectors, over = moments(cues)
        scores += [judge(vector) for vector in vectors]
        truth += over.tolist()
    ends = np.array(truth)
    ranks = np.array(scores).argsort().argsort()
    above = ranks[ends].mean() - (ends.sum() - 1) / 2
    return float(above / (~ends).sum())
