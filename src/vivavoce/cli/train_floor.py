"""vivavoce train floor."""

import json
import os
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--speech", type=FOLDER, help="LibriSpeech: READER-CHAPTER-N.flac.")
@click.option("--said", type=FOLDER, help="Made by: python -m bench.turns.said --out DIR.")
@click.option("--noise", type=FOLDER, help="Noises, 16 kHz WAV.")
@click.option("--rooms", type=FOLDER, help="Impulse responses, 16 kHz WAV.")
@click.option(
    "--texts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="gsm8k_train.jsonl: learns whole sentences from it anew.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="What was heard is kept here, and the curves; a second run goes on from it.",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Instead of the package's own."
)
@click.option("--seed", default=1, show_default=True)
@click.option("--epochs", default=40, show_default=True)
@click.option(
    "--times",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    help="Places that each turn is heard at.",
)
@click.option(
    "--jobs", type=click.IntRange(1), help="Processes that listen.  [default: one a core]"
)
def floor(
    speech: Path | None,
    said: Path | None,
    noise: Path | None,
    rooms: Path | None,
    texts: Path | None,
    work: Path,
    out: Path | None,
    seed: int,
    epochs: int,
    times: int,
    jobs: int | None,
) -> None:
    """The floor's predictor: when is a turn over? The last line is JSON."""
    from vivavoce.floor.predictor import DEFAULT
    from vivavoce.training.floor import FloorRecipe, train_floor
    from vivavoce.training.floor_data import Sources
    from vivavoce.training.listening import gather_all

    sources = Sources(work, speech, said, noise, rooms, texts)
    if speech or said:
        gather_all(sources, jobs or os.cpu_count() or 1, times)
    recipe = FloorRecipe(seed=seed, epochs=epochs)
    click.echo(json.dumps(train_floor(sources, out or DEFAULT, recipe)))
