"""BFCL's questions, read out of its wheel, which is fetched and never installed."""

import json
import random
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.command import say
from vivavoce.core import ConfigError

WHEEL = "bfcl-eval==2026.3.23"
CATEGORIES = ("simple_python", "multiple", "parallel", "irrelevance")
NO_CALL = "irrelevance"
"""None of its tools fits its question."""
TYPES = {"dict": "object", "float": "number", "tuple": "array", "any": "string"}
"""BFCL's own names of types (its type_mappings.py) as JSON schema has them."""
_DATA = "bfcl_eval/data"
_UNKNOWN = {"optional"}

Allowed = Mapping[str, Sequence[Any]]
"""Parameter → the values that are right; "" among them: it may be left out."""


@dataclass(frozen=True, slots=True)
class Question:
    """One entry."""

    id: str
    category: str
    text: str
    functions: tuple[dict[str, Any], ...]
    """As BFCL writes them."""
    answers: tuple[tuple[str, Allowed], ...]
    """(function, allowed arguments) of each call that is expected; none where none fits."""

    @property
    def tools(self) -> tuple[dict[str, object], ...]:
        """The functions with JSON schemas."""
        return tuple({**f, "parameters": schema(f["parameters"])} for f in self.functions)


def schema(theirs: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter's description as JSON schema."""
    made: dict[str, Any] = {k: v for k, v in theirs.items() if k not in _UNKNOWN}
    if "type" in made:
        made["type"] = TYPES.get(made["type"], made["type"])
    if "properties" in made:
        made["properties"] = {name: schema(p) for name, p in made["properties"].items()}
    for inner in ("items", "additionalProperties"):
        if isinstance(made.get(inner), Mapping):
            made[inner] = schema(made[inner])
    return made


def wheel(cache: Path) -> Path:
    """Where it is; downloaded at the first use. ConfigError if that fails."""
    name, _, version = WHEEL.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not (found := sorted(cache.glob(pattern))):
        say(f"fetching {WHEEL} into {cache}")
        pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
        command = [*pip, "-d", str(cache), WHEEL]
        if subprocess.run(command, check=False).returncode:
            raise ConfigError(f"{WHEEL} can't be fetched; put its wheel into {cache}")
        found = sorted(cache.glob(pattern))
    return found[0]


def questions(path: Path, category: str) -> list[Question]:
    """All of a category, in BFCL's order."""
    name = f"BFCL_v4_{category}.json"
    with zipfile.ZipFile(path) as packed:
        asked = _lines(packed.read(f"{_DATA}/{name}"))
        answers = {}
        if category != NO_CALL:
            found = _lines(packed.read(f"{_DATA}/possible_answer/{name}"))
            answers = {entry["id"]: entry["ground_truth"] for entry in found}
    return [
        Question(
            entry["id"],
            category,
            entry["question"][0][0]["content"],
            tuple(entry["function"]),
            tuple(next(iter(call.items())) for call in answers.get(entry["id"], ())),
        )
        for entry in asked
    ]


def sample(found: Sequence[Question], count: int, seed: int, *, tuning: bool) -> list[Question]:
    """The first of a seeded order; for tuning the last, which are none of those up to half of all.

    ConfigError if more is asked for than half."""
    if count > len(found) // 2:
        raise ConfigError(f"--each is at most {len(found) // 2}; the other half is for tuning")
    order = list(found)
    random.Random(seed).shuffle(order)
    return order[::-1][:count] if tuning else order[:count]


def _lines(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]
