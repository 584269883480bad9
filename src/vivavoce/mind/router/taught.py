"""A router that learns from its owner's traffic, and keeps what it learned: numbers, no words."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from vivavoce.core import ConfigError
from vivavoce.files import write_whole
from vivavoce.mind.ask import AUTO, Ask, Route
from vivavoce.mind.router.difficulty import chance, shipped
from vivavoce.mind.router.learns import Beliefs, Signal, judged
from vivavoce.mind.router.paces import Paces
from vivavoce.mind.router.route import Choice, Chooser
from vivavoce.models import Card, Usage

log = logging.getLogger(__name__)


class Taught:
    """A Chooser with the beliefs of a file, and how fast models were met to be here; path None:
    they last as long as the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._path, self._table = path, shipped()
        self.beliefs, self.paces = _read(path)
        self._chooser = Chooser(self.beliefs, table=self._table)
        self._unkept = False

    def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
        """Where this goes. Refused: nowhere."""
        return self._chooser.route(ask, self._met(cards), last)

    def choose(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Choice:
        """As route, with what was weighed."""
        return self._chooser.choose(ask, self._met(cards), last)

    def escalate(
        self, ask: Ask, route: Route, usage: Usage, cards: Mapping[str, Card]
    ) -> Route | None:
        """Where it goes next, if the answer is not sure enough of itself."""
        return self._chooser.escalate(ask, route, usage, self._met(cards))

    def followed(self, asked: str, route: Route, then: Ask) -> None:
        """In one conversation, after what was asked had gone down a route, this is asked next."""
        signal = _signal(asked, route, then)
        if signal is None:
            return
        bucket = chance(asked, self._table).bucket
        self.beliefs = self.beliefs.saw(route.model, bucket, signal)
        self._chooser = Chooser(self.beliefs, table=self._table)
        self._unkept = True

    def took(self, card: Card, read: tuple[int, float], wrote: tuple[int, float]) -> None:
        """A model read so many tokens in so many seconds, and wrote so many."""
        paces = self.paces.took(card, read, wrote)
        self._unkept = self._unkept or paces != self.paces
        self.paces = paces

    def keep(self) -> None:
        """Write what was learned since the last time, if anything was; blocks."""
        if self._path is not None and self._unkept:
            self._unkept = False
            told = json.loads(self.beliefs.json()) | {"paces": self.paces.plain()}
            _write(self._path, json.dumps(told, indent=0))

    def _met(self, cards: Mapping[str, Card]) -> Mapping[str, Card]:
        return {name: self.paces.of(card) for name, card in cards.items()}


def _signal(asked: str, route: Route, then: Ask) -> Signal | None:
    text = next((m.text for m in reversed(then.request.messages) if m.role == "user"), "")
    told = judged(asked, text)
    if told == "repeated" and then.spoken:
        return None  # a draft was thrown away because the sentence went on
    if then.model not in (AUTO, route.model) and told != "thanked":
        return "switched" if told == "repeated" else None
    return told


def _read(path: Path | None) -> tuple[Beliefs, Paces]:
    """None yet, or unreadable: as if nothing was learned; the file is left as it is."""
    if path is None or not path.exists():
        return Beliefs(), Paces()
    try:
        text = path.read_text()
        beliefs = Beliefs.of(text)
        return beliefs, Paces.read(json.loads(text).get("paces", Paces().plain()))
    except (OSError, UnicodeDecodeError, ConfigError) as broken:
        log.warning("%s is not used: %s", path, broken)
        return Beliefs(), Paces()


def _write(path: Path, text: str) -> None:
    """Whole or not at all; without room, what was learned lasts as long as the process."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        log.warning("the router can't keep what it learned: %s", error.strerror)
