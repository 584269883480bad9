"""A conversation on the terminal, while it happens."""

from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

COLOURS = {
    "idle": "dim",
    "listen": "cyan",
    "hold": "blue",
    "speak": "green",
    "duck": "yellow",
    "yield": "magenta",
    "nod": "green",
}
WIDTH = 24


class Show:
    """Prints turns as they end; on a terminal, below them, what happens now."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=12, transient=True)
        self._frame: dict[str, Any] = {}
        self._user = ""
        self._ours: list[str] = []
        self._move = ""
        self.gaps_ms: list[int] = []

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def hear(self, event: dict[str, Any]) -> None:
        """One event of the wire."""
        match event["type"]:
            case "vivavoce.frame":
                self._frame = event
                self._moved(event)
            case "vivavoce.partial":
                self._user = f"{event['stable']} {event['tentative']}".strip()
            case "conversation.item.input_audio_transcription.completed":
                self._user = ""
                self._say("     you", event["transcript"], "cyan")
            case "vivavoce.word" if event["side"] == "assistant":
                self._ours.append(event["text"])
            case "vivavoce.latency" if event["stages"]:
                self.gaps_ms.append(event["gap_ms"])
            case "response.done":
                self._done(event["response"])
            case "error":
                self._say("   error", event["error"]["message"], "red")
            case _:
                pass
        if self._live:
            self._live.update(self._now())

    def _moved(self, event: dict[str, Any]) -> None:
        move = event["move"]
        if move != self._move and move in ("duck", "yield", "hold"):
            self._console.print(
                Text(f"{event['t']:7.2f} s  {move}: {event['why']}", style="dim"), highlight=False
            )
        self._move = move

    def _done(self, response: dict[str, Any]) -> None:
        said, self._ours = " ".join(self._ours), []
        if not said:
            return
        cut = response["status"] == "cancelled"
        self._say("vivavoce", said + (" — (interrupted)" if cut else ""), "green")
        if self.gaps_ms:
            self._console.print(
                Text(f"          answered after {self.gaps_ms[-1]} ms", style="dim")
            )

    def _say(self, who: str, text: str, colour: str) -> None:
        self._console.print(Text(f"{who}  ", style=f"bold {colour}").append(text, style="default"))

    def _now(self) -> Group:
        frame = self._frame
        if not frame:
            return Group(Text("listening…", style="dim"))
        p, colour = frame["p"], COLOURS.get(frame["move"], "")
        state = Text(f"{frame['t']:7.2f} s  ", style="dim")
        state.append(f"{frame['move']:<7}", style=f"bold {colour}").append(
            frame["why"], style="dim"
        )
        bars = Text("           ")
        for name in ("owner", "turn_end", "echo"):
            filled = round(p[name] * 8)
            bars.append(f"{name} ", style="dim").append("█" * filled, style=colour)
            bars.append("·" * (8 - filled) + "  ", style="dim")
        now = Text("     you  " + self._user if self._user else "vivavoce  " + " ".join(self._ours))
        return Group(Text(""), now, state, bars)
