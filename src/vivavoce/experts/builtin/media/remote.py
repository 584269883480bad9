"""The tools for whatever plays, music or a film."""

import json
from typing import Annotated, Literal

from pydantic import Field

from vivavoce.core import Call, Refused, Retry
from vivavoce.experts import Context, Result, Unclear
from vivavoce.experts.builtin.media.films import Button
from vivavoce.experts.builtin.media.listening import Listening
from vivavoce.experts.builtin.media.music import Playing
from vivavoce.experts.builtin.media.names import listed
from vivavoce.experts.builtin.media.spans import seconds, spoken
from vivavoce.experts.builtin.media.video import MOST, Showing, Video

STEP = 10
"""Louder and quieter, of 100."""
SKIP_S = 30.0

Do = Literal[
    "pause",
    "resume",
    "stop",
    "next",
    "previous",
    "restart",
    "shuffle",
    "in_order",
    "repeat",
    "repeat_song",
    "no_repeat",
]
Of = Literal["any", "music", "video"]
_BUTTONS: dict[Do, Button] = {
    "pause": "pause",
    "resume": "resume",
    "stop": "stop",
    "next": "next",
    "previous": "previous",
}
_MPD: dict[Do, tuple[tuple[object, ...], ...]] = {
    "pause": (("pause", 1),),
    "resume": (("play",),),
    "stop": (("stop",),),
    "next": (("next",),),
    "previous": (("previous",),),
    "restart": (("seekcur", 0),),
    "shuffle": (("random", 1),),
    "in_order": (("random", 0),),
    "repeat": (("repeat", 1), ("single", 0)),
    "repeat_song": (("repeat", 1), ("single", 1)),
    "no_repeat": (("repeat", 0), ("single", 0)),
}
_BACK: dict[Do, Do] = {
    "pause": "resume",
    "resume": "pause",
    "next": "previous",
    "previous": "next",
    "shuffle": "in_order",
    "in_order": "shuffle",
}
_SAID: dict[Do, str] = {
    "pause": "Paused.",
    "stop": "Stopped.",
    "shuffle": "The songs come in random order now.",
    "in_order": "The songs come in their order now.",
    "repeat": "The queue repeats now.",
    "repeat_song": "This song repeats now.",
    "no_repeat": "Nothing repeats any more.",
}


