"""Responses that may be looked up and gone on from; in memory, the oldest go first."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from vivavoce.core import Message
from vivavoce.web.api.errors import Bad


@dataclass(frozen=True, slots=True)
class Kept:
    """A response that is over."""

    shown: dict[str, Any]
    """As it was answered."""
    messages: tuple[Message, ...]
    """The conversation up to it, without instructions."""


class Store:
    """Of one server; ids can't be guessed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def keep(self, kept: Kept) -> None:
        """Under the response's own id."""
        self._kept[kept.shown["id"]] = kept
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def find(self, name: str) -> Kept:
        """Bad (404) if there is none."""
        if name not in self._kept:
            raise Bad(f"Response with id '{name}' not found.", (), "not_found", 404)
        return self._kept[name]

    def before(self, name: str | None) -> tuple[Message, ...]:
        """The conversation to go on with; Bad (400) if it is not there."""
        if name is None:
            return ()
        if name not in self._kept:
            raise Bad(
                f"no response '{name}' is kept; send the conversation as input",
                ("previous_response_id",),
                "previous_response_not_found",
            )
        return self._kept[name].messages

    def drop(self, name: str) -> None:
        """Bad (404) if there is none."""
        self.find(name)
        del self._kept[name]
