"""`vivavoce train floor`: the network of floor.predictor, from turns whose ends are known.

Two cores, minutes: what takes long is to listen (once; kept in the work folder), not to learn.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import FRAME_S, Refused
from vivavoce.floor.addressee import DATA as ADDRESSEE
from vivavoce.floor.features import GROUPS, NAMES
from vivavoce.floor.predictor import DEFAULT, Predictor, PredictorState
from vivavoce.floor.wording import normal
from vivavoce.training import addressees, sentences
from vivavoce.training.cues import Cues
from vivavoce.training.floor_data import Example, Sources, examples
from vivavoce.training.sweep import Span, summary, sweep

if TYPE_CHECKING:
    import torch

Weights = dict[str, NDArray[np.float32]]
THRESHOLDS = (*np.arange(0.05, 0.95, 0.05).round(2).tolist(), 0.95, 0.97, 0.98, 0.99)


@dataclass(frozen=True, slots=True)
class FloorRecipe:
    """All that shapes the network but the data."""

    seed: int = 1
    members: int = 4
    """Networks whose mean counts, with seeds of their own."""
    width: int = 32
    hidden: int = 40
    epochs: int = 40
    batch: int = 16
    rate: float = 2e-3
    decay: float = 1e-3
    dropout: float = 0.2
    group_dropout: float = 0.15
    """Share of the turns in which prosody, or Smart Turn, or the words are missing."""
    jitter: float = 0.08
    """Noise on every feature, in its standard deviations."""


def train_floor(
    sources: Sources, out: Path = DEFAULT, recipe: FloorRecipe | None = None
) -> dict[str, Any]:
    """Learn from what was heard (training.listening), write the weights, and curves beside the
    data. Returns the numbers of the dev speakers."""
    recipe = recipe or FloorRecipe()
    told: dict[str, Any] = {}
    if sources.texts is not None:
        stories = list(sentences.problems(sources.texts))
        told["sentences"] = sentences.learn(stories, spoken(sources))
    train, dev = examples(sources.work, "train"), examples(sources.work, "dev")
    if not train or not dev:
        raise Refused(f"nothing was heard yet in {sources.work}: give --speech or --said")
    each = [learn(train, dev, recipe, recipe.seed + n) for n in range(recipe.members)]
    weights, history = together([found for found, _ in each]), [losses for _, losses in each]
    out.parent.mkdir(parents=True, exist_ok=True)
    write(weights, out)
    spans = [s for e in dev for s in scored(Predictor(out), e)]
    result = told | {
        "turns": {"train": len(train), "dev": len(dev)},
        "recipe": asdict(recipe),
        "dev": summary(sweep(spans, THRESHOLDS)),
        "addressee": addressees.learn(
            addressees.said(), addressees.heard(), out=out.with_name(ADDRESSEE.name)
        ),
    }
    lines = [json.dumps({"member": n} | h) for n, its in enumerate(history) for h in its]
    (sources.work / "floor.jsonl").write_text("\n".join(lines) + "\n")
    draw_curves(history, sources.work / "floor.png")
    return result


def spoken(sources: Sources) -> list[str]:
    """What people say, but for what is said in the turns to learn from."""
    listings = sources.said.glob("*/*.json") if sources.said else ()
    heard = {normal(json.loads(path.read_text())["text"].replace("|", "")) for path in listings}
    return [one.text for one in addressees.said() if normal(one.text) not in heard]


def write(weights: Weights, path: Path) -> None:
    """As floor.predictor reads them."""
    named: dict[str, Any] = {"names": np.array(NAMES), **weights}
    np.savez_compressed(path, **named)


def together(members: Sequence[Weights]) -> Weights:
    """As floor.predictor wants them: stacked, the features' mean and scale once."""
    shared = ("mean", "scale")
    return {
        name: value if name in shared else np.stack([w[name] for w in members])
        for name, value in members[0].items()
    }


