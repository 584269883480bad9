"""The mind of this machine: its own models, those that its owner turned on, router and votes."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from vivavoce import weights
from vivavoce.core import ConfigError, Refused, WeightsMissing
from vivavoce.files import cache_root
from vivavoce.mind.ask import AUTO
from vivavoce.mind.mind import Mind
from vivavoce.mind.router import Taught
from vivavoce.mind.router.measured import shipped
from vivavoce.mind.vote import Polling
from vivavoce.models import Card, LanguageModel
from vivavoce.models.book import Book, open_models, read_book
from vivavoce.models.diffusion import model as diffusion
from vivavoce.models.diffusion.engine import Engine
from vivavoce.models.diffusion.settings import WEIGHTS, Settings
from vivavoce.models.lazy import LazyModel

LOAD_S = 3.0
"""About what it takes to load one, from a disk that was read before."""
LOCAL: Mapping[str, Card] = {
    name: Card(
        name,
        8192,
        thinks=True,
        budget="exact",
        confidences=True,
        load_s=LOAD_S,
        quality=numbers["quality"].value,
        read_tokens_s=numbers["read_tokens_s"].value,
        write_tokens_s=numbers["write_tokens_s"].value,
    )
    for name, numbers in shipped().models.items()
}
"""The models that may be on this machine, the default one first. Quality and tokens a second (on
two idle hyperthreads of an AMD EPYC) are those of router/data/measured.toml."""
DEFAULT = next(iter(LOCAL))
DOUBT: Mapping[str, float] = {DEFAULT: 0.08}
"""LlamaConfig.doubt where it was measured (BFCL's tuning questions: .05 at most where a tool fits,
.12 and more mostly where none does)."""
DIFFUSION = replace(diffusion.CARD, quality=LOCAL[WEIGHTS].quality)
"""The same weights as one of them, and as right."""

Load = Callable[[Path, Card], LanguageModel]


@dataclass(frozen=True, slots=True)
class Resident:
    """A model that there is, whether it may be used or not."""

    card: Card
    on: bool
    why: str = ""
    """Why it is off, and what turns it on."""


def open_mind(
    model: str = AUTO,
    *,
    ready: bool = False,
    book: Book | None = None,
    load: Load | None = None,
    learned: Path | None = None,
    engine: Engine | None = None,
) -> Mind:
    """Who answers on this machine; no model is loaded before it is asked something.

    model: one that will be asked for; it is made sure that it is there. ready: the default one is
    loaded at once; blocks. book: the owner's models elsewhere, None: the usual file. load: opens a
    local model's file. learned: where the router keeps what its owner's traffic taught it; None: it
    forgets. engine: what writes by diffusion; None: one of its own. WeightsMissing if there is no
    model at all; ConfigError or Refused if it is just the one that was asked for."""
    book = book or read_book()
    models: dict[str, LanguageModel] = {
        name: LazyModel(LOCAL[name], partial(_open, name, load or _llama)) for name in _local()
    }
    engine = engine or Engine()
    if not engine.missing:
        load_it = partial(diffusion.loaded, engine, DIFFUSION)
        models[DIFFUSION.name] = LazyModel(DIFFUSION, load_it)
    elif model == DIFFUSION.name:
        raise Refused(engine.missing)
    models |= open_models(book)
    if not models or model in LOCAL:
        weights.path(DEFAULT if model == AUTO else model)
    _check(model, models, book)
    first = models.get(DEFAULT if model == AUTO else model)
    if ready and isinstance(first, LazyModel):
        first.open()
    return Mind(models, Taught(learned), Polling())


def learned_path() -> Path:
    """VIVAVOCE_ROUTER, else vivavoce/router.json in the user's data folder."""
    if own := os.environ.get("VIVAVOCE_ROUTER"):
        return Path(own).expanduser().absolute()
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "vivavoce/router.json"


def residents(book: Book | None = None) -> list[Resident]:
    """Every model of this machine and of its owner's book."""
    book, here = book or read_book(), _local()
    found = [
        Resident(card, name in here, "" if name in here else f"run: vivavoce weights pull {name}")
        for name, card in LOCAL.items()
    ]
    missing = Settings().missing()
    found.append(Resident(DIFFUSION, not missing, missing))
    for server in book.servers:
        why = "" if server.on else f"set on = true for it in {book.path}"
        card = server.card("none" if server.budget == "none" else "hint")
        found.append(Resident(card, server.on, why))
    return found


def _local() -> list[str]:
    """The local models whose weights are here."""
    found = []
    for name in LOCAL:
        try:
            weights.path(name)
        except WeightsMissing:
            continue
        found.append(name)
    return found


def _check(model: str, models: Mapping[str, LanguageModel], book: Book) -> None:
    if model == AUTO or model in models:
        return
    if any(server.name == model for server in book.servers):
        raise Refused(f"{model} is off; set on = true for it in {book.path}")
    raise ConfigError(f"no model is called {model!r}; there are: {', '.join(models)}")


def _open(name: str, load: Load) -> LanguageModel:
    return load(weights.path(name), LOCAL[name])


def _llama(path: Path, card: Card) -> LanguageModel:
    from vivavoce.models.llamacpp import Llama, LlamaConfig  # brings llama.cpp

    cfg = LlamaConfig(prefixes=cache_root() / "prefixes", doubt=DOUBT.get(card.name, 1.0))
    return Llama(path, cfg, card)
