"""Which network writes, and with what of the machine."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from vivavoce import weights
from vivavoce.core import ConfigError, Refused, WeightsMissing

if TYPE_CHECKING:
    import torch

    from vivavoce.diffusion.text import Writer

Say = Callable[[str], None]
Kept = Literal["float32", "bfloat16", "int8"]

WEIGHTS = "qwen2.5-coder-0.5b-instruct"
SHIPPED = Path(__file__).parents[2] / "diffusion/data/adapter.safetensors"
"""Trained on WEIGHTS; it may not be there yet."""
NEEDED = ("torch", "gguf", "safetensors")
EXTRA = "text by diffusion needs an extra: pip install 'vivavoce[diffusion]'"
UNTRAINED = (
    "there is no adapter for these weights: they never learned to denoise, so that lossless gains "
    "nothing over ar, and diffusion writes nothing of use; vivavoce diffusion train makes one"
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked when the network is loaded."""

    weights: str = WEIGHTS
    """A name of the catalog, or the path of a GGUF file of Qwen2."""
    adapter: Path | None = None
    """None: the shipped one, if there is one for these weights."""
    kept: Kept | None = None
    """How weights are held; None: int8 on a CPU, bfloat16 on a GPU."""
    device: str = "auto"
    """auto: a GPU, if there is one."""
    threads: int | None = None
    """None: as many as torch likes (OMP_NUM_THREADS)."""
    graphs: bool = True
    """On a GPU: forwards are captured once a size and replayed; see Network.quicken."""

    def missing(self) -> str:
        """What has to be done before it can be loaded; empty: nothing. Loads nothing."""
        if any(find_spec(name) is None for name in NEEDED):
            return EXTRA
        try:
            self._file()
        except (WeightsMissing, ConfigError) as why:
            return str(why)
        return ""

    def load(self, say: Say) -> "Writer":
        """Blocks; seconds, the first time most of a minute. Refused: the extra is missing, or a
        file is none of its kind. WeightsMissing, ConfigError."""
        if any(find_spec(name) is None for name in NEEDED):
            raise Refused(EXTRA)
        import torch

        from vivavoce.diffusion import adapters, prepared
        from vivavoce.diffusion.network.gguf import digest
        from vivavoce.diffusion.text import Writer

        device = self._device()
        kept = self.kept or ("int8" if device.type == "cpu" else "bfloat16")
        if kept == "int8" and device.type != "cpu":
            raise ConfigError("int8 is for a CPU; take bfloat16 on a GPU")
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        path, known = self._file()
        network, tokens = prepared.load(path, kept, say)
        network.to(device)
        adapter = self.adapter
        if adapter is None and self.weights == WEIGHTS and SHIPPED.is_file():
            adapter = SHIPPED
        if adapter is None:
            say(UNTRAINED)
        else:
            network.take(adapters.load(adapter, network.shape, known or digest(path)))
        if self.graphs and device.type == "cuda":
            network.quicken()
        return Writer(network, tokens)

    def _file(self) -> tuple[Path, str]:
        """The GGUF file and its sha256, where the catalog vouches for it."""
        if "/" not in self.weights and not self.weights.endswith(".gguf"):
            path = weights.path(self.weights)
            files = weights.find(self.weights).files
            return path, next(file.sha256 for file in files if file.name == path.name)
        path = Path(self.weights).expanduser()
        if not path.is_file():
            raise WeightsMissing(f"no file at {path}; name a GGUF file, or a weight of the catalog")
        return path, ""

    def _device(self) -> "torch.device":
        import torch

        if self.threads is not None and self.threads < 1:
            raise ConfigError(f"threads must be at least 1, got {self.threads}")
        gpu = torch.cuda.is_available()
        if self.device == "auto":
            return torch.device("cuda" if gpu else "cpu")
        try:
            device = torch.device(self.device)
        except RuntimeError as unknown:
            raise ConfigError(f"no device is called {self.device!r}; say cpu or cuda") from unknown
        if device.type == "cuda" and not gpu:
            raise ConfigError("torch finds no GPU here; say cpu, or install a torch for this GPU")
        return device