class Remote:
    """Its methods are tools."""

    def __init__(self, listening: Listening, has_music: bool, video: Video) -> None:
        self._listening, self._has_music, self._video = listening, has_music, video
        self._last: Of = "music"
        """What was used last."""
        self._muted: dict[str, int] = {}
        """Partition → its volume before."""

    async def control(
        self,
        context: Context,
        do: Do,
        of: Annotated[Of, "Only if music or a film was named"] = "any",
        room: str = "",
    ) -> Result:
        """Pause, resume, stop, next or previous song, start it again, shuffle and repeat."""
        showing = await self._showing(do, of, room, context.room)
        if showing:
            return await self._control_video(showing, do)
        music = self._listening.music
        partition = await music.where(room, context.room)
        was = await music.playing(partition)
        _check(was, do)
        now = await music.run(partition, *_MPD[do])
        self._last = "music"
        back = _BACK.get(do) or _repeated(was)
        if do in ("shuffle", "in_order") and was.random == (do == "shuffle"):
            back = do
        arguments = {"do": back, "of": "music"} | ({"room": room} if room else {})
        said = _SAID.get(do) or (f"This is {now.song}." if now.song else "That was the last song.")
        undo = None if do in ("stop", "restart") else Call("control", json.dumps(arguments))
        return Result(said, said, _source(now), undo)

    async def volume(
        self,
        context: Context,
        change: Literal["set", "up", "down", "mute", "unmute"] = "set",
        amount: Annotated[
            Annotated[int, Field(ge=0, le=100)] | None, "0 to 100; up and down: how much, mostly 10"
        ] = None,
        room: str = "",
    ) -> Result:
        """How loud music is, 0 to 100: set it, turn it up or down, mute it. Without an amount,
        set only tells it."""
        music = self._listening.music
        partition = await music.where(room, context.room)
        now = (await music.playing(partition)).volume
        if now is None:
            raise Refused(
                'this music server has no volume; set mixer_type "software" in its audio_output'
            )
        if change == "set" and amount is None:
            return Result(f"The volume is {now} of 100.", f"The volume is at {now} percent.")
        step = STEP if amount is None else amount
        wanted = {
            "set": step,
            "up": now + step,
            "down": now - step,
            "mute": 0,
            "unmute": self._muted.get(partition) or max(now, 3 * STEP),
        }[change]
        wanted = min(100, max(0, wanted))
        if change == "mute" and now:
            self._muted[partition] = now
        await music.ducker.set_volume(partition, wanted)
        said = "Muted." if wanted == 0 else f"The volume is at {wanted} percent."
        if wanted == now:
            said = f"The volume is at {now} percent already." if now else "It is muted already."
        back = {"change": "set", "amount": now} | ({"room": room} if room else {})
        return Result(
            f"The volume is {wanted} of 100, it was {now}.",
            said,
            undo=Call("volume", json.dumps(back)),
        )

    async def now(self) -> Result:
        """What is playing: song, artist and album, film, where, and how loud."""
        told: list[str] = []
        said: list[str] = []
        source = ""
        if self._has_music:
            for playing in await self._listening.music.everywhere():
                if playing.state == "stop" or playing.song is None:
                    continue
                told.append(_told(playing))
                said.append(
                    f"This is {playing.song}."
                    if playing.state == "play"
                    else f"{playing.song} is paused."
                )
                source = source or _source(playing)
        if self._video:
            for showing in await self._screens():
                screen = showing.screen
                if screen.film is None:
                    continue
                state = "paused" if screen.paused else "playing"
                told.append(
                    f"{screen.film.told} is {state} on {screen.name}, at {spoken(screen.at_s)}."
                )
                said.append(f"{screen.film} is {state} on the {screen.name}.")
        if not told:
            return Result("Nothing is playing.", "Nothing is playing.")
        return Result(" ".join(told), " ".join(said), source)

    async def find(
        self,
        what: Annotated[str, "Any name; empty: all"] = "",
        kind: Literal["music", "playlists", "films", "unfinished"] = "music",
    ) -> Result:
        """What there is: music of an artist, album or song, the playlists, films and series, or
        films that were begun. It plays nothing."""
        if kind in ("films", "unfinished"):
            films = await (
                self._video.unfinished() if kind == "unfinished" else self._video.like(what)
            )
            if not films:
                none = f"There is no film or series like {what}." if what else "There is none."
                return Result(none, none)
            left = f", and {len(films) - MOST} more" if len(films) > MOST else ""
            titles = listed((film.told for film in films[:MOST]), "and")
            return Result(f"{titles}{left}.", f"There is {titles}{left}.")
        has = await self._listening.music.catalogue()
        if kind == "playlists":
            lists = has.names["playlist"].all
            told = f"The playlists are {listed(lists)}." if lists else "There are no playlists."
            return Result(told, told)
        if has.empty:
            empty = "The music library is empty."
            return Result(empty, empty)
        if not what:
            counts = [f"{len(has.names[k].all)} {k}s" for k in ("artist", "album", "song")]
            genres = listed(g.lower() for g in has.names["genre"].all[:MOST])
            told = f"There are {listed(counts)}; {genres}."
            return Result(told, told)
        found = [
            f"{hit.name} ({kind_})"
            for kind_, names in has.names.items()
            for hit in names.find(what, 4)
            if hit.likeness > 0.6
        ]
        told = f"There is {listed(found[:MOST])}." if found else f"Nothing is called {what}."
        return Result(told, told, data={"found": found})

    async def watch(
        self,
        context: Context,
        what: Annotated[str, "A film or series; empty: go on with what was begun last"] = "",
        screen: Annotated[str, "Only if one was named"] = "",
        from_start: bool = False,
    ) -> Result:
        """Play a film, or a series' next episode, on a screen, from where it was left."""
        film, shown_on, from_s = await self._video.show(what, screen, context.room, from_start)
        self._last = "video"
        how = f"from {spoken(from_s)} on, " if from_s else ""
        return Result(
            f"{film.told} plays {how}on {shown_on.name}.",
            f"{'Going on with' if from_s else 'Playing'} {film} on the {shown_on.name}.",
            undo=Call("control", json.dumps({"do": "stop", "of": "video"})),
        )

    async def seek(
        self,
        context: Context,
        where: Literal["forward", "back", "to"],
        time: Annotated[str, 'Like "2 minutes" or "1:30"'] = "",
        of: Of = "any",
    ) -> Result:
        """Go forward or back in the song or film by some time, or to a time."""
        by_s = seconds(time) if time else SKIP_S
        if by_s is None or (where == "to" and not time):
            raise Unclear(f"{time or 'nothing'} is no time; say it like 2 minutes")
        showing = await self._showing("pause", of, "", context.room)
        sign = {"forward": 1, "back": -1, "to": 0}[where]
        if showing:
            was_s = showing.screen.at_s
            to_s = max(0.0, was_s + sign * by_s if sign else by_s)
            await self._video.seek(showing, to_s)
        else:
            music = self._listening.music
            partition = await music.where("", context.room)
            was = await music.playing(partition)
            _check(was, "restart")
            was_s, end_s = was.at_s, was.length_s or float("inf")
            to_s = min(max(0.0, was_s + sign * by_s if sign else by_s), max(0.0, end_s - 1))
            await music.run(partition, ("seekcur", f"{to_s:.2f}"))
        at = "the beginning" if round(to_s) == 0 else spoken(to_s)
        back = {"where": "to", "time": str(round(was_s)), "of": "video" if showing else "music"}
        said = f"It goes on at {at}."
        return Result(said, said, undo=Call("seek", json.dumps(back)))

    async def _showing(self, do: Do, of: Of, room: str, heard: str) -> Showing | None:
        """The screen that a button is for; None: it is for music. Refused: no film plays."""
        if of == "music" or not self._video or (self._has_music and do not in _BUTTONS):
            return None
        if of == "video" or not self._has_music:
            showing = await self._video.active(room, heard)
            if showing is None:
                raise Refused("no film is playing")
            return showing
        wanted = "pause" if do == "resume" else "play"
        try:
            here = (await self._listening.music.anywhere()).state == wanted
        except Retry:
            here = False
        if here and self._last != "video":
            return None
        try:
            showing = await self._video.active(room, heard)
        except (Retry, Unclear):
            return None
        if showing is None or (here and showing.screen.paused != (do == "resume")):
            return None
        return showing

    async def _screens(self) -> list[Showing]:
        """None for a video server that is away: music may play."""
        try:
            return await self._video.screens()
        except Retry:
            if not self._has_music:
                raise
            return []

    async def _control_video(self, showing: Showing, do: Do) -> Result:
        film = showing.screen.film
        if do == "restart":
            await self._video.seek(showing, 0)
            return Result(f"{film} starts again.", f"{film} starts again.")
        if do not in _BUTTONS:
            raise Refused("a film can't be shuffled or repeated")
        await self._video.press(showing, _BUTTONS[do])
        self._last = "video"
        said = {
            "pause": f"{film} is paused.",
            "resume": f"{film} goes on.",
            "stop": f"{film} is stopped.",
            "next": "On to the next one.",
            "previous": "Back to the one before.",
        }[do]
        back = _BACK.get(do)
        undo = Call("control", json.dumps({"do": back, "of": "video"})) if back else None
        return Result(said, said, undo=undo)


