"""vivavoce train finder."""

import json
from pathlib import Path

import click


@click.command()
@click.option(
    "--texts",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="to_us.txt, and meant.txt with what each line is for.  [default: the package's]",
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Instead of the package's own."
)
@click.option("--seed", default=0, show_default=True)
def finder(texts: Path | None, out: Path | None, seed: int) -> None:
    """The table that tells which expert a request is for. The last line is JSON.

    Takes half a minute. Needed anew when a built-in expert comes, goes or takes on other work:
    write its sentences and their labels into the texts first."""
    from vivavoce import weights
    from vivavoce.experts.meaning import Meaning
    from vivavoce.experts.meant import DATA
    from vivavoce.experts.registry import find
    from vivavoce.training import meant

    experts = {name: e for name, e in find().experts.items() if e.built_in}
    told = meant.learn(
        meant.labelled(texts or meant.TEXTS),
        experts,
        Meaning(weights.path("wordllama-256")),
        seed=seed,
        out=out or DATA,
    )
    click.echo(json.dumps(told))
