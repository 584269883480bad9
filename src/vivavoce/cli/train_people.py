"""vivavoce train people."""

import json
import sys
from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="A folder of clips for each person: what train ears takes as --people.",
)
def people(out: Path) -> None:
    """Fetch real people's speech out of Debian's packages. The last line is JSON.

    Some 60 people who say words and sentences in 36 languages: 380 MB to download, with apt. Each
    package's copyright file says the terms."""
    from vivavoce.training.ears.packages import PACKAGES, fetch

    found: dict[str, int] = {}
    with click.progressbar(PACKAGES, label="fetching", file=sys.stderr) as packages:
        for package in packages:
            found |= fetch(package, out)
    click.echo(json.dumps({"people": len(found), "clips": sum(found.values())}))