def _check(playing: Playing, do: Do) -> None:
    """Refused: nothing plays that this could be done to."""
    if do == "resume" and playing.queued == 0:
        raise Refused("the queue is empty; say what to play")
    if do in ("next", "previous", "restart", "pause") and playing.state == "stop":
        raise Refused("no music is playing")


def _repeated(playing: Playing) -> Do:
    if not playing.repeat:
        return "no_repeat"
    return "repeat_song" if playing.single else "repeat"


def _told(playing: Playing) -> str:
    song = playing.song
    assert song is not None
    parts = [f"{song}", f"from the album {song.album}" if song.album else ""]
    parts.append(f"({song.year})" if song.year else "")
    state = "paused" if playing.state == "pause" else "playing"
    volume = f", volume {playing.volume}" if playing.volume is not None else ""
    where = f" in {playing.partition}" if playing.partition != "default" else ""
    at = f"at {spoken(playing.at_s)} of {spoken(playing.length_s)}" if playing.length_s else ""
    name = " ".join(part for part in parts if part)
    return f"{name} is {state}{where} {at}{volume}.".replace(" ,", ",").replace(" .", ".")


def _source(playing: Playing) -> str:
    """A stream's title is its station's word."""
    station = playing.song.station if playing.song else ""
    return f"stream {station}" if station else ""
