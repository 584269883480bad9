"""Films, series, and the screens they play on: what Jellyfin and Kodi have in common."""

from dataclasses import dataclass
from typing import Literal, Protocol

from vivavoce.experts.builtin.media.spans import spoken

Button = Literal["pause", "resume", "stop", "next", "previous"]
Kind = Literal["film", "series", "episode"]


@dataclass(frozen=True, slots=True)
class Film:
    """A film, a series or an episode."""

    id: str
    title: str
    kind: Kind = "film"
    year: int | None = None
    series: str = ""
    """Of an episode, with its season and number."""
    season: int = 0
    episode: int = 0
    at_s: float = 0.0
    """Where it was left."""
    length_s: float = 0.0

    def __str__(self) -> str:
        """As it is spoken."""
        if self.kind == "episode" and self.series:
            where = f"season {self.season} episode {self.episode}" if self.episode else ""
            return ", ".join(part for part in (self.series, where, self.title) if part)
        return self.title

    @property
    def told(self) -> str:
        """With its year, and where it was left."""
        year = f" ({self.year})" if self.year else ""
        return f"{self}{year}{f', left at {spoken(self.at_s)}' if self.at_s else ''}"


@dataclass(frozen=True, slots=True)
class Screen:
    """Something that plays films, and what it does now."""

    id: str
    name: str
    film: Film | None = None
    paused: bool = False
    at_s: float = 0.0
    user: str = ""
    """Jellyfin: who is logged in there; what was left where is theirs."""


class Cinema(Protocol):
    """A video server. Retry: it is away. ConfigError: it doesn't let us in. Refused: it can't."""

    async def library(self) -> list[Film]:
        """All films and series."""
        ...

    async def unfinished(self) -> list[Film]:
        """What somebody began, the latest first; of series, the next episode too."""
        ...

    async def next_of(self, series: Film) -> Film | None:
        """The episode that comes next; None: it has none."""
        ...

    async def screens(self) -> list[Screen]: ...

    async def show(self, film: Film, screen: Screen, from_s: float, /) -> None: ...

    async def press(self, screen: Screen, button: Button, /) -> None: ...

    async def seek(self, screen: Screen, to_s: float, /) -> None: ...
