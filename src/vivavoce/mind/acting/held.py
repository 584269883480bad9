"""What a model is held to: not to say what it should have called a tool for. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from vivavoce.mind.acting.honest import claims, leaks, whole


@dataclass(frozen=True, slots=True)
class HeldTo:
    """Tools, one of which a model must call that would answer without having called any: it makes
    up what it does not know (whether it will rain), and says that it did what it did not do."""

    tools: tuple[str, ...] = ()
    surely: bool = False
    """Whatever it would say; else only if it says that something is done, or talks of tools."""


class First:
    """The first sentence of an answer, held back until it is clear that it may be said."""

    def __init__(self, held: HeldTo, tools: Collection[str], *, acted: bool) -> None:
        """acted: something was called in this turn, so that it may well say so."""
        self._held, self._tools, self._acted = held, tools, acted
        self._waits = bool(held.tools) or acted
        self._text = ""
        self.invents = False
        """It is none that may be said."""

    def more(self, text: str) -> str:
        """What may be said of it by now."""
        if not self._waits:
            return text
        self._text += text
        at_once = self._held.surely and not self._acted
        return self.end() if at_once or whole(self._text) else ""

    def end(self) -> str:
        """There is no more, or enough to tell; what may still be said."""
        if not self._waits:
            return ""
        self._waits = False
        said = self._held.surely or claims(self._text)
        self.invents = bool(self._text) and (
            (said and not self._acted) or leaks(self._text, self._tools)
        )
        return "" if self.invents else self._text
