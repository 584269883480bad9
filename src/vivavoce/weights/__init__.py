"""The weights: what there is, fetch it, check it, where it lies. Importing this is cheap."""

from pathlib import Path

from vivavoce.core import ConfigError
from vivavoce.weights.entry import File, Weight, catalog
from vivavoce.weights.errors import DiskFull, PullFailed
from vivavoce.weights.progress import Progress, Quiet
from vivavoce.weights.store import Checked, Store, default_root


def find(name: str) -> Weight:
    """The catalog's entry; ConfigError names those there are."""
    known = catalog()
    if name not in known:
        raise ConfigError(f"no weight is called {name!r}; there are: {', '.join(known)}")
    return known[name]


def defaults() -> tuple[str, ...]:
    """The names of what the default set-up needs."""
    return tuple(name for name, weight in catalog().items() if weight.default)


def here() -> Store:
    """This machine's weights."""
    return Store(default_root())


def path(name: str) -> Path:
    """What an engine opens: the weight's only or main file, or the folder of its files.

    Quick: a whole file is hashed once, then known by its size and time. WeightsMissing if it
    isn't here or is damaged; the message has the command to run."""
    return here().path(find(name))


def verify(name: str) -> list[Checked]:
    """Hash the weight's files anew: the state of each."""
    return here().check(find(name), rehash=True)


def pull(*names: str, progress: Progress | None = None, local: Path | None = None) -> None:
    """Fetch these weights, or the default ones, where missing or damaged; blocks.

    local: a file or folder to look in before the other sources. PullFailed if no source gives a
    file, DiskFull if there is no room."""
    store = here()
    weights = [find(name) for name in names or defaults()]
    if all(found.state == "ok" for weight in weights for found in store.check(weight)):
        return
    # httpx and anyio: only when there is need
    from vivavoce.weights.settings import settings
    from vivavoce.weights.transfer import pull as fetch

    fetch(weights, store, settings, progress or Quiet(), local=local)


__all__ = [
    "Checked",
    "DiskFull",
    "File",
    "Progress",
    "PullFailed",
    "Quiet",
    "Store",
    "Weight",
    "catalog",
    "default_root",
    "defaults",
    "find",
    "here",
    "path",
    "pull",
    "verify",
]
