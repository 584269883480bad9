"""Code that may be learned from: the Python files of this environment's own packages, as far as
their licences are permissive."""

import hashlib
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

PERMISSIVE = ("mit", "bsd", "apache", "isc", "python software foundation", "psf", "unlicense")
_NOT = ("gpl", "proprietary", "agpl", "mozilla", "mpl")
_JUDGES = ("human", "eval", "bench", "mbpp", "bfcl", "agentdojo", "tau2", "reasoning")
"""A package whose name holds one of them is never read: it may hold what judges us."""
_LARGEST = 60_000
"""Characters of a file; longer ones are mostly tables."""

_MOST = 40
"""Files of a package, so that a large one does not speak for all."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file."""

    package: str
    licence: str
    text: str


def held_out(package: str) -> bool:
    """One package in twelve is never trained on."""
    return number_of(package) % 12 == 0


def number_of(text: str) -> int:
    """The same on every machine."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def sources() -> Iterator[Source]:
    """Of the standard library and of every installed package with a permissive licence, in a fixed
    order."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    for path in sorted(stdlib.glob("*.py"))[:_MOST]:
        yield from _file("python", "PSF-2.0", path)
    for found in sorted(distributions(), key=lambda one: _name(one).lower()):
        name, licence = _name(found), licence_of(found)
        if licence is None or any(word in name.lower() for word in _JUDGES):
            continue
        code = [one for one in found.files or () if one.suffix == ".py" and "test" not in str(one)]
        for file in sorted(code, key=lambda one: number_of(str(one)))[:_MOST]:
            yield from _file(name, licence, Path(str(found.locate_file(file))))


def licence_of(found: Distribution) -> str | None:
    """The licence if it is permissive as its own metadata says, else None."""
    meta = found.metadata
    said = [meta["License-Expression"] or "", (meta["License"] or "")[:80]]
    said += [one for one in meta.get_all("Classifier") or [] if one.startswith("License")]
    whole = " ".join(said).lower()
    if any(word in whole for word in _NOT) or not any(word in whole for word in PERMISSIVE):
        return None
    return next((one.strip().splitlines()[0] for one in said if one.strip()), None)


def _name(found: Distribution) -> str:
    return str(found.metadata["Name"] or "")


def _file(package: str, licence: str, path: Path) -> Iterator[Source]:
    try:
        text = path.read_text("utf-8")
        if 400 <= len(text) <= _LARGEST:
            yield Source(package, licence, text)
    except (OSError, UnicodeDecodeError):
        return
