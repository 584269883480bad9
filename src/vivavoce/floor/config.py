"""Every threshold of the rule-based floor, with its unit. Frames are 80 ms."""

import math
from dataclasses import asdict, dataclass
from typing import Literal, Self

from vivavoce.core import FRAME_S, ConfigError

Patience = tuple[tuple[float, int], ...]
"""(turn_end at least, frames of silence to wait), most certain first."""

EAGERNESS: dict[str, Patience] = {
    "high": ((0.8, 2), (0.5, 3), (0.2, 9), (0.0, 22)),
    "medium": ((0.9, 2), (0.7, 3), (0.5, 6), (0.2, 14), (0.0, 28)),
    "low": ((0.95, 6), (0.7, 10), (0.5, 16), (0.2, 30), (0.0, 60)),
}
"""Each row of a more eager table waits at most as long as the less eager ones at any certainty."""

LEARNED: dict[str, Patience] = {
    "high": ((0.5, 2), (0.0, 22)),
    "medium": ((0.6, 2), (0.0, 28)),
    "low": ((0.85, 2), (0.0, 60)),
}
"""The same for the learned floor, whose probability counts the words and rises through the silence
by itself: one threshold, and a silence that ends the turn whatever it sounds like."""


@dataclass(frozen=True, slots=True)
class Bystanders:
    """How much it takes to be taken for the owner. Each number is no lower where it is stricter."""

    present_idle: float
    present_listening: float
    present_speaking: float
    evidence: float
    onset_frames: int


BYSTANDERS: dict[str, Bystanders] = {
    "open": Bystanders(0.35, 0.25, 0.45, 0.0, 2),
    "medium": Bystanders(0.5, 0.36, 0.64, 0.62, 2),
    "strict": Bystanders(0.65, 0.43, 0.75, 0.7, 4),
}
"""open: whoever speaks up is answered; strict: rather not hear the owner than obey another."""