def learn(
    train: Sequence[Example], dev: Sequence[Example], recipe: FloorRecipe, seed: int
) -> tuple[Weights, list[dict[str, float]]]:
    """One network's weights of the epoch with the lowest dev loss, and the losses of each."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    seen = np.concatenate([e.x for e in train])
    mean, scale = seen.mean(0), np.maximum(seen.std(0), 0.05)
    network = _network(len(NAMES), recipe)
    optimiser = torch.optim.AdamW(network.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        recipe.rate,
        total_steps=recipe.epochs * -(-len(train) // recipe.batch),
    )
    best, best_loss, history = {}, np.inf, []
    for epoch in range(recipe.epochs):
        network.train()
        losses = []
        order = rng.permutation(len(train))
        for at in range(0, len(order), recipe.batch):
            chosen = [train[i] for i in order[at : at + recipe.batch]]
            batch = _batch([_worse(e.x, mean, scale, rng, recipe) for e in chosen], chosen)
            loss = _loss(network, *batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(float(loss.detach()))
        network.eval()
        with torch.no_grad():
            held = float(_loss(network, *_batch([(e.x - mean) / scale for e in dev], dev)))
        history.append({"epoch": epoch, "train": float(np.mean(losses)), "dev": held})
        print(f"\repoch {epoch + 1}/{recipe.epochs}: dev {held:.4f} ", end="", file=sys.stderr)
        if held < best_loss:
            best, best_loss = _exported(network, mean, scale), held
    print(file=sys.stderr)
    return best, history


def _network(inputs: int, recipe: FloorRecipe) -> Any:
    import torch

    return torch.nn.ModuleDict(
        {
            "into": torch.nn.Linear(inputs, recipe.width),
            "gru": torch.nn.GRU(recipe.width, recipe.hidden, batch_first=True),
            "out": torch.nn.Linear(recipe.hidden + recipe.width, 2),
            "drop": torch.nn.Dropout(recipe.dropout),
        }
    )


def _worse(
    x: NDArray[np.float32],
    mean: NDArray[np.float32],
    scale: NDArray[np.float32],
    rng: np.random.Generator,
    recipe: FloorRecipe,
) -> NDArray[np.float32]:
    """(f, n) normalised, noisy, and sometimes without a whole group of features."""
    x = x.copy()
    for group in GROUPS.values():
        if rng.random() < recipe.group_dropout:
            x[:, group] = 0.0
    x = (x - mean) / scale
    return (x + rng.normal(0, recipe.jitter, x.shape)).astype(np.float32)


def _batch(inputs: Sequence[NDArray[np.float32]], chosen: Sequence[Example]) -> tuple[Any, ...]:
    """Padded at the end: x (b, f, n), truth (b, f, 2), weight (b, f)."""
    import torch

    frames = max(len(x) for x in inputs)
    x = np.zeros((len(inputs), frames, inputs[0].shape[1]), np.float32)
    truth = np.zeros((len(inputs), frames, 2), np.float32)
    weight = np.zeros((len(inputs), frames), np.float32)
    for i, (seen, e) in enumerate(zip(inputs, chosen, strict=True)):
        x[i, : len(seen)], weight[i, : len(seen)] = seen, e.weight
        truth[i, : len(seen), 0], truth[i, : len(seen), 1] = e.over, e.soon
    return torch.from_numpy(x), torch.from_numpy(truth), torch.from_numpy(weight)


def _loss(network: Any, x: "torch.Tensor", truth: "torch.Tensor", weight: "torch.Tensor") -> Any:
    import torch

    seen = network["drop"](torch.tanh(network["into"](x)))
    memory, _ = network["gru"](seen)
    logits = network["out"](torch.cat([network["drop"](memory), seen], -1))
    each = torch.nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    over, soon = (each * weight[..., None]).sum((0, 1)) / weight.sum()
    return over + 0.3 * soon


def _exported(network: Any, mean: NDArray[np.float32], scale: NDArray[np.float32]) -> Weights:
    own = {k: v.detach().numpy().copy() for k, v in network.state_dict().items()}
    return {
        "mean": mean, "scale": scale,
        "w_in": own["into.weight"], "b_in": own["into.bias"],
        "w_ih": own["gru.weight_ih_l0"], "w_hh": own["gru.weight_hh_l0"],
        "b_ih": own["gru.bias_ih_l0"], "b_hh": own["gru.bias_hh_l0"],
        "w_out": own["out.weight"], "b_out": own["out.bias"],
    }  # fmt: skip


def scores(predictor: Predictor, x: NDArray[np.float32]) -> NDArray[np.float64]:
    """turn_end (f,) of one turn's vectors (f, n)."""
    memory = np.zeros((predictor.members, predictor.hidden), np.float32)
    state = PredictorState(memory=memory)
    return np.array([predictor.step(row, state).turn_end for row in x])


def scored(predictor: Predictor, e: Example) -> list[Span]:
    """The silences of one turn with our scores in them."""
    return spans_of(e.cues, scores(predictor, e.x))


def spans_of(cues: Cues, score: NDArray[np.float64]) -> list[Span]:
    """score (f,) from the frame that opened the turn on; a score is known at its frame's end."""
    ends = np.asarray((np.arange(len(score)) + 1 + cues.opened) * FRAME_S, np.float64)
    found = []
    for i, (start, end) in enumerate(cues.spans):
        inside = (ends > start) & (ends <= end)
        if inside.any():
            last = i + 1 == len(cues.spans)
            found.append(Span(ends[inside] - start, score[inside], end - start, last))
    return found


def draw_curves(history: Sequence[Sequence[dict[str, float]]], path: Path) -> None:
    """Losses by epoch, of each network."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.subplots()
    for n, its in enumerate(history):
        for which, colour in (("train", "C0"), ("dev", "C1")):
            losses = [h[which] for h in its]
            axes.plot(losses, color=colour, linewidth=1, label=None if n else which)
    axes.set_xlabel("epoch")
    axes.set_ylabel("weighted cross-entropy")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=120)
