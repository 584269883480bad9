"""What every part needs: the network as it is to be judged, and its options."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.command import say
from bench.others import Others
from vivavoce import weights
from vivavoce.core import ConfigError
from vivavoce.models.diffusion.settings import SHIPPED

if TYPE_CHECKING:
    from vivavoce.diffusion.decode import Dial
    from vivavoce.diffusion.text import Writer

UNTRAINED = "untrained"


def options(made: argparse.ArgumentParser, log: str) -> None:
    """Those that all parts share."""
    made.add_argument("--model", default="qwen2.5-coder-0.5b-instruct", help="of the catalog")
    made.add_argument("--adapter", metavar="FILE", help=f"or '{UNTRAINED}'; else the shipped one")
    made.add_argument("--device", default="cpu", help="cpu or cuda")
    made.add_argument("--compile", action="store_true", help="on a GPU graphs are replayed anyway")
    made.add_argument("--threads", type=int, default=2, help="on a CPU, ours and llama.cpp's")
    made.add_argument("--log", type=Path, default=Path(log), help="goes on where it ends")
    made.add_argument("--read", action="store_true", help="only compute from the log")


def kept_option(made: argparse.ArgumentParser, several: bool) -> None:
    """How the weights are kept: one way, or several in turn."""
    more: dict[str, Any] = {"nargs": "+"} if several else {}
    made.add_argument("--kept", choices=["int8", "bfloat16", "float32"], help="int8 on a CPU, "
                      "bfloat16 on a GPU, unless said otherwise", **more)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """A network that is ready, and what it is called in a log."""

    writer: "Writer"
    gguf: Path
    kept: str
    adapter: str
    others: Others

    def told(self, args: argparse.Namespace) -> dict[str, Any]:
        """What a result must say of it."""
        return {
            "model": args.model,
            "kept": self.kept,
            "adapter": self.adapter,
            "device": args.device,
            "compiled": args.compile,
            "threads": args.threads,
            "others_cores": self.others.cores(),
        }


def judged(args: argparse.Namespace, kept: str | None) -> Judged:
    """Loads; a second or two once the weights are unpacked. ConfigError: no such adapter."""
    import torch

    from vivavoce.diffusion import adapters, prepared
    from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig
    from vivavoce.diffusion.network.gguf import digest
    from vivavoce.diffusion.text import Writer

    torch.set_num_threads(args.threads)
    kept = kept or ("int8" if args.device == "cpu" else "bfloat16")
    path = weights.path(args.model)
    network, tokens = prepared.load(path, kept, say)  # type: ignore[arg-type]
    network = network.to(args.device)
    file = Path(args.adapter) if args.adapter else SHIPPED
    if args.adapter == UNTRAINED or (args.adapter is None and not file.is_file()):
        mean = network.embed.float().mean(0)
        network.take(Adapter(network.shape, AdapterConfig(), mean))
        name = UNTRAINED
    elif file.is_file():
        network.take(adapters.load(file, network.shape, digest(path)))
        name = file.name
    else:
        raise ConfigError(f"there is no adapter {file}; train one, or say --adapter {UNTRAINED}")
    if args.compile or network.device.type == "cuda":
        network.quicken(compiler="inductor" if args.compile else None)
    return Judged(Writer(network, tokens), path, kept, name, Others())


def dial(system: str) -> "Dial":
    """A system's name as a Dial: ar, lossless-2 (drafts), denoise-2 and lookup-4 (the same with one
    way of drafting), diffusion-0.9 (threshold), diffusion-0.9-16 (and block). ConfigError: no such
    system."""
    from vivavoce.diffusion.decode import Dial

    mode, *numbers = system.split("-")
    match mode, numbers:
        case "ar", []:
            return Dial("ar")
        case "lossless", [drafts]:
            return Dial("lossless", drafts=int(drafts))
        case "denoise" | "lookup", [drafts]:
            return Dial("lossless", drafts=int(drafts), draft=mode)  # type: ignore[arg-type]
        case "diffusion", [threshold]:
            return Dial("diffusion", threshold=float(threshold))
        case "diffusion", [threshold, block]:
            return Dial("diffusion", threshold=float(threshold), block=int(block))
    raise ConfigError(
        f"no system is called {system!r}; as ar, lossless-2, denoise-2, lookup-4, diffusion-0.9"
    )