@dataclass(frozen=True, slots=True)
class FloorConfig:
    """Thresholds differ by state: it is easier to get our ear than to take our floor."""

    mode: Literal["auto", "manual"] = "auto"
    """manual: the client says when turns end and answers begin (turn_detection null)."""
    present_idle: float = 0.5
    """owner above this opens a turn."""
    present_listening: float = 0.36
    """owner above this keeps a turn going."""
    present_speaking: float = 0.64
    """owner above this, over our own voice, ducks us."""
    evidence: float = 0.62
    """Mean of owner over the frames of a turn, or of an interruption, below which it was somebody
    else's; by the words (context) it may be lower or higher."""
    crowd: float = 0.1
    """How much higher the thresholds of presence lie where others surely speak: under another voice
    the owner's probability is less certain."""
    onset_frames: int = 2
    """Frames of speech that open a turn."""
    patience: Patience = EAGERNESS["medium"]
    """How long a silence ends a turn, by how finished the turn sounds."""
    patience_learned: Patience = LEARNED["medium"]
    """The same, by the learned floor's probability."""
    settle_frames: int = 8
    """How much longer to wait for the last words when patience is over."""
    behind_frames: int = 125
    """How long to wait for a recogniser that is still at work: a busy machine, or sound that comes
    faster than real time, must not cost the user the turn (10 s)."""
    wordless_frames: int = 12
    """Silence after which sounds without words are let go (a cough, a door)."""
    yield_frames: int = 14
    """Sound over us for this long is an interruption, whatever it says. Our voice has stopped long
    before; until then a hum without words may still turn out to be an "mm-hm"."""
    yield_words: int = 1
    """That many words that don't only say "go on" are an interruption."""
    yield_confidence: float = 0.4
    """Of words over our own voice that are less certain than this only those count with which the
    transcript before began too."""
    context: float = 0.4
    """How much the words count beside the voice: evidence rises, or falls, by so many times as
    their logit of being said to somebody else lies above, or below, that of aside_unsure (1: as
    much as the voice)."""
    aside: float = 0.7
    """Words over our own voice that are more likely than this said to somebody else are no
    interruption; we wait until they are over, and go on."""
    aside_unsure: float = 0.3
    """From here to there we wait for more words…"""
    aside_frames: int = 2
    """…or for so much silence after those that there are…"""
    yield_unsure_frames: int = 40
    """…or until they have gone on over us for so long."""
    aside_turn: float = 0.95
    """A whole turn of such words is not answered above this: better an answer too many than a
    question ignored."""
    resume_frames: int = 3
    """Silence in a duck after which we come back up, once the words are known."""
    decide_frames: int = 9
    """Silence in a duck after which we come back up, words or not…"""
    decide_behind_frames: int = 37
    """…and while a recogniser is still at work on what sounded like the owner: a busy machine must
    not cost the user a "wait, wait" (3 s)."""
    nods: bool = True
    """Say "mm-hm" where a listener would."""
    nod_frames: int = 62
    """Frames of the user's speech between two nods at least (5 s): people nod more often."""
    nod_pause_frames: int = 3
    """A nod comes this long into a pause (240 ms)…"""
    nod_turn_end: float = 0.4
    """…in which the turn is less likely over than this."""
    answers: bool = True
    """Answer when a turn ends (create_response)."""
    interruptible: bool = True
    """Speech over us may take the floor (interrupt_response)."""

    def __post_init__(self) -> None:
        for name in ("present_idle", "present_listening", "present_speaking"):
            if not 0 < getattr(self, name) < 1:
                raise ConfigError(f"floor.{name} must lie between 0 and 1")
        for name in ("onset_frames", "settle_frames", "wordless_frames", "yield_frames"):
            if getattr(self, name) < 1:
                raise ConfigError(f"floor.{name} must be at least 1 frame")
        for name in ("patience", "patience_learned"):
            scores = [score for score, _ in getattr(self, name)]
            if not scores or scores != sorted(scores, reverse=True) or scores[-1] != 0:
                raise ConfigError(f"floor.{name} must fall from certain to 0.0")

    @classmethod
    def semantic(cls, eagerness: str = "medium", bystanders: str = "medium") -> Self:
        """OpenAI's semantic_vad: wait by how finished the turn sounds; bystanders: see there."""
        name = "medium" if eagerness == "auto" else eagerness
        if name not in EAGERNESS:
            raise ConfigError(f"eagerness must be low, medium, high or auto, got {eagerness!r}")
        if bystanders not in BYSTANDERS:
            raise ConfigError(f"bystanders must be open, medium or strict, got {bystanders!r}")
        return cls(
            patience=EAGERNESS[name],
            patience_learned=LEARNED[name],
            **asdict(BYSTANDERS[bystanders]),
        )

    @classmethod
    def silence(cls, threshold: float = 0.5, silence_ms: int = 500) -> Self:
        """OpenAI's server_vad: a plain silence timeout, whatever the turn sounds like."""
        frames = max(1, round(silence_ms / 1000 / FRAME_S))
        return cls(
            present_idle=threshold,
            present_listening=threshold,
            present_speaking=min(0.95, threshold + 0.1),
            evidence=0.0,
            patience=((0.0, frames),),
            patience_learned=((0.0, frames),),
        )

    def speaks(self, owner: float, other: float, threshold: float) -> bool:
        """The owner speaks, with these probabilities of theirs and of others' speech."""
        return owner > threshold + self.crowd * other

    def evidence_for(self, aside: float) -> float:
        """evidence where the words are said to somebody else with this probability; 0: there are
        none."""
        if not 0 < self.evidence < 1 or not aside:
            return self.evidence
        said = _logit(min(max(aside, 0.02), 0.98))
        more = self.context * (said - _logit(self.aside_unsure))
        return 1 / (1 + math.exp(-_logit(self.evidence) - more))

    def wait_frames(self, turn_end: float, learned: bool = False) -> int:
        """Frames of silence to wait when the turn is over with this probability."""
        table = self.patience_learned if learned else self.patience
        return next(frames for score, frames in table if turn_end >= score)


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))
