"""Whether a call may be made: ranks, a yes, and what it rests on. Pure; no model has a say."""

import re
from collections.abc import Sequence

from vivavoce.core import RANKS, Speaker
from vivavoce.experts import Effect, Rule
from vivavoce.mind.policy.asked import asked, handed_over
from vivavoce.mind.policy.config import PolicyConfig
from vivavoce.mind.policy.origin import HARD, Traced, evidence, trace
from vivavoce.mind.policy.said import STOP, Said, said, tokens
from vivavoce.mind.policy.verdict import Planned, Verdict

_PLACES = frozenset({"url", "uri", "link", "href", "host", "domain", "website", "webpage"})
_OUT = frozenset({"web", "internet", "online", "webpage", "website", "page", "http", "browse"})
_LINK = re.compile(r"(?:https?|ftp)://|www\.", re.IGNORECASE)
_CLASSES = {
    "address": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "account": re.compile(r"\b[a-z]{2}\d{2}[a-z\d]{10,30}\b"),
    "link": re.compile(r"(?:https?://|www\.)\S+"),
}
"""What a speaker names to the letter, in small letters."""


def decide(planned: Planned, cfg: PolicyConfig | None = None) -> Verdict:
    """Allow, ask for a yes, or refuse, and why."""
    cfg = cfg or PolicyConfig()
    traced = _traced(planned)
    effect: Effect = "send" if _carries_out(planned, traced, cfg) else planned.effect
    rule = planned.rule or cfg.rules[effect]
    if (kept_out := _may_not(planned, rule, cfg)) is not None:
        return kept_out
    if effect == "read" or not traced_matters(planned):
        return _own(planned, rule)
    return _beside_others(planned, effect, rule, traced, cfg)
