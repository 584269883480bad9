"""The numbers that the router begins with, each with where it came from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vivavoce.core import ConfigError

DATA = Path(__file__).with_name("data") / "measured.toml"
_OF_A_MODEL = ("quality", "read_tokens_s", "write_tokens_s")
_GAINS = ("thought", "chain")


@dataclass(frozen=True, slots=True)
class Number:
    """One number and its origin."""

    value: float
    command: str = ""
    """That measured it; empty: nothing did, and guess says why it is what it is."""
    guess: str = ""
    note: str = ""
    questions: int = 0
    """It was measured on; 0: not on questions."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All of them."""

    models: Mapping[str, Mapping[str, Number]]
    """Model (the default one first) → quality, read_tokens_s, write_tokens_s."""
    gains: Mapping[str, Number]
    """thought, chain: logits; see RouterConfig."""


@cache
def shipped() -> Measured:
    """Those that come with Vivavoce, read once."""
    return parse(DATA.read_text("utf-8"), DATA)


def parse(text: str, path: Path = DATA) -> Measured:
    """ConfigError names the number that is missing, has no origin, or is out of its range."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"{path} is not TOML: {broken}; mend it") from None
    models = {
        name: {key: _number(path, f"models.{name}.{key}", found.get(key)) for key in _OF_A_MODEL}
        for name, found in whole.get("models", {}).items()
    }
    gains = {key: _number(path, f"gains.{key}", whole.get("gains", {}).get(key)) for key in _GAINS}
    for name, numbers in models.items():
        if not 0 < numbers["quality"].value < 1:
            raise ConfigError(f"{path}: models.{name}.quality is a share, between 0 and 1")
    if not models:
        raise ConfigError(f"{path} needs one [models.NAME.…] at least")
    return Measured(models, gains)


def _number(path: Path, name: str, table: Any) -> Number:
    if not isinstance(table, dict) or not isinstance(table.get("value"), int | float):
        raise ConfigError(f"{path}: {name} needs a value, a number; write [{name}] with value = …")
    if not (table.get("from") or table.get("guess")):
        raise ConfigError(f"{path}: {name} needs from = the command that measured it, or a guess")
    if unknown := table.keys() - {"value", "from", "guess", "note", "questions"}:
        raise ConfigError(f"{path}: {name} has no {', '.join(sorted(unknown))}")
    return Number(
        float(table["value"]),
        str(table.get("from", "")),
        str(table.get("guess", "")),
        str(table.get("note", "")),
        int(table.get("questions", 0)),
    )
