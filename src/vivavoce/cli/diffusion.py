"""vivavoce diffusion: generate, infill, bench, train."""

import click

from vivavoce.cli.root import Entry, LazyGroup

COMMANDS = {
    "generate": Entry("vivavoce.cli.diffusion_generate:generate", "Go on from a prompt."),
    "infill": Entry("vivavoce.cli.diffusion_infill:infill", "Fill a gap in a text."),
    "bench": Entry("vivavoce.cli.diffusion_bench:bench", "Time the three modes on this machine."),
    "train": Entry("vivavoce.cli.diffusion_train:train", "Train an adapter."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS)
def diffusion() -> None:
    """Write text by diffusion: a block of tokens at once, with one set of weights in three modes.

    \b
    ar         one token after another: the twin that the others are held against
    lossless   the same text: drafts are denoised, and verified by the next forward
    diffusion  a block is denoised, and a token stands once it is sure enough: a dial

    It needs an extra: pip install 'vivavoce[diffusion]'."""
