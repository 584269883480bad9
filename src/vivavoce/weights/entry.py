"""What can be fetched: names, licences, sizes, hashes, sources. Data lies in catalog.toml."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vivavoce.core import ConfigError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")  # a name that can't leave its folder


@dataclass(frozen=True, slots=True)
class File:
    """One file of a weight."""

    name: str
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal, lower case."""


@dataclass(frozen=True, slots=True)
class Local:
    """A copy on this machine: the file itself or a folder that holds it."""

    path: Path

    def __str__(self) -> str:
        return f"local {self.path}"


@dataclass(frozen=True, slots=True)
class Hub:
    """A repository of the model hub."""

    repository: str
    revision: str = "main"
    files: Mapping[str, str] = field(default_factory=dict)
    """Our name → the path there, where they differ."""

    def __str__(self) -> str:
        return f"hub {self.repository}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A member of a wheel; the pieces of one file are joined in order."""

    file: str
    wheel: str
    """package==version"""
    member: str


@dataclass(frozen=True, slots=True)
class Wheels:
    """Package-registry wheels, read as archives."""

    pieces: tuple[Piece, ...]

    @property
    def wheels(self) -> tuple[str, ...]:
        """package==version, each once, in the order of their pieces."""
        return tuple(dict.fromkeys(piece.wheel for piece in self.pieces))

    def __str__(self) -> str:
        first, *more = self.wheels
        return f"registry {first}" + (f" and {len(more)} more" if more else "")


Source = Local | Hub | Wheels


@dataclass(frozen=True, slots=True)
class Weight:
    """A model's files, and where they can be had."""

    name: str
    purpose: str
    licence: str
    """SPDX identifier."""
    files: tuple[File, ...]
    sources: tuple[Source, ...]
    """In the order to try."""
    default: bool = False
    """Whether the default set-up needs it."""
    main: str | None = None
    """The file that an engine opens, if it opens one of several."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def catalog() -> Mapping[str, Weight]:
    """Every weight by name: ours, then those of the TOML file that VIVAVOCE_CATALOG names,
    which may add to ours or replace one. ConfigError if a catalog can't be used."""
    return _catalog(os.environ.get("VIVAVOCE_CATALOG") or None)


@cache
def _catalog(own: str | None) -> Mapping[str, Weight]:
    found = read(Path(__file__).with_name("catalog.toml"))
    if own:
        found |= read(Path(own).expanduser())
    return MappingProxyType(found)


def read(path: Path) -> dict[str, Weight]:
    """The weights of a catalog file; ConfigError says what is wrong with it."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["weight"]
        weights = [_weight(row) for row in rows]
    except OSError as error:
        raise ConfigError(f"the catalog {path} can't be read: {error.strerror}") from error
    except KeyError as error:
        raise ConfigError(f"the catalog {path} lacks {error}") from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"the catalog {path} can't be used: {error}") from error
    return {weight.name: weight for weight in weights}


def _weight(row: Mapping[str, Any]) -> Weight:
    files = tuple(File(f["name"], int(f["size"]), f["sha256"]) for f in row["files"])
    weight = Weight(
        name=row["name"],
        purpose=row["purpose"],
        licence=row["licence"],
        files=files,
        sources=tuple(_source(source) for source in row["source"]),
        default=bool(row.get("default", False)),
        main=row.get("main"),
    )
    names = {file.name for file in files}
    for name in (weight.name, *names):
        if not _PLAIN.fullmatch(name):
            raise ValueError(f"{name!r} is no plain name")
    for file in files:
        if not _SHA256.fullmatch(file.sha256):
            raise ValueError(f"{weight.name}: {file.name} has no sha256")
    wanted = {name for source in weight.sources for name in _names(source)}
    if not files or (wanted | {weight.main or files[0].name}) - names:
        raise ValueError(f"{weight.name}: a source or `main` names a file that `files` does not")
    return weight


def _names(source: Source) -> set[str]:
    match source:
        case Hub(files=files):
            return set(files)
        case Wheels(pieces=pieces):
            return {piece.file for piece in pieces}
        case Local():
            return set()


def _source(row: Mapping[str, Any]) -> Source:
    match row["kind"]:
        case "local":
            return Local(Path(row["path"]).expanduser())
        case "hub":
            return Hub(row["repository"], row.get("revision", "main"), dict(row.get("files", {})))
        case "wheels":
            return Wheels(tuple(piece for given in row["pieces"] for piece in _pieces(given)))
        case other:
            raise ValueError(f"source kind {other!r} is none of local, hub, wheels")


def _pieces(row: Mapping[str, Any]) -> list[Piece]:
    """One piece, or with `parts` one for each n = 1…parts."""
    if "==" not in row["wheel"]:
        raise ValueError(f"{row['wheel']!r} is not package==version")
    if "parts" not in row:
        return [Piece(row["file"], row["wheel"], row["member"])]
    return [
        Piece(row["file"], row["wheel"].format(n=n), row["member"].format(n=n))
        for n in range(1, int(row["parts"]) + 1)
    ]
