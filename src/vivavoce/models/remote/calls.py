"""Tool calls out of a stream: passed on whole and fitting their schema, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from vivavoce.core import Call
from vivavoce.models.model import Request
from vivavoce.models.remote.schema import Misfit, check


@dataclass(slots=True)
class Draft:
    """A call that is still being written."""

    id: str = ""
    name: str = ""
    parts: list[str] = field(default_factory=list)
    """Of its arguments."""

    @property
    def length(self) -> int:
        """Characters so far."""
        return len(self.name) + sum(map(len, self.parts))


def finished(drafts: Sequence[Draft], request: Request) -> list[Call]:
    """The calls, in order; Misfit if one of them can't be used."""
    schemas = {str(t["name"]): t.get("parameters") for t in tools(request)}
    calls = []
    for draft in drafts:
        arguments = "".join(draft.parts).strip() or "{}"
        if draft.name not in schemas:
            raise Misfit("it named a tool that there is not")
        if not isinstance(check(arguments, schemas[draft.name]), dict):
            raise Misfit("its arguments are not a JSON object")
        calls.append(Call(draft.name, arguments, draft.id))
    return calls if request.parallel_calls else calls[:1]


def tools(request: Request) -> tuple[dict[str, object], ...]:
    """Those that may be called."""
    return () if request.tool_choice == "none" else request.tools
