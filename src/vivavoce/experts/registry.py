"""Which experts there are: built in, from installed packages, from the owner's folder."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType

from vivavoce.core import ConfigError, Refused
from vivavoce.experts.expert import Expert
from vivavoce.experts.folder.read import BUILTIN, read_expert
from vivavoce.experts.settings import config_root

GROUP = "vivavoce.experts"
"""Entry points: NAME = "package" or "package:FOLDER"."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found."""

    experts: Mapping[str, Expert]
    """By name."""
    broken: Mapping[str, str]
    """Folder or entry point → why it is no expert. They stop nobody else."""

    def one(self, name: str) -> Expert:
        """By its name. ConfigError: it is broken, and why. Refused: there is none."""
        if name in self.experts:
            return self.experts[name]
        if name in self.broken:
            raise ConfigError(self.broken[name])
        near = difflib.get_close_matches(name, self.experts, 1)
        instead = f"did you mean {near[0]}?" if near else "vivavoce experts list shows all"
        raise Refused(f"there is no expert {name!r}; {instead}")


def own_folder() -> Path:
    """VIVAVOCE_EXPERTS, else vivavoce/experts in the user's folder of settings."""
    if own := os.environ.get("VIVAVOCE_EXPERTS"):
        return Path(own).expanduser().absolute()
    return config_root() / "experts"


def find(own: Path | None = None) -> Found:
    """Of two of the same name the owner's counts. own: the owner's folder."""
    experts: dict[str, Expert] = {}
    broken: dict[str, str] = {}
    for folder in _folders(BUILTIN):
        _add(experts, broken, folder, "built in")
    for entry in entry_points(group=GROUP):
        try:
            folder = _folder_of(entry)
        except ConfigError as error:
            broken[entry.name] = str(error)
            continue
        _add(experts, broken, folder, f"package {entry.dist.name if entry.dist else entry.name}")
    named = own is not None or bool(os.environ.get("VIVAVOCE_EXPERTS"))
    own = own or own_folder()
    if named and not own.is_dir():
        broken[str(own)] = "there is no such folder; make it, or unset VIVAVOCE_EXPERTS"
    mine: dict[str, Expert] = {}
    for folder in _folders(own):
        _add(mine, broken, folder, str(folder))
        if folder.name in broken:
            experts.pop(folder.name, None)  # it was replaced: the other rules must not come back
    return Found({**experts, **mine}, broken)


def _folders(root: Path) -> Iterator[Path]:
    if not root.is_dir():
        return
    for folder in sorted(root.iterdir()):
        if folder.is_dir() and not folder.name.startswith((".", "_")):
            yield folder


def _add(experts: dict[str, Expert], broken: dict[str, str], folder: Path, origin: str) -> None:
    try:
        expert = read_expert(folder, origin)
    except ConfigError as error:
        broken[folder.name] = str(error)
        return
    name = expert.manifest.name
    if name in experts:
        broken[f"{folder.name} ({origin})"] = (
            f"the name {name} is taken by {experts[name].folder}; choose another in expert.toml"
        )
        return
    experts[name] = expert


def _folder_of(entry: EntryPoint) -> Path:
    """A package's folder of an expert: a path, or a module that lies in it."""
    try:
        given = entry.load()
    except (Exception, SystemExit) as broken:
        raise ConfigError(
            f"entry point {entry.value} can't be loaded: {type(broken).__name__}: {broken}"
        ) from broken
    if isinstance(given, ModuleType) and given.__file__:
        return Path(given.__file__).parent
    if isinstance(given, str | Path):
        return Path(given)
    raise ConfigError(f"entry point {entry.value} is {given!r}; give the folder's path")
