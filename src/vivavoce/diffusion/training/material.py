"""All texts of a run, gathered once into its folder."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from vivavoce.diffusion.text import Writer
from vivavoce.diffusion.training.prompts import prompts
from vivavoce.diffusion.training.recipe import Recipe
from vivavoce.diffusion.training.sources import held_out, number_of, sources
from vivavoce.diffusion.training.texts import Text, Tick, kept, of_sources, written
from vivavoce.diffusion.whole import whole

BATCH = 48
"""Texts that are written side by side."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Material:
    """Texts to train on, and of packages that are held out."""

    train: list[Text]
    held: list[Text]


def gather(
    folder: Path, recipe: Recipe, writer: Callable[[], Writer], say: Say, tick: Tick
) -> Material:
    """What is in the folder already is not made again; writer is asked for only if need be.
    `sources.json` says what was read, and under which licence."""
    read, own = folder / "sources.jsonl", folder / "own.jsonl"
    have = kept(own)
    if not (read.exists() and len(have) >= recipe.own):
        say("reading the code of permissively licensed packages")
        found = list(sources())
        scribe = writer()
        if not read.exists():
            _listed(folder / "sources.json", [(one.package, one.licence) for one in found])
            mixed = sorted(found, key=lambda one: number_of(one.text))
            plain = of_sources(scribe, mixed, recipe.length // 2, recipe.sources)
            lines = "".join(json.dumps(asdict(one)) + "\n" for one in plain)
            whole(read, lambda to: to.write_text(lines))
        asked = prompts(scribe, found, recipe.own, recipe.seed)
        say(f"the base model writes {len(asked)} texts, {len(have)} are there")
        tick(min(len(have), len(asked)))
        have = written(scribe, asked, own, recipe.own_tokens, BATCH, tick)
    texts = have[: recipe.own] + kept(read)[: recipe.sources]
    return Material(
        [one for one in texts if not held_out(one.package)],
        # What the drafts are for is the model's own words.
        [one for one in have[: recipe.own] if held_out(one.package)],
    )


def _listed(path: Path, found: list[tuple[str, str]]) -> None:
    """Files and licence of every package."""
    counts = Counter(package for package, _ in found)
    licences = dict(found)
    listed = [
        {
            "package": package,
            "licence": licences[package],
            "files": n,
            "held_out": held_out(package),
        }
        for package, n in sorted(counts.items())
    ]
    whole(path, lambda to: to.write_text(json.dumps(listed, indent=1) + "\n"))
