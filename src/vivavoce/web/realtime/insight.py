"""Our own events: what the floor thinks, frame by frame."""

import base64
from typing import Any

from vivavoce.audio.pcm import to_int16
from vivavoce.core import Decided, Move, Nod, Notice, Percept, Side, Word
from vivavoce.web.metrics import Metrics
from vivavoce.web.realtime.settings import Current
from vivavoce.web.realtime.wire import Wire

_SHOWN = ("echo", "speech", "owner", "other", "addressed", "turn_end", "unfinished", "backchannel")


class Insight:
    """Every move with its reasons; every frame to those who ask."""

    def __init__(self, wire: Wire, current: Current, metrics: Metrics) -> None:
        self._wire = wire
        self._current = current
        self._metrics = metrics
        self._move: Move | None = None
        self._ducked: float | None = None

    def decided(self, event: Decided) -> None:
        """One frame."""
        move, why = event.decision.move, event.decision.why
        fields: dict[str, Any] = {"t": round(event.t, 3), "move": move.value, "why": why}
        fields["p"] = _probabilities(event.percept)
        if event.percept.person:
            fields["person"] = event.percept.person
        if move is not self._move:
            self._wire.emit("vivavoce.move", **fields)
            self._time_barge_in(move, event.t)
            self._move = move
        if self._current.settings.vivavoce.frames:
            self._wire.emit("vivavoce.frame", index=event.index, **fields)

    def nodded(self, event: Nod) -> None:
        """An "mm-hm", for clients that play it beside the answers."""
        if self._current.settings.vivavoce.nods:
            sound = base64.b64encode(to_int16(event.pcm)).decode()
            self._wire.emit("vivavoce.nod", t=round(event.t, 3), audio=sound)

    def noticed(self, event: Notice) -> None:
        """Something that the user should know."""
        self._wire.emit(
            "vivavoce.notice", t=round(event.t, 3), code=event.code, message=event.message
        )

    def _time_barge_in(self, move: Move, t: float) -> None:
        if move is Move.DUCK:
            self._ducked = t
        elif move is Move.YIELD:
            self._metrics.barge_in.observe(t - (t if self._ducked is None else self._ducked))
        if move is not Move.DUCK:
            self._ducked = None


def word_fields(side: Side, word: Word, item_id: str | None) -> dict[str, Any]:
    """A word, as vivavoce.word carries it; seconds of the conversation."""
    return {
        "side": side.value,
        "text": word.text,
        "start": round(word.start, 3),
        "end": round(word.end, 3),
        "item_id": item_id,
    }


def _probabilities(percept: Percept) -> dict[str, float]:
    return {name: round(float(getattr(percept, name)), 3) for name in _SHOWN}
