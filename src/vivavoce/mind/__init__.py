"""The mind: which model answers a request, and how; the conversation; who we are."""

from vivavoce.mind.ask import AUTO, Act, Ask, Ballot, Outcome, Route, Stop, Vote, Voting
from vivavoce.mind.character import CHARACTER
from vivavoce.mind.conversation import Conversation, Entry
from vivavoce.mind.direct import Answers, Direct, Told

__all__ = [
    "AUTO",
    "CHARACTER",
    "Act",
    "Answers",
    "Ask",
    "Ballot",
    "Conversation",
    "Direct",
    "Entry",
    "Outcome",
    "Route",
    "Stop",
    "Told",
    "Vote",
    "Voting",
]
