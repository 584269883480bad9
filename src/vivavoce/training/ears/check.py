"""How good the network is on people, rooms and noises that it never learned from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from vivavoce.core import Pcm
from vivavoce.ears.front import BANDS, HOPS, hear_all
from vivavoce.scenes import Corpus, simulate
from vivavoce.scenes.score import average_precision
from vivavoce.training.ears.net import SPAN, Network

JUDGED = (
    "quiet", "noise_10db", "noise_5db", "noise_0db", "one_10db", "one_5db", "one_0db",
    "babble_10db", "babble_5db", "babble_0db", "far", "turns", "turns_same_sex", "tv", "cafe",
)  # fmt: skip
_SECONDS = 32.0
_SEED = 77


@dataclass(frozen=True, slots=True)
class Heard:
    """One scene, ready for the network."""

    kind: str
    mel: NDArray[np.float32]
    """(f, 8, 40)"""
    voices: NDArray[np.float32]
    """(3, 256): the owner's; somebody else's, who is not there; nobody's."""
    owner: NDArray[np.bool_]
    other: NDArray[np.bool_]


Check = Sequence[Heard]


def dev_scenes(
    corpus: Corpus, embed: Callable[[Pcm], NDArray[np.float32]], each: int = 10
) -> Check:
    """`each` scenes of every judged kind; always the same ones."""
    heard = []
    for kind in JUDGED:
        for n in range(each):
            rng = np.random.default_rng([_SEED, n])
            scene = simulate(kind, corpus, rng, _SECONDS)
            mel = hear_all(scene.mic).reshape(-1, HOPS, BANDS)
            strangers = [s for s in corpus.speakers if s.name != scene.owner_name]
            wrong = strangers[rng.integers(len(strangers))].part(0, 0.5).pcm
            voices = np.stack([embed(scene.enrolment), embed(wrong), np.zeros(256, np.float32)])
            heard.append(Heard(kind, mel, voices, scene.owner, scene.other))
    return heard


def probabilities(net: Network, heard: Heard) -> NDArray[np.float32]:
    """(3, f, 2) for the owner's voice, the wrong one and none."""
    frames = len(heard.mel)
    padded = np.pad(heard.mel, ((0, -frames % SPAN), (0, 0), (0, 0)))
    device = next(net.parameters()).device
    mel, voices = (torch.from_numpy(x)[None].to(device) for x in (padded, heard.voices))
    with torch.no_grad():
        logits, _ = net(mel, voices)
    return np.asarray(torch.sigmoid(logits)[0, :, :frames].cpu().numpy())


def checked(net: Network, check: Check) -> Mapping[str, float]:
    """Average precision of the owner's frames for each kind, pooled over its scenes."""
    made: dict[str, list[tuple[NDArray[np.bool_], NDArray[np.float32]]]] = {}
    for heard in check:
        p = probabilities(net, heard)
        made.setdefault(heard.kind, []).append((heard.owner, p[0, :, 0]))
        made.setdefault(f"{heard.kind} wrong voice", []).append((heard.owner, p[1, :, 0]))
        made.setdefault(f"{heard.kind} no voice", []).append((heard.owner, p[2, :, 0]))
    scores = {}
    for name, pairs in made.items():
        truth, score = (np.concatenate(x) for x in zip(*pairs, strict=True))
        scores[name] = round(average_precision(truth, score), 4)
    return scores
