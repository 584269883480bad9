"""What goes out: events with ids, in the client's dialect, into a bounded queue."""

import json
import secrets
from collections.abc import Callable
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream

from vivavoce.web.metrics import Metrics
from vivavoce.web.realtime import beta
from vivavoce.web.realtime.errors import BadEvent


def new_id(kind: str) -> str:
    """kind: item, resp, sess, conv or event."""
    return f"{kind}_{secrets.token_hex(10)}"


class Wire:
    """Emits server events; never waits."""

    def __init__(
        self, most: int, beta_names: bool, metrics: Metrics, overrun: Callable[[], None]
    ) -> None:
        """overrun is called when the client does not read what it is sent."""
        self.unsent: MemoryObjectReceiveStream[str]
        self._queue, self.unsent = anyio.create_memory_object_stream[str](most)
        self.beta = beta_names
        self._metrics = metrics
        self._overrun = overrun

    def emit(self, kind: str, **fields: Any) -> None:
        """Queue one event."""
        event: dict[str, Any] | None = {"type": kind, "event_id": new_id("event"), **fields}
        if self.beta and event is not None:
            event = beta.event_out(event)
        if event is None:
            return
        try:
            self._queue.send_nowait(json.dumps(event, separators=(",", ":")))
        except anyio.WouldBlock:
            self._overrun()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass  # the client has gone; its conversation is being closed

    def refuse(self, bad: BadEvent, event_id: str | None) -> None:
        """The client's event can't be done."""
        self.error("invalid_request_error", bad.code, str(bad), param=bad.param, event_id=event_id)

    def error(
        self,
        kind: str,
        code: str,
        message: str,
        param: str | None = None,
        event_id: str | None = None,
    ) -> None:
        """An error event; event_id is the client's event that caused it."""
        self._metrics.errors.labels(code).inc()
        self.emit(
            "error",
            error={
                "type": kind,
                "code": code,
                "message": message,
                "param": param,
                "event_id": event_id,
            },
        )

    def close(self) -> None:
        """Nothing more is sent."""
        self._queue.close()
        self.unsent.close()
