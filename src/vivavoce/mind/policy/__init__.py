"""Who may do what: decided outside every model."""

from vivavoce.mind.policy.verdict import Planned, Read, Verdict

__all__ = ["Planned", "Read", "Verdict"]
