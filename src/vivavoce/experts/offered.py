"""The tools of somebody else's server, as they are now."""

from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from vivavoce.experts.tool import Tool


class Offered(Sequence[Tool]):
    """May change while it is open; whoever goes through it sees one state."""

    def __init__(self, tools: Sequence[Tool] = (), off: Mapping[str, str] | None = None) -> None:
        self._tools, self.off = tuple(tools), dict(off or {})
        """off: tools that are not offered, and why."""

    def change(self, tools: Sequence[Tool], off: Mapping[str, str]) -> None:
        """From now on."""
        self._tools, self.off = tuple(tools), dict(off)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools)

    def __len__(self) -> int:
        return len(self._tools)

    @overload
    def __getitem__(self, index: int) -> Tool: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Tool]: ...
    def __getitem__(self, index: int | slice) -> Tool | Sequence[Tool]:
        return self._tools[index]


def tool_name(theirs: str, expert: str) -> str:
    """A name of ours for theirs: small letters, digits, _; with its expert's at most 64 characters,
    which is what models take. Empty: nothing is left of it."""
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in theirs).strip("_").lower()
    return name[: 63 - len(expert)].strip("_")
