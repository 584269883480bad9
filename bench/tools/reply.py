"""What a system answered, and what that took."""

from dataclasses import asdict, dataclass
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Reply:
    """Calls, or words, or both."""

    calls: tuple[tuple[str, str], ...] = ()
    """(name, arguments as they were told)."""
    text: str = ""
    cut: bool = False
    """The token limit ended it."""
    failed: str = ""
    """Why there is no answer."""
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    s: float = 0.0

    def row(self) -> dict[str, Any]:
        """For the log."""
        return asdict(self)

    @classmethod
    def of(cls, row: dict[str, Any]) -> Self:
        """From the log."""
        kept = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**kept, "calls": tuple((name, args) for name, args in row["calls"])})
