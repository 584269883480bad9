"""Who may do what: decided outside every model."""

from vivavoce.mind.policy.config import PolicyConfig
from vivavoce.mind.policy.decide import decide
from vivavoce.mind.policy.verdict import Planned, Read, Verdict

__all__ = ["Planned", "PolicyConfig", "Read", "Verdict", "decide"]
