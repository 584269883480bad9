"""What the house says by itself, in one conversation: each in a pause, until it was heard."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from vivavoce.core import Announced, AnnouncementOver, Event, ReplyDone
from vivavoce.experts.announcer import Announcer, Note

KEPT = 20
"""That wait for a pause."""
MOST_TIMES = 3
"""What must be heard is begun so often; who talks it down every time does not want it."""
AGAIN_FRAMES = 12
"""Of silence of both sides before what was talked over is said again (12 = 960 ms)."""
HEARD = 0.75
"""Share of its words after which who cuts in has heard it."""
_ENOUGH = re.compile(
    r"(?:(?:ok(?:ay)?|yes|yeah|yep|all right|alright|right|fine|good|thanks?(?: you)?|stop|quiet|"
    r"silence|enough|shut up|be quiet|shush|hush|(?:i )?(?:hear|heard)(?: you| it| that)?|got it|"
    r"i know|never ?mind|dismiss|done|coming|i'?m coming|"
    r"(?:stop|dismiss|cancel|turn off|switch off)(?: (?:the|that|this|my))?"
    r"(?: (?:it|that|timer|alarm|reminder|ringing|noise|bell))?|"
    r"that'?s enough|please|now|it|that|vivavoce) ?)+"
)


@dataclass(slots=True, eq=False)
class _Waiting:
    note: Note
    number: int
    times: int = 0
    """How often it was begun."""


class Announcing:
    """Call `step` with each frame. say: begins it, and gives the answer's number; stop: ends what
    sounds."""

    def __init__(
        self,
        announcer: Announcer | None,
        now: Callable[[], float],
        emit: Callable[[Event], None],
        say: Callable[[str], int | None],
        stop: Callable[[], None],
    ) -> None:
        self._announcer, self._now, self._emit = announcer, now, emit
        self._say, self._stop = say, stop
        self._waiting: list[_Waiting] = []
        self._sounding: tuple[int, _Waiting] | None = None
        self._cut: _Waiting | None = None
        """What was talked over by the present turn."""
        self._quiet = self._numbered = 0
        self._unlisten = announcer.listen(self._hear) if announcer else None

    def step(self, *, quiet: bool) -> None:
        """A frame went by. quiet: nobody has the floor, and no answer is on its way."""
        self._quiet = self._quiet + 1 if quiet else 0
        if not quiet or not self._waiting or self._announcer is None:
            return
        for late in [one for one in self._waiting if self._announcer.late(one.note)]:
            self._over(late, "unheard")
        ready = (one for one in self._waiting if not one.times or self._quiet >= AGAIN_FRAMES)
        if (one := next(ready, None)) is not None and (reply := self._say(one.note.text)):
            self._sounding = reply, one
            one.times += 1

    def done(self, reply: ReplyDone) -> None:
        """An answer is over: was it one of these, and was it heard?"""
        if self._sounding is None or self._sounding[0] != reply.reply:
            return
        one, self._sounding = self._sounding[1], None
        words, heard = len(reply.text.split()), len(reply.heard.split())
        if one not in self._waiting:
            return  # it was taken back while it sounded
        if reply.status == "cancelled":
            self._over(one, "stopped")
        elif reply.status == "completed" or (words and heard >= HEARD * words):
            self._over(one, "heard")
        else:
            self._cut = one if reply.status == "interrupted" else None
            if not one.note.about or one.times >= MOST_TIMES:
                self._over(one, "unheard")

    def turn(self, text: str) -> None:
        """The user said this; who talks over it to stop it has heard it."""
        cut, self._cut = self._cut, None
        words = " ".join(re.sub(r"[^\w' ]", " ", text.lower().replace("’", "'")).split())
        if cut in self._waiting and cut is not None and _ENOUGH.fullmatch(words):
            self._over(cut, "stopped")

    def stop(self, number: int) -> None:
        """Somebody has seen it. KeyError: it is over, or never was."""
        found = next((one for one in self._waiting if one.number == number), None)
        if found is None:
            raise KeyError(number)
        self._end(found)

    def close(self) -> None:
        """What must be heard and was not waits for the next conversation."""
        if self._unlisten is not None:
            self._unlisten()
        self._waiting, self._sounding = [], None

    def _hear(self, note: Note) -> None:
        same = [one for one in self._waiting if note.about and one.note.about == note.about]
        if not note.text:
            for one in same:
                self._end(one)
            return
        sounds = self._sounding[1] if self._sounding else None
        for waits in same:
            if waits is not sounds:  # it rings again before anybody heard it
                if note.text != waits.note.text:
                    self._emit(Announced(self._now(), note.text, waits.number))
                waits.note, waits.times = note, 0
                return
        self._numbered += 1
        self._emit(Announced(self._now(), note.text, self._numbered))
        self._waiting.append(_Waiting(note, self._numbered))
        if len(self._waiting) > KEPT:
            plain = (w for w in self._waiting if not w.note.about)
            self._over(next(plain, self._waiting[0]), "unheard")

    def _end(self, one: _Waiting) -> None:
        sounds = self._sounding is not None and self._sounding[1] is one
        self._over(one, "stopped")
        if sounds:
            self._stop()

    def _over(self, one: _Waiting, how: str) -> None:
        self._waiting.remove(one)
        if self._announcer is not None:
            self._announcer.heard(one.note)
        self._emit(AnnouncementOver(self._now(), one.number, how))
