"""vivavoce weights: list, pull, verify, where."""

import json
from contextlib import closing
from pathlib import Path

import click

from vivavoce import weights as catalogued
from vivavoce.core.errors import WeightsMissing


@click.group()
def weights() -> None:
    """List, fetch and check the models' weights."""


@weights.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """What there is: purpose, size, licence, sources, and whether it is here."""
    store = catalogued.here()
    rows = [
        {
            "name": weight.name,
            "purpose": weight.purpose,
            "licence": weight.licence,
            "bytes": weight.size,
            "default": weight.default,
            "state": _state([found.state for found in store.check(weight)]),
            "files": {file.name: file.sha256 for file in weight.files},
            "sources": [str(source) for source in weight.sources],
        }
        for weight in catalogued.catalog().values()
    ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    wide = max(len(str(row["name"])) for row in rows)
    for weight, row in zip(catalogued.catalog().values(), rows, strict=True):
        click.echo(
            f"{'*' if weight.default else ' '} {weight.name:{wide}}  {weight.size / 1e6:7,.1f} MB  "
            f"{weight.licence:12}  {row['state']!s:8}  {weight.purpose}"
        )
    click.echo(f"\n* fetched by default; they lie in {store.root}")


@weights.command()
@click.argument("names", metavar="[NAME]…", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every weight of the catalog.")
@click.option(
    "--from",
    "local",
    type=click.Path(exists=True, path_type=Path),
    help="A file or folder to look in first.",
)
def pull(names: tuple[str, ...], everything: bool, local: Path | None) -> None:
    """Fetch what is missing or damaged of the named weights (of the default ones, if none is
    named). Can be interrupted and run again."""
    from vivavoce.cli.progress import meter

    if everything:
        names = tuple(catalogued.catalog())
    with closing(meter()) as progress:
        catalogued.pull(*names, progress=progress, local=local)
    count = len(names or catalogued.defaults())
    click.echo(f"{count} {'weight' if count == 1 else 'weights'} in {catalogued.here().root}")


@weights.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def verify(name: str | None, as_json: bool) -> None:
    """Hash the files anew: of NAME, or of the default weights and all that are here."""
    found = {chosen: catalogued.verify(chosen) for chosen in ([name] if name else _present())}
    if as_json:
        rows = [
            {"weight": chosen, "file": f.file.name, "state": f.state, "why": f.why}
            for chosen, files in found.items()
            for f in files
        ]
        click.echo(json.dumps(rows))
    else:
        for chosen, files in found.items():
            for f in files:
                click.echo(f"{f.state:8} {chosen}/{f.file.name}{f': {f.why}' if f.why else ''}")
    bad = [chosen for chosen, files in found.items() if any(f.state != "ok" for f in files)]
    if bad:
        raise WeightsMissing(
            f"{', '.join(bad)} can't be used; run: vivavoce weights pull {' '.join(bad)}"
        )


@weights.command()
@click.argument("name", required=False)
def where(name: str | None) -> None:
    """The folder of all weights, or what an engine opens of NAME."""
    click.echo(catalogued.path(name) if name else catalogued.here().root)


def _present() -> list[str]:
    """The default weights and every other of which a file is here."""
    store = catalogued.here()
    return [
        weight.name
        for weight in catalogued.catalog().values()
        if weight.default or any((store.folder(weight) / f.name).exists() for f in weight.files)
    ]


def _state(states: list[str]) -> str:
    """One word for a weight's files."""
    if all(state == "ok" for state in states):
        return "here"
    return "-" if all(state == "missing" for state in states) else "damaged"
