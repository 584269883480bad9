"""What one conversation is told before it begins, and may be told while it runs."""

from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from vivavoce.core import Budget, ConfigError
from vivavoce.floor import BYSTANDERS, FloorConfig
from vivavoce.mind import AUTO, CHARACTER, Voting
from vivavoce.voice import ClauseConfig
from vivavoce.words import HearingConfig


@dataclass(frozen=True, slots=True)
class FloorTuning:
    """How a client wants turns to be taken; None leaves the floor's own value."""

    mode: Literal["auto", "manual"] = "auto"
    """manual: nothing but commit() ends the user's turn, nothing but respond() begins ours."""
    vad_threshold: float | None = None
    """Probability above which a frame counts as the user's speech."""
    silence_ms: int | None = None
    """End the turn after this much silence, whatever was said; None lets the floor judge."""
    eagerness: Literal["low", "medium", "high"] | None = None
    """How soon the floor takes a pause for the end of the turn."""
    bystanders: Literal["open", "medium", "strict"] | None = None
    """How much it takes to be taken for the owner; beside vad_threshold the higher counts."""
    create_response: bool = True
    """Answer by ourselves when a turn has ended."""
    interrupt_response: bool = True
    """Yield when the user speaks over us."""
    prefix_padding_ms: int = 300
    """Sound kept from before the speech was noticed."""

    def floor(self) -> FloorConfig:
        """The floor that this asks for."""
        if self.silence_ms is not None:
            threshold = 0.5 if self.vad_threshold is None else self.vad_threshold
            base = FloorConfig.silence(min(max(0.01, threshold), 0.99), self.silence_ms)
            if self.bystanders is not None:
                least = asdict(BYSTANDERS[self.bystanders])
                base = replace(base, **{k: max(getattr(base, k), v) for k, v in least.items()})
        else:
            base = FloorConfig.semantic(self.eagerness or "medium", self.bystanders or "medium")
        return replace(
            base,
            mode=self.mode,
            answers=self.create_response,
            interruptible=self.interrupt_response,
        )


@dataclass(frozen=True, slots=True)
class How:
    """How a client wants answers to be made, as a whole; None leaves it to words and router."""

    model: str = AUTO
    thinking: Budget | None = None
    voting: Voting | None = None


@dataclass(frozen=True, slots=True)
class SessionConfig:
    """One conversation."""

    instructions: str = CHARACTER
    aloud: bool = True
    """Answer by voice; False: as text only."""
    max_tokens: int = 200
    """Of one answer."""
    temperature: float = 0.0
    tools: tuple[dict[str, Any], ...] = ()
    tool_choice: str = "auto"
    model: str = AUTO
    """Who answers; auto: whom the router takes."""
    thinking: Budget | None = None
    """None: as the user's words and the router say."""
    voting: Voting | None = None
    bridge_frames: int = 20
    """Frames of silence of ours after which we say that we are thinking (20 = 1.6 s); an answer
    that thinks is announced at once. 0: never."""
    bridge_again_frames: int = 190
    """And again, while the thinking goes on (190 = 15 s)."""
    floor: FloorConfig = field(default_factory=FloorConfig)
    hearing: HearingConfig = field(default_factory=HearingConfig)
    clauses: ClauseConfig = field(default_factory=ClauseConfig)

    def __post_init__(self) -> None:
        if not 1 <= self.max_tokens <= 8192:
            raise ConfigError(f"session.max_tokens must be 1…8192, got {self.max_tokens}")
        for name in ("bridge_frames", "bridge_again_frames"):
            if getattr(self, name) < 0:
                raise ConfigError(f"session.{name} must be >= 0, got {getattr(self, name)}")
        if not 0 <= self.temperature <= 2:
            raise ConfigError(f"session.temperature must be 0…2, got {self.temperature}")


@dataclass(frozen=True, slots=True)
class Costs:
    """What models take on modelled time (a replay), in seconds; about what two cores take."""

    transcribe_s: float = 0.06
    transcribe_per_s: float = 0.02
    turn_end_s: float = 0.05
    who_s: float = 0.2
    first_token_s: float = 0.08
    read_token_s: float = 0.02
    token_s: float = 0.075
    say_s: float = 0.03
    say_per_char_s: float = 0.002
