"""vivavoce diffusion train."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vivavoce.diffusion.tokens import Tokens


def _like(tokens: "Tokens", mark: str) -> int:
    from vivavoce.core import ConfigError

    ids = tokens.ids(mark)
    if len(ids) != 1:
        raise ConfigError(f"like must be one token of the base, got {mark!r} ({len(ids)} tokens)")
    return ids[0]


@click.command()
@click.argument("recipe", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Texts, checkpoints, curves and the adapter; a second run goes on from what is there.",
)
@click.option("--minutes", type=float, help="End early, whole, after so long.")
@click.option("--device", help="cpu, cuda, cuda:1; the default is a GPU if there is one.")
@click.option("--threads", type=click.IntRange(1), help="Cores to use on a CPU.")
@click.option("--texts-only", is_flag=True, help="Gather the texts and stop.")
def train(
    recipe: Path,
    out: Path,
    minutes: float | None,
    device: str | None,
    threads: int | None,
    texts_only: bool,
) -> None:
    """Train an adapter: drafts for `lossless`, blocks for `diffusion`.

    RECIPE is a TOML file; src/vivavoce/diffusion/recipes has four, docs/diffusion.md says what is
    in them. The texts come from this machine: code of its own permissively licensed packages, and
    what the base model writes itself. Ctrl-C keeps the last checkpoint; the same command goes on
    from it. Several GPUs: torchrun --nproc-per-node N --no-python vivavoce diffusion train … The
    last line is JSON."""
    import torch

    from vivavoce import weights
    from vivavoce.cli.diffusion_bars import Run
    from vivavoce.diffusion import prepared
    from vivavoce.diffusion.network.gguf import digest
    from vivavoce.diffusion.text import Writer
    from vivavoce.diffusion.training import recipe as recipes
    from vivavoce.diffusion.training.material import gather
    from vivavoce.diffusion.training.ranks import device_of, join
    from vivavoce.diffusion.training.train import Base
    from vivavoce.diffusion.training.train import train as run

    if threads:
        torch.set_num_threads(threads)
    asked = recipes.read(recipe)
    where = device_of(device)
    ranks = join(where)
    out.mkdir(parents=True, exist_ok=True)
    path = weights.path(asked.base)
    with Run(quiet=not ranks.first) as bars:

        def writer() -> Writer:
            """In the type that writes quickest there, many texts at once."""
            gpu = where.startswith("cuda")
            kept = asked.kept if gpu or asked.kept == "bfloat16" else "int8"
            network, tokens = prepared.load(path, kept, bars.say)
            network.to(where)
            if gpu:
                network.quicken()
            return Writer(network, tokens)

        if ranks.first:
            bars.begin("texts", asked.own)
            material = gather(out, asked, writer, bars.say, bars.advance)
        ranks.wait()
        if not ranks.first:
            material = gather(out, asked, writer, bars.say, bars.advance)
        told: dict[str, Any] = {"train": len(material.train), "held_out": len(material.held)}
        if not texts_only:
            bars.begin("steps", asked.steps)
            network, tokens = prepared.load(path, asked.kept, bars.say)
            told |= run(
                Base(network.to(where), digest(path), _like(tokens, asked.like)),
                material.train,
                material.held,
                asked,
                out,
                ranks=ranks,
                tell=bars.tell,
                deadline_s=minutes * 60 if minutes else None,
            )
    ranks.leave()
    if ranks.first:
        click.echo(json.dumps({"trained": str(out), **told}))
