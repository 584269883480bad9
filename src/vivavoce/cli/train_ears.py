"""vivavoce train ears."""

from dataclasses import replace
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--data", type=FOLDER, required=True, help="speech/librispeech, noise, rooms.")
@click.option(
    "--encoder",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Resemblyzer's pretrained.pt, out of the wheel resemblyzer 0.1.4.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Checkpoint, log, curves, networks; a second run goes on from what lies there.",
)
@click.option("--people", type=FOLDER, help="More people: a folder of clips for each.")
@click.option("--own", type=FOLDER, help="Our own voice, for echoes: a folder of folders too.")
@click.option(
    "--begin",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An exported presence.onnx to begin from, the shipped one for instance.",
)
@click.option("--steps", default=4000, show_default=True)
@click.option("--seed", default=3, show_default=True)
@click.option(
    "--rate", default=1.0, show_default=True, help="Times the recipe's; less to go on with --begin."
)
@click.option("--each", default=8, show_default=True, help="Changed voices of every speaker.")
@click.option(
    "--device", default="auto", show_default=True, help="cpu, cuda, …; auto: a GPU if there is one."
)
@click.option("--threads", default=1, show_default=True, help="Of the learning, on a CPU.")
@click.option(
    "--mixers",
    type=click.IntRange(min=1),
    help="Processes that make mixtures.  [default: 1; with a GPU one a core]",
)
def ears(
    data: Path,
    encoder: Path,
    out: Path,
    people: Path | None,
    own: Path | None,
    begin: Path | None,
    steps: int,
    seed: int,
    rate: float,
    each: int,
    device: str,
    threads: int,
    mixers: int | None,
) -> None:
    """Train the network that hears whether the owner speaks, from simulated scenes.

    Leaves presence.onnx and voice.onnx in --out, log.jsonl and curves.png. Can be interrupted
    and run again."""
    import os

    import torch
    from rich.console import Console
    from rich.progress import Progress

    from vivavoce.training.ears.batches import Paths
    from vivavoce.training.ears.curves import draw
    from vivavoce.training.ears.recipe import Machine, Recipe, finish, train

    paths = Paths(data, encoder, out, people, own, begin)
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    mixers = mixers or (1 if device == "cpu" else max(1, (os.cpu_count() or 2) - 1))
    usual = Recipe(seed=seed, steps=steps, each=each)
    recipe = replace(
        usual,
        frozen_steps=0 if begin else usual.frozen_steps,
        head_rate=rate * usual.head_rate,
        encoder_rate=rate * usual.encoder_rate,
    )
    machine = Machine(device, threads, mixers)
    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("loss", total=steps)
        for row in train(recipe, paths, machine):
            bar.update(task, completed=row["step"], description=f"loss {row['loss']:.3f}")
    draw(out / "log.jsonl", out / "curves.png")
    finish(paths)
    click.echo(f"{out / 'presence.onnx'}, {out / 'voice.onnx'}, {out / 'curves.png'}")
