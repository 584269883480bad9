"""How an answer ends, whoever wrote it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vivavoce.models.model import Kept, Piece, Request
from vivavoce.models.remote import calls, failure
from vivavoce.models.remote.calls import Draft
from vivavoce.models.remote.failure import Failure
from vivavoce.models.remote.room import Room
from vivavoce.models.remote.schema import Misfit, check
from vivavoce.models.remote.server import Server
from vivavoce.models.remote.tally import Finish, Tally


@dataclass(slots=True)
class Answer:
    """What has come in of one."""

    server: Server
    request: Request
    room: Room
    kept: Kept
    tally: Tally = field(default_factory=Tally)
    said: list[str] = field(default_factory=list)
    finish: str = ""
    """The vendor's word for why it ended; empty: it has not."""
    stopped_by: str = ""
    """The stop that it met, where the vendor tells."""

    def end(self, drafts: Sequence[Draft], words: Mapping[str, Finish]) -> Iterator[Piece]:
        """Calls, then Usage. Failure if it is not whole, Misfit if it can't be used."""
        if not self.finish:
            raise Failure(f"{self.server.url.host} broke off its answer; try again", again=True)
        if self.finish not in words:
            raise failure.withheld(self.server, self.finish)
        finish = words[self.finish]
        self.tally.calls = sum(d.length for d in drafts)
        found = calls.finished(drafts, self.request)
        if not found and self.request.tool_choice not in ("auto", "none"):
            raise Misfit("it had to call a tool and did not")
        if self.request.schema is not None and finish == "stop" and not found:
            check("".join((self.request.begun, *self.said)), self.request.schema)
        yield from found
        if found or finish == "tool_calls":
            finish = "tool_calls" if found else "stop"
        usage = self.tally.usage(
            self.request, self.room, finish, kept=self.kept, by=self.server.name
        )
        yield replace(usage, stopped_by=self.stopped_by)
