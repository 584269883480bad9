"""The router: which model answers, with how much thinking and how many votes, and why."""

from vivavoce.mind.router.config import RouterConfig
from vivavoce.mind.router.eligible import eligible
from vivavoce.mind.router.learns import Beliefs, Signal, judged
from vivavoce.mind.router.route import Choice, Chooser, choose, escalate, explained, look
from vivavoce.mind.router.rungs import Question, Rung
from vivavoce.mind.router.taught import Taught
from vivavoce.mind.router.words import Wish, wish

__all__ = [
    "Beliefs",
    "Choice",
    "Chooser",
    "Question",
    "RouterConfig",
    "Rung",
    "Signal",
    "Taught",
    "Wish",
    "choose",
    "eligible",
    "escalate",
    "explained",
    "judged",
    "look",
    "wish",
]
