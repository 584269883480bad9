"""vivavoce train addressee."""

import json
import os
import sys
from pathlib import Path

import click

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--data", type=FOLDER, help="speech/librispeech, noise, rooms: overhears anew.")
@click.option("--said", type=FOLDER, help="Made by: python -m bench.turns.said --out DIR.")
@click.option(
    "--texts", type=FOLDER, help="Sentences, and what was overheard.  [default: the package's]"
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Instead of the package's own."
)
@click.option("--beds", type=click.IntRange(1), default=650, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--jobs", type=click.IntRange(1), help="Processes that listen.  [default: one a core]"
)
def addressee(
    data: Path | None,
    said: Path | None,
    texts: Path | None,
    out: Path | None,
    beds: int,
    seed: int,
    jobs: int | None,
) -> None:
    """The table that tells by its words what is said to us. The last line is JSON.

    With --data and --said, television and café are listened to first, with requests in them: some
    13 minutes of two cores."""
    from vivavoce.floor.addressee import DATA
    from vivavoce.training import addressees, overheard

    folder = texts or addressees.TEXTS
    if (data is None) != (said is None):
        raise click.UsageError("--data and --said go together: beds, and what is said in them")
    written = addressees.said(folder)
    if data is not None and said is not None:
        jobs = jobs or os.cpu_count() or 1
        with click.progressbar(length=beds, label="listening", file=sys.stderr) as bar:
            overheard.overhear_all(data, said, folder, beds, seed, jobs, lambda: bar.update(1))
    told = addressees.learn(written, addressees.heard(folder), seed=seed, out=out or DATA)
    click.echo(json.dumps(told))
