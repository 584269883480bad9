"""What a server told a client, and when."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio

Wire = dict[str, Any]


@dataclass
class Inbox:
    """All events of one connection."""

    events: list[Wire] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    """When each came, on time.monotonic()."""

    def __call__(self, event: Any) -> None:
        self.events.append(event if isinstance(event, dict) else event.to_dict())
        self.at.append(time.monotonic())

    async def read(self, connection: Any) -> None:
        """All that comes on a connection of the openai package."""
        async for event in connection:
            self(event)

    def all(self, kind: str) -> list[Wire]:
        return [e for e in self.events if e["type"] == kind]

    def __str__(self) -> str:
        """What came, a line an event, by the seconds before now."""
        now = time.monotonic()
        came = [
            f"{t - now:8.2f} s  {e['type']}  {_gist(e)}"
            for t, e in zip(self.at, self.events, strict=True)
            if not e["type"].endswith((".delta", ".frame"))
        ]
        return "\n".join([f"{len(self.events)} events came", *came])

    def kinds(self) -> set[str]:
        return {e["type"] for e in self.events}

    async def wait(self, kind: str, times: int = 1, within_s: float = 60) -> Wire:
        """The times-th event of a kind."""
        try:
            await until(lambda: len(self.all(kind)) >= times, within_s)
        except TimeoutError as late:
            raise AssertionError(f"no {kind} ({times}) in {within_s} s; {self}") from late
        return self.all(kind)[times - 1]

    @property
    def heard(self) -> list[str]:
        """The user's turns."""
        done = self.all("conversation.item.input_audio_transcription.completed")
        return [e["transcript"] for e in done]

    @property
    def answers(self) -> list[str]:
        """Our answers, as they stand when they are over."""
        return [answer(e) for e in self.all("response.done")]

    @property
    def gaps_ms(self) -> list[int]:
        """From the user's last sound to our first."""
        return [e["gap_ms"] for e in self.all("vivavoce.latency") if e["stages"]]


def _gist(event: Wire) -> str:
    """What an event says, at most a line."""
    rest = {k: v for k, v in event.items() if k not in ("type", "event_id")}
    return str(rest)[:200]


def answer(done: Wire) -> str:
    """The words of a response.done."""
    parts = [p for item in done["response"]["output"] for p in item.get("content", [])]
    return " ".join(p.get("transcript") or p.get("text") or "" for p in parts)


async def until(true: Callable[[], bool], within_s: float) -> None:
    """Wait for what nobody announces."""
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  nothing to wait on: what is watched is not ours
            await anyio.sleep(0.01)
