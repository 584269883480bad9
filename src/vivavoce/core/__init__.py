"""The values that flow through the house. Imports nothing of ours; importing it does nothing."""

from vivavoce.core.errors import (
    BadAudio,
    ConfigError,
    Refused,
    Retry,
    VivavoceError,
    WeightsMissing,
)
from vivavoce.core.events import (
    Decided,
    Event,
    Failed,
    Flush,
    Heard,
    Listener,
    Partial,
    ReplyDone,
    ReplyStarted,
    ReplyText,
    SoundReady,
    SpeakerKnown,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
)
from vivavoce.core.frame import FRAME_S, IN_FRAME, IN_RATE, OUT_FRAME, OUT_RATE, Frame, Pcm
from vivavoce.core.message import Message
from vivavoce.core.move import Decision, Move
from vivavoce.core.percept import Percept
from vivavoce.core.word import Side, Word

__all__ = [
    "FRAME_S",
    "IN_FRAME",
    "IN_RATE",
    "OUT_FRAME",
    "OUT_RATE",
    "BadAudio",
    "ConfigError",
    "Decided",
    "Decision",
    "Event",
    "Failed",
    "Flush",
    "Frame",
    "Heard",
    "Listener",
    "Message",
    "Move",
    "Partial",
    "Pcm",
    "Percept",
    "Refused",
    "ReplyDone",
    "ReplyStarted",
    "ReplyText",
    "Retry",
    "Side",
    "SoundReady",
    "SpeakerKnown",
    "Spoken",
    "ToolCall",
    "TurnEnded",
    "TurnStarted",
    "VivavoceError",
    "WeightsMissing",
    "Word",
]
