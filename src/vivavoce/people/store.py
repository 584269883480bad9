"""The people that this machine knows: a file each, readable by its owner only."""

import glob
import json
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from vivavoce.core import RANKS, ConfigError, Rank
from vivavoce.files import write_whole
from vivavoce.people.errors import NameTaken, PersonDamaged, Unknown
from vivavoce.people.person import SIZE, Person, Vector, checked_name, key

Say = Callable[[str], None]

_log = logging.getLogger(__name__)
NETWORK = "ge2e-dvector"
"""Whose vectors these are; another network's mean nothing to it."""


@dataclass(frozen=True, slots=True)
class People:
    """root/<name>.json; every method reads the disk anew, so that processes can share it."""

    root: Path

    def list(self, say: Say = _log.warning) -> list[Person]:
        """All that can be read, by name; say is told of each that can't."""
        found = []
        for path in self._paths():
            try:
                found.append(_read(path))
            except PersonDamaged as damaged:
                say(str(damaged))
        return sorted(found, key=lambda person: key(person.name))

    def empty(self) -> bool:
        """Nobody was ever kept, or all were forgotten: there is no file, damaged or not."""
        return next(self._paths(), None) is None

    def get(self, name: str) -> Person:
        """Unknown if there is none, PersonDamaged if the file can't be used."""
        path = self._path(name)
        if not path.exists():
            raise Unknown(self._who_is_known(name))
        return _read(path)

    def put(self, person: Person, *, again: bool = False) -> None:
        """Keep a person: whole or not at all. NameTaken unless again."""
        path = self._path(person.name)
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(path, _as_json(person), durable=True, over=again)
        except FileExistsError as taken:
            raise _taken(person.name) from taken
        except OSError as error:
            raise ConfigError(
                f"can't write to {self.root}: {error.strerror}; set VIVAVOCE_PEOPLE to a folder "
                "of yours"
            ) from error

    def refuse_known(self, name: str) -> None:
        """NameTaken if there is somebody of that name: before a recording is made in vain."""
        if self._path(name).exists():
            raise _taken(name)

    def forget(self, name: str) -> None:
        """Erase all that is kept of a person, damaged or not. Unknown if there is nothing."""
        path = self._path(name)
        left = self.root.glob(f".{glob.escape(path.stem)}.*.new")  # by a crash
        try:
            for kept in (*left, path):
                _erase(kept)
        except FileNotFoundError as missing:
            raise Unknown(self._who_is_known(name)) from missing
        except OSError as error:
            raise ConfigError(
                f"can't erase {path}: {error.strerror}; change its permissions, or delete it"
            ) from error

    def _path(self, name: str) -> Path:
        return self.root / f"{key(checked_name(name))}.json"

    def _paths(self) -> Iterator[Path]:
        return (path for path in self.root.glob("*.json") if not path.name.startswith("."))

    def _who_is_known(self, name: str) -> str:
        known = ", ".join(person.name for person in self.list(say=lambda _: None))
        there = f"known: {known}" if known else "nobody is known yet"
        return f"nobody called {name} is known ({there}); see: vivavoce people list"


def default_root() -> Path:
    """VIVAVOCE_PEOPLE, else vivavoce/people in the user's data folder."""
    if own := os.environ.get("VIVAVOCE_PEOPLE"):
        return Path(own).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "vivavoce/people"


def here() -> People:
    """This machine's people."""
    return People(default_root())


def _taken(name: str) -> NameTaken:
    return NameTaken(
        f"{name} is known already; use --again to learn the voice anew, or --more to add to it"
    )


def _as_json(person: Person) -> str:
    return json.dumps(
        {
            "version": 1,
            "network": NETWORK,
            "name": person.name,
            "seconds": person.seconds,
            "recordings": person.recordings,
            "since": person.since.isoformat() if person.since else None,
            "changed": person.changed.isoformat() if person.changed else None,
            "learned_s": person.learned_s,
            "rank": person.rank,
            "enrolled": person.enrolled.tolist(),
            "learned": person.learned.tolist(),
            "presence": person.presence.tolist(),
        },
        ensure_ascii=False,
    )


def _read(path: Path) -> Person:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["version"] != 1 or kept["network"] != NETWORK:
            raise ValueError(f"a voice of {kept['network']}, version {kept['version']}")
        person = Person(
            name=checked_name(kept["name"]),
            enrolled=_vector(kept["enrolled"]),
            seconds=float(kept["seconds"]),
            recordings=int(kept["recordings"]),
            since=_date(kept["since"]),
            changed=_date(kept["changed"]),
            learned=_vector(kept["learned"]),
            learned_s=float(kept["learned_s"]),
            presence=_vector(kept["presence"]),
            rank=_rank(kept.get("rank", "adult")),
        )
        _check(person, path.stem)
    except Exception as broken:  # whatever is in the file, the others must not suffer
        raise PersonDamaged(
            f"what was kept of {path.stem} can't be used ({path}: {broken}); enrol the voice "
            f"again, or run: vivavoce people forget '{path.stem}'"
        ) from broken
    return person


def _check(person: Person, stem: str) -> None:
    numbers = (person.seconds, person.learned_s, float(person.vector @ person.vector))
    if key(person.name) != stem or not np.isfinite(numbers).all():
        raise ValueError("no voice of that name")
    if person.seconds <= 0 or person.learned_s < 0 or numbers[-1] < 0.9:
        raise ValueError("no voice")


def _vector(numbers: object) -> Vector:
    vector = np.array(numbers, np.float32)
    if vector.shape != (SIZE,) or not np.isfinite(vector).all():
        raise ValueError(f"expected {SIZE} numbers")
    return vector


def _rank(text: str) -> Rank:
    found = next((rank for rank in RANKS if rank == text), None)
    if found is None:
        raise ValueError(f"no rank is called {text!r}")
    return found


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _erase(path: Path) -> None:
    """Overwritten first, so that the freed blocks of a plain disk tell nothing."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
