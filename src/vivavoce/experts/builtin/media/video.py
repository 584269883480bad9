"""Watching: which film is meant, on which screen, from where."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.films import Button, Cinema, Film, Screen
from vivavoce.experts.builtin.media.names import SURE, best, likeness, listed, normal

T = TypeVar("T")
_HINTS = 3
MOST = 8
"""Films that are named at once."""


@dataclass(frozen=True, slots=True)
class Showing:
    """A screen, and whose it is."""

    cinema: Cinema
    screen: Screen


class Video:
    """All video servers of a house as one. Retry: all of them are away."""

    def __init__(self, cinemas: Sequence[Cinema]) -> None:
        self._cinemas = tuple(cinemas)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._cinemas)

    async def screens(self) -> list[Showing]:
        async def of(cinema: Cinema) -> list[Showing]:
            return [Showing(cinema, screen) for screen in await cinema.screens()]

        return await self._all(of)

    async def active(self, room: str = "", heard: str = "") -> Showing | None:
        """The screen that shows something; None: none does. Unclear: several do."""
        return _one([s for s in await self.screens() if s.screen.film], room, heard)

    async def unfinished(self) -> list[Film]:
        return [film for film, _ in await self._all(_unfinished)]

    async def like(self, said: str) -> list[Film]:
        """Films and series that may be meant, the likest first; all of them for nothing said."""
        films = [film for film, _ in await self._all(_library)]
        if not said:
            return films
        return [film for film, close in _ranked(said, films) if close >= 0.5]

    async def show(
        self, said: str, room: str, heard: str, from_start: bool
    ) -> tuple[Film, Screen, float]:
        """The film that was meant, on a screen, from where it was left. Nothing said: what was
        begun last. Unclear: there is no such film or screen, or several."""
        film, cinema = await self._meant(said)
        if film.kind == "series":
            episode = await cinema.next_of(film)
            if episode is None:
                raise Refused(f"{film.title} has no episodes here")
            film = episode
        screens = [s for s in await self.screens() if s.cinema is cinema]
        showing = _one(screens, room, heard)
        if showing is None:
            raise Refused("no screen is on; start Jellyfin on one of them")
        from_s = 0.0 if from_start else film.at_s
        await cinema.show(film, showing.screen, from_s)
        return film, showing.screen, from_s

    async def press(self, showing: Showing, button: Button) -> None:
        await showing.cinema.press(showing.screen, button)

    async def seek(self, showing: Showing, to_s: float) -> None:
        await showing.cinema.seek(showing.screen, max(0.0, to_s))

    async def _meant(self, said: str) -> tuple[Film, Cinema]:
        begun = await self._all(_unfinished)
        if not said:
            if not begun:
                raise Refused("nothing was begun that could go on; name a film or a series")
            return begun[0]
        found = await self._all(_library)
        ranked = _ranked(said, [film for film, _ in found])
        if not ranked or ranked[0][1] < SURE:
            hints = [film.title for film, close in ranked[:_HINTS] if close > 0.4]
            hint = f"; there is {listed(hints, 'or')}" if hints else ""
            raise Unclear(f"no film or series here is called {said}{hint}")
        top = ranked[0][0]
        same = [f for f, _ in found if f.title == top.title and f.year != top.year]
        if same and not any(str(f.year) in said for f in (top, *same)):
            years = listed((str(f.year) for f in (top, *same)), "and")
            raise Unclear(f"there are several films called {top.title}, from {years}; say which")
        if same:
            top = next(f for f in (top, *same) if str(f.year) in said)
        known = next((pair for pair in begun if pair[0].id == top.id), None)
        return known or next(pair for pair in found if pair[0] is top)

    async def _all(self, ask: Callable[[Cinema], Awaitable[list[T]]]) -> list[T]:
        """Of all servers that answer."""
        if not self._cinemas:
            raise Refused(
                "no video server is set up; set VIVAVOCE_MEDIA_JELLYFIN or VIVAVOCE_MEDIA_KODI"
            )
        found: list[T] = []
        failed: list[Retry | ConfigError] = []
        for cinema in self._cinemas:
            try:
                found += await ask(cinema)
            except (Retry, ConfigError) as error:
                failed.append(error)
        if len(failed) == len(self._cinemas):
            raise failed[0]
        return found


async def _library(cinema: Cinema) -> list[tuple[Film, Cinema]]:
    return [(film, cinema) for film in await cinema.library()]


async def _unfinished(cinema: Cinema) -> list[tuple[Film, Cinema]]:
    return [(film, cinema) for film in await cinema.unfinished()]


def _ranked(said: str, films: Sequence[Film]) -> list[tuple[Film, float]]:
    """By how much their titles are like it, with or without the year."""
    wanted = normal(said)
    scored = [
        (film, max(likeness(wanted, normal(t)) for t in (film.title, f"{film.title} {film.year}")))
        for film in films
    ]
    return sorted(scored, key=lambda pair: -pair[1])


def _one(found: Sequence[Showing], room: str, heard: str) -> Showing | None:
    """Unclear: there are several, or none is there."""
    names = [s.screen.name for s in found]
    if room:
        name = best(room, names)
        if not name and found:
            raise Unclear(f"there is no screen called {room}; there is {listed(names)}")
        return next((s for s in found if s.screen.name == name), None)
    if len(found) > 1:
        near = best(heard, names) if heard else ""
        busy = [s for s in found if s.screen.film]
        if near:
            return next(s for s in found if s.screen.name == near)
        if len(busy) == 1:
            return busy[0]
        raise Unclear(f"there are several screens, {listed(names)}; say which")
    return next(iter(found), None)
