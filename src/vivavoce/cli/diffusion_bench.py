"""vivavoce diffusion bench."""

import json
import sys
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from vivavoce.cli.diffusion_options import MODES, as_json, how

if TYPE_CHECKING:
    from vivavoce.cli.diffusion_options import How
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Writer
    from vivavoce.models.diffusion.tally import Tally

PROMPTS = (
    'def moving_average(values: list[float], width: int) -> list[float]:\n    """The mean of each '
    'window of so many values, in their order."""\n',
    'class Stack:\n    """Last in, first out."""\n\n    def __init__(self) -> None:\n',
    "# Count how often each word of a text file comes, and print the ten most frequent.\nimport ",
)


@click.command()
@click.option("--prompt", "prompts", multiple=True, help="In place of our three; may be repeated.")
@click.option("--mode", "modes", multiple=True, type=click.Choice(MODES), help="[default: all]")
@click.option("--max-tokens", default=64, show_default=True, type=click.IntRange(1))
@click.option("--repeats", default=5, show_default=True, type=click.IntRange(1))
@click.option("--batch", default=1, show_default=True, type=click.IntRange(1, 64),
              help="So many copies of a prompt are written together.")  # fmt: skip
@as_json
@how
def bench(
    how: "How",
    prompts: tuple[str, ...],
    modes: tuple[str, ...],
    max_tokens: int,
    repeats: int,
    batch: int,
    as_json: bool,
) -> None:
    """Tokens a second of the modes, end to end, the prompts interleaved: the median of all runs,
    their spread, and the ratio to ar of the same prompt in the same round."""
    from vivavoce.core import Refused

    settings = how.settings()
    if why := settings.missing():
        raise Refused(why)
    chosen = modes or MODES
    dials = [how.dial(mode) for mode in chosen]
    writer = settings.load(lambda line: click.echo(line, err=True))
    texts = prompts or PROMPTS
    rounds: list[list[list[Tally]]] = []
    with click.progressbar(range(1 + repeats), label="rounds", file=sys.stderr) as bar:
        for i in bar:
            most = max_tokens if i else 8  # the first one warms up
            found = [_round(writer, text, dials, most, batch, i) for text in texts]
            if i:
                rounds.append(found)
    runs = [run for found in rounds for run in found]
    rows = [_row(runs, i, dial.mode, batch) for i, dial in enumerate(dials)]
    if as_json:
        said = {"prompts": len(texts), "max_tokens": max_tokens, "repeats": repeats}
        click.echo(json.dumps({"bench": "diffusion.modes", **said, "batch": batch, "modes": rows}))
    else:
        _show(rows)


def _round(
    writer: "Writer", text: str, dials: "list[Dial]", most: int, batch: int, turn: int
) -> "list[Tally]":
    """One text in every mode, beginning with another one each time."""
    order = [(turn + i) % len(dials) for i in range(len(dials))]
    done = {i: _timed(writer, text, dials[i], most, batch) for i in order}
    return [done[i] for i in range(len(dials))]


def _timed(writer: "Writer", text: str, dial: "Dial", most: int, batch: int) -> "Tally":
    """The first row's; the rows are alike."""
    from vivavoce.diffusion.text import Asked
    from vivavoce.models.diffusion.tally import Tally

    asked = [Asked(writer.plain(text), most)] * batch
    tally = Tally(dial.mode)
    for pieces in writer.write(asked, dial):
        tally.take(pieces[0])
    return tally


def _row(runs: "list[list[Tally]]", i: int, mode: str, batch: int) -> dict[str, Any]:
    own = [run[i] for run in runs]
    twins = [next((t for t in run if t.mode == "ar"), None) for run in runs]
    pairs = [(a, b) for a, b in zip(own, twins, strict=True) if b is not None]
    speeds = sorted(batch * tally.per_second for tally in own)
    ratios = sorted(a.per_second / b.per_second for a, b in pairs)
    return {
        "mode": mode,
        "tokens_per_second": round(median(speeds), 2),
        "spread": [round(speeds[0], 2), round(speeds[-1], 2)],
        "ratio_to_ar": round(median(ratios), 3) if ratios else None,
        "ratio_spread": [round(ratios[0], 3), round(ratios[-1], 3)] if ratios else None,
        "tokens_per_forward": round(median(tally.per_forward for tally in own), 3),
        "first_token_s": round(median(tally.first_s or 0.0 for tally in own), 4),
        "same_text_as_ar": [sum(a.text == b.text for a, b in pairs), len(pairs)],
    }


def _show(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("mode", "tokens/s", "from – to", "to ar", "a forward", "first", "as ar"):
        table.add_column(name, justify="left" if name == "mode" else "right", no_wrap=True)
    for row in rows:
        ratio, (same, of) = row["ratio_to_ar"], row["same_text_as_ar"]
        table.add_row(
            row["mode"],
            f"{row['tokens_per_second']:.1f}",
            f"{row['spread'][0]:.1f} – {row['spread'][1]:.1f}",
            f"× {ratio:.2f}" if ratio else "-",
            f"{row['tokens_per_forward']:.2f}",
            f"{row['first_token_s']:.2f} s",
            f"{same} of {of}" if of else "-",
        )
    Console(highlight=False).print(table)
