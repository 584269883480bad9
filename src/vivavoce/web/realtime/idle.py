"""server_vad's idle_timeout_ms: speak again when the user says nothing to an answer."""

from collections.abc import Callable

from vivavoce.core import FRAME_S, Decided, Move
from vivavoce.web.realtime.settings import Current, ServerVad
from vivavoce.web.realtime.turns import Turns
from vivavoce.web.realtime.wire import Wire, new_id


class Idle:
    """Counts quiet frames since an answer ended; fires once an answer."""

    def __init__(
        self, wire: Wire, current: Current, turns: Turns, respond: Callable[[], None]
    ) -> None:
        self._wire = wire
        self._current = current
        self._turns = turns
        self._respond = respond
        self._quiet: int | None = None

    def answered(self) -> None:
        """An answer was wholly played: wait for the user from here."""
        self._quiet = 0

    def stop(self) -> None:
        """The user said something, or another answer is under way."""
        self._quiet = None

    def decided(self, event: Decided) -> None:
        """One frame."""
        detection = self._current.settings.audio.input.turn_detection
        wait_ms = detection.idle_timeout_ms if isinstance(detection, ServerVad) else None
        if wait_ms is None or self._quiet is None:
            return
        if event.decision.move is not Move.IDLE:
            self._quiet = 0
            return
        self._quiet += 1
        if self._quiet * FRAME_S * 1000 < wait_ms:
            return
        self._quiet = None
        end_ms, item_id = round(1000 * (event.t + FRAME_S)), new_id("item")
        self._wire.emit(
            "input_audio_buffer.timeout_triggered",
            audio_start_ms=end_ms - wait_ms,
            audio_end_ms=end_ms,
            item_id=item_id,
        )
        self._turns.silent(item_id)
        self._respond()
