"""What a conversation tells whoever listens: the wire, the recorder, the terminal.

Times are seconds of audio since the conversation began.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from vivavoce.core.frame import Pcm
from vivavoce.core.move import Decision
from vivavoce.core.percept import Percept
from vivavoce.core.word import Side, Word


@dataclass(frozen=True, slots=True)
class Decided:
    """One frame was heard and one move was made; comes every 80 ms."""

    index: int
    t: float
    percept: Percept
    decision: Decision


@dataclass(frozen=True, slots=True)
class TurnStarted:
    """The user took the floor. Over our own speech this comes with the yield, not before."""

    t: float


@dataclass(frozen=True, slots=True)
class Partial:
    """The words of the user's present turn so far."""

    t: float
    stable: str
    """Will not change."""
    tentative: str
    """May change."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The user's turn is over: the floor is ours."""

    t: float
    speech_end: float
    """When the user's last sound was."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The final words of a turn."""

    t: float
    text: str
    words: tuple[Word, ...]
    """On the conversation's timeline."""
    side: Side = Side.USER
    entry: int = 0
    """Its place in the history; 0 if nothing was said."""


@dataclass(frozen=True, slots=True)
class SpeakerKnown:
    """Whose voice a turn was, as far as we know. Comes some time after its Heard."""

    t: float
    entry: int
    """The turn's place in the history."""
    name: str
    """Empty: nobody we know."""
    confidence: float
    """Probability that this is right."""


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """An answer was begun (its sound may still be on its way)."""

    t: float
    reply: int


@dataclass(frozen=True, slots=True)
class ReplyText:
    """More of the answer's text, as the model wrote it."""

    t: float
    reply: int
    delta: str


@dataclass(frozen=True, slots=True)
class ReplyThought:
    """More of the thinking behind an answer. Shown, never spoken."""

    t: float
    reply: int
    delta: str


@dataclass(frozen=True, slots=True)
class ReplyVote:
    """How a vote on the answer stands."""

    t: float
    reply: int
    chains: int
    """How many were asked for."""
    counts: dict[str, float]
    """Answer → its weight, the leader first."""
    tokens: int = 0
    stopped: str = ""
    """Why it is over; empty while it is held."""


@dataclass(frozen=True, slots=True)
class ReplyActed:
    """A tool of ours was called for an answer, or was not allowed to be."""

    t: float
    reply: int
    tool: str
    arguments: str
    """A JSON object."""
    verdict: str
    """allow, ask (it waits for a yes) or refuse…"""
    reason: str
    """…and why."""
    result: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Announced:
    """The house wants to say something by itself: a timer is over, a long job is done."""

    t: float
    text: str
    number: int = 0
    """Of the conversation's announcements."""


@dataclass(frozen=True, slots=True)
class AnnouncementOver:
    """It need not be said (again)."""

    t: float
    number: int
    how: str
    """heard, stopped (by somebody), unheard (too late, or talked down every time)."""


@dataclass(frozen=True, slots=True)
class ReplyMade:
    """Who wrote an answer, and how; comes when it is written."""

    t: float
    reply: int
    model: str
    why: str = ""
    """Why this model, in a sentence."""
    thought: int = 0
    """Tokens of thinking…"""
    granted: int = 0
    """…of so many that were allowed…"""
    kept: str = "none"
    """…and how that was held: exact, hint or none."""
    fell_from: tuple[str, ...] = ()
    """Models that failed before this one answered."""
    shortened: int = 0
    """Messages of the history that were left out or cut to fit."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asks for a function; whoever registered the tool runs it."""

    t: float
    reply: int
    call: str
    """An id, echoed with the result."""
    name: str
    arguments: str
    """A JSON object."""


@dataclass(frozen=True, slots=True)
class SoundReady:
    """Sound can be pulled from the player now, and could not before: pull without waiting."""

    t: float
    reply: int


@dataclass(frozen=True, slots=True)
class Flush:
    """What was pulled and has not sounded yet should be dropped: we hold back or yield."""

    t: float
    reply: int
    final: bool
    """False for a duck that may come back up: the same sound will be pulled again."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word of ours begins to sound. A word that was held back in a duck comes once."""

    t: float
    reply: int
    word: Word


@dataclass(frozen=True, slots=True)
class ReplyDone:
    """The answer is over: wholly played, cut off, or failed."""

    t: float
    reply: int
    text: str
    """What was written."""
    heard: str
    """What had sounded when it ended; equal to text when it was not cut off."""
    status: str = "completed"
    """completed, interrupted, cancelled or failed."""
    stages: dict[str, float] = field(default_factory=dict)
    """When each stage was reached, on the conversation's timeline:
    speech_end, final_words, floor, first_token, first_clause, first_sound."""
    tokens_in: int = 0
    tokens_out: int = 0
    finish: str = "stop"
    """Why the model stopped: stop, length or tool_calls."""
    entry: int = 0
    """Its place in the history; 0 if nothing of it was heard."""


@dataclass(frozen=True, slots=True)
class Nod:
    """An "mm-hm" under the user's speech; the floor stays theirs."""

    t: float
    pcm: Pcm
    """(n,) at 24 kHz, for those who don't pull the loudspeaker's frames all the time."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Nothing is broken, but the user should know: the microphone is too quiet, say."""

    t: float
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Something went wrong; the conversation goes on."""

    t: float
    code: str
    message: str


Event = (
    Decided
    | TurnStarted
    | Partial
    | TurnEnded
    | Heard
    | SpeakerKnown
    | ReplyStarted
    | ReplyText
    | ReplyThought
    | ReplyVote
    | ReplyActed
    | Announced
    | AnnouncementOver
    | ReplyMade
    | ToolCall
    | SoundReady
    | Flush
    | Spoken
    | ReplyDone
    | Nod
    | Notice
    | Failed
)
Listener = Callable[[Event], None]
