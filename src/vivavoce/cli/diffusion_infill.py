"""vivavoce diffusion infill."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vivavoce.cli.diffusion_options import as_json, how, mode, most, stop, watch

if TYPE_CHECKING:
    from vivavoce.cli.diffusion_options import How
    from vivavoce.diffusion.text import Asked, Writer

GAP = "<fill>"


@click.command()
@click.option("--prefix", metavar="TEXT", help="What stands before the gap.")
@click.option("--suffix", metavar="TEXT", help="What stands behind it.")
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="A text with a gap, in place of the two; - reads standard input.",
)
@click.option(
    "--line",
    type=click.IntRange(1),
    help=f"The gap is this line of the file, written anew.  [default: where {GAP} is]",
)
@click.option("--whole", is_flag=True, help="Print the whole text, with its gap filled.")
@mode
@most
@stop
@watch
@as_json
@how
def infill(
    how: "How",
    prefix: str | None,
    suffix: str | None,
    file: Path | None,
    line: int | None,
    whole: bool,
    mode: str,
    max_tokens: int,
    stop: tuple[str, ...],
    watch: bool,
    as_json: bool,
) -> None:
    """Fill the gap between two texts; the model chooses how long it is."""
    from vivavoce.cli.diffusion_run import run

    if (file is None) == (prefix is None and suffix is None):
        raise click.UsageError("give --prefix and --suffix, or a --file with a gap")
    if file is not None:
        with click.open_file(str(file)) as opened:
            before, after = split(opened.read(), line)
    elif line is not None:
        raise click.UsageError("--line belongs to --file")
    else:
        before, after = prefix or "", suffix or ""

    def ask(writer: "Writer") -> "Asked":
        return writer.fill(before, after, max_tokens, stop)

    def filled(text: str) -> str:
        return f"{before}{text}{after}"

    run(how, mode, ask, watch=watch, as_json=as_json, whole=filled if whole else None)


def split(text: str, line: int | None) -> tuple[str, str]:
    """What stands before and behind the gap; click.UsageError if there is not just one."""
    if line is None:
        if text.count(GAP) != 1:
            raise click.UsageError(
                f"there are {text.count(GAP)} gaps in the file; mark one with {GAP}, or say --line"
            )
        before, after = text.split(GAP)
        return before, after
    lines = text.splitlines(keepends=True)
    if line > len(lines):
        raise click.UsageError(f"the file has {len(lines)} lines, and --line says {line}")
    own = lines[line - 1]
    end = own[len(own.rstrip("\r\n")) :]
    return "".join(lines[: line - 1]), end + "".join(lines[line:])
