"""Options that the commands of text by diffusion share."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.models.diffusion.settings import Kept, Settings

MODES = ("ar", "lossless", "diffusion")


@dataclass(frozen=True, slots=True)
class How:
    """How to write, and with what of the machine; None: as it is by default."""

    dials: dict[str, Any]
    weights: str
    adapter: Path | None
    kept: "Kept | None"
    device: str
    threads: int | None
    graphs: bool

    def dial(self, mode: str) -> "Dial":
        """For one mode; ConfigError."""
        from vivavoce.diffusion.decode import Dial

        given = {name: value for name, value in self.dials.items() if value is not None}
        return Dial(mode, **given)  # type: ignore[arg-type]  # click has checked it

    def settings(self) -> "Settings":
        """Of the network."""
        from vivavoce.models.diffusion.settings import Settings

        return Settings(
            self.weights, self.adapter, self.kept, self.device, self.threads, self.graphs
        )


_DIALS = {
    "threshold": click.option(
        "--threshold", type=float, help="diffusion: a token stands from this probability on; "
        "lower is faster.  [default: 0.98]"),
    "steps": click.option("--steps", type=int, help="diffusion: forwards a block at most."),
    "block": click.option("--block", type=int, help="diffusion: tokens of a block.  [default: 4]"),
    "drafts": click.option(
        "--drafts", type=int, help="lossless: tokens proposed at once.  [default: 1]"),
    "draft": click.option(
        "--draft", type=click.Choice(["both", "denoise", "lookup"]),
        help="lossless: denoised, looked up in the text, or looked up where it repeats itself and "
        "denoised elsewhere.  [default: both]"),
    "temperature": click.option(
        "--temperature", type=float, help="0: always the likeliest.  [default: 0]"),
    "top_p": click.option("--top-p", type=float, help="Only the likeliest tokens.  [default: 1]"),
    "seed": click.option("--seed", type=int, help="The same seed draws the same text."),
}  # fmt: skip
_MACHINE = {
    "weights": click.option(
        "--weights", default="qwen2.5-coder-0.5b-instruct", show_default=True,
        help="A weight of the catalog, or a GGUF file of Qwen2."),
    "adapter": click.option(
        "--adapter", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="What the weights learned about masks.  [default: the shipped one]"),
    "kept": click.option(
        "--kept", type=click.Choice(["float32", "bfloat16", "int8"]),
        help="How weights are held.  [default: int8 on a CPU, bfloat16 on a GPU]"),
    "device": click.option(
        "--device", default="auto", show_default=True, help="cpu, cuda or cuda:1."),
    "threads": click.option("--threads", type=click.IntRange(1), help="Cores to use on a CPU."),
    "graphs": click.option(
        "--graphs/--no-graphs", default=True, show_default=True,
        help="On a GPU: capture each size of forward once, and replay it."),
}  # fmt: skip


def how(command: Callable[..., Any]) -> Callable[..., Any]:
    """All of them, given to the command as how: How."""

    @wraps(command)
    def called(**given: Any) -> Any:
        dials = {name: given.pop(name) for name in _DIALS}
        machine = {name: given.pop(name) for name in _MACHINE}
        return command(how=How(dials, **machine), **given)

    wrapped: Callable[..., Any] = called
    for option in reversed((*_DIALS.values(), *_MACHINE.values())):
        wrapped = option(wrapped)
    return wrapped


mode = click.option("--mode", type=click.Choice(MODES), default="lossless", show_default=True)
most = click.option("--max-tokens", default=128, show_default=True, type=click.IntRange(1))
stop = click.option("--stop", multiple=True, help="The text ends before it; may be repeated.")
watch = click.option("--watch", is_flag=True, help="See the block sharpen, in a terminal.")
as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
