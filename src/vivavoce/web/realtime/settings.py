"""The session object, as a client may set it.

Accepted without effect, because clients send them by themselves: voice names, noise_reduction,
tracing, truncation, include, parallel_tool_calls, the transcription's model, language and prompt.
What would change the conversation and can't be done is refused.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from vivavoce.core import Budget, ConfigError
from vivavoce.mind import AUTO, Voting
from vivavoce.mind.ask import MOST_CHAINS
from vivavoce.web.conversation import FloorTuning, How
from vivavoce.web.realtime.errors import BadEvent, from_validation

MAX_TOKENS = 4096
"""What "inf" means here."""
_LEAVES = {"format", "turn_detection", "transcription", "noise_reduction", "tools", "tool_choice"}
"""Replaced as a whole; the other objects are merged field by field."""


class Shape(BaseModel):
    """An object of the protocol."""

    model_config = ConfigDict(extra="forbid")


class PcmFormat(Shape):
    type: Literal["audio/pcm"] = "audio/pcm"
    rate: Literal[24000] = 24000


class UlawFormat(Shape):
    type: Literal["audio/pcmu"]


class AlawFormat(Shape):
    type: Literal["audio/pcma"]


AudioFormat = Annotated[PcmFormat | UlawFormat | AlawFormat, Field(discriminator="type")]


class ServerVad(Shape):
    """Plain silence ends the turn."""

    type: Literal["server_vad"]
    threshold: float = Field(default=0.5, ge=0, le=1)
    prefix_padding_ms: int = Field(default=300, ge=0, le=5_000)
    silence_duration_ms: int = Field(default=500, ge=0, le=10_000)
    idle_timeout_ms: int | None = Field(default=None, ge=5_000, le=30_000)
    create_response: bool = True
    interrupt_response: bool = True

    def floor(self) -> FloorTuning:
        return FloorTuning(
            vad_threshold=self.threshold,
            silence_ms=self.silence_duration_ms,
            create_response=self.create_response,
            interrupt_response=self.interrupt_response,
            prefix_padding_ms=self.prefix_padding_ms,
        )


class SemanticVad(Shape):
    """The floor judges; our default."""

    type: Literal["semantic_vad"] = "semantic_vad"
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True

    def floor(self) -> FloorTuning:
        return FloorTuning(
            eagerness=None if self.eagerness == "auto" else self.eagerness,
            create_response=self.create_response,
            interrupt_response=self.interrupt_response,
        )


class Transcription(Shape):
    model: str | None = None
    language: str | None = None
    prompt: str | None = None
    languages: list[str] | None = None
    keywords: list[str] | None = None
    delay: str | None = None


class NoiseReduction(Shape):
    type: Literal["near_field", "far_field"] | None = None
    strength: float | None = None


class AudioInput(Shape):
    format: AudioFormat = PcmFormat()
    noise_reduction: NoiseReduction | None = None
    transcription: Transcription | None = Transcription()
    turn_detection: Annotated[ServerVad | SemanticVad, Field(discriminator="type")] | None = (
        SemanticVad()
    )


class VoiceId(Shape):
    id: str


class AudioOutput(Shape):
    format: AudioFormat = PcmFormat()
    voice: str | VoiceId = "default"
    speed: float = Field(default=1.0, ge=1, le=1)


class Audio(Shape):
    input: AudioInput = AudioInput()
    output: AudioOutput = AudioOutput()


class FunctionTool(Shape):
    type: Literal["function"]
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        """As a language model is told."""
        return {"name": self.name, "description": self.description, "parameters": self.parameters}


class FunctionChoice(Shape):
    type: Literal["function"]
    name: str


ToolChoice = Literal["auto", "none", "required"] | FunctionChoice


def _one_modality(value: list[str]) -> list[str]:
    if len(value) != 1:
        raise ValueError("supported combinations are ['audio'] and ['text']")
    return value


Modalities = Annotated[list[Literal["text", "audio"]], AfterValidator(_one_modality)]
MaxTokens = Annotated[int, Field(ge=1, le=MAX_TOKENS)] | Literal["inf"]
Instructions = Annotated[str, StringConstraints(max_length=32_000)]


def budget(value: int | str | None) -> Budget | None:
    """Tokens or an effort as a budget; the protocol's xhigh is our max."""
    if isinstance(value, str):
        return Budget.of("max" if value == "xhigh" else value)
    return None if value is None else Budget(value)


def _is_budget(value: Any) -> Any:
    try:
        budget(value)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    return value


Thinking = Annotated[int | str | None, BeforeValidator(_is_budget)]
Chains = Annotated[int, Field(strict=True, ge=1, le=MOST_CHAINS)]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Models = Callable[[], Collection[str]]
"""The names of those who may answer."""


class Reasoning(Shape):
    effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None


class Extras(Shape):
    """Ours: what a client asks for beyond the protocol."""

    frames: bool = False
    """Send vivavoce.frame every 80 ms."""
    playback: bool = False
    """The client reports playback and drops sound on vivavoce.flush."""
    nods: bool = False
    """The client plays vivavoce.nod."""
    bystanders: Literal["open", "medium", "strict"] | None = None
    """How much it takes to be taken for the owner; None leaves the server's own."""
    model: ModelName = AUTO
    """Who answers; auto: whom the router takes."""
    thinking: Thinking = None
    """Tokens or an effort; None: as words and router say, or as reasoning.effort."""
    chains: Chains | None = None
    """Of a vote; 1: none; None: the router may hold one."""
    show_thinking: bool = False
    """Send vivavoce.thinking."""


class Settings(Shape):
    """The session object."""

    type: Literal["realtime"] = "realtime"
    model: str = "vivavoce"
    instructions: Instructions = ""
    output_modalities: Modalities = ["audio"]
    audio: Audio = Field(default_factory=Audio)
    tools: list[FunctionTool] = Field(default_factory=list, max_length=128)
    tool_choice: ToolChoice = "auto"
    parallel_tool_calls: bool | None = None
    max_output_tokens: MaxTokens = "inf"
    temperature: float | None = Field(default=None, ge=0, le=2)
    include: list[str] | None = None
    tracing: Literal["auto"] | dict[str, Any] | None = None
    truncation: Literal["auto", "disabled"] | dict[str, Any] = "auto"
    prompt: None = None
    reasoning: Reasoning | None = None
    vivavoce: Extras = Field(default_factory=Extras)

    @model_validator(mode="after")
    def _choice_is_a_tool(self) -> "Settings":
        choice = self.tool_choice
        if isinstance(choice, FunctionChoice) and choice.name not in {t.name for t in self.tools}:
            raise ValueError(f"tool_choice names {choice.name!r}, which is not among the tools")
        return self

    @property
    def aloud(self) -> bool:
        """Answers are spoken."""
        return self.output_modalities == ["audio"]

    @property
    def manual(self) -> bool:
        """The client says when turns end."""
        return self.audio.input.turn_detection is None

    @property
    def floor(self) -> FloorTuning:
        """The turn detection, as the floor is told."""
        detection = self.audio.input.turn_detection
        tuning = FloorTuning(mode="manual") if detection is None else detection.floor()
        return replace(tuning, bystanders=self.vivavoce.bystanders)

    @property
    def how(self) -> How:
        """How answers are made."""
        ours, effort = self.vivavoce, self.reasoning.effort if self.reasoning else None
        thinking = effort if ours.thinking is None else ours.thinking
        return How(ours.model, budget(thinking), voting(ours.chains))

    def shown(self) -> dict[str, Any]:
        """As session.created and session.updated carry it."""
        shown = self.model_dump(mode="json")
        if self.temperature is None:
            del shown["temperature"]
        if self.parallel_tool_calls is None:
            del shown["parallel_tool_calls"]
        return shown

    def updated(self, patch: dict[str, Any]) -> "Settings":
        """With a client's changes; BadEvent names what can't be had."""
        _refuse_unsupported(patch)
        asked = {k: v for k, v in patch.items() if k not in ("model", "id", "object")}
        try:
            return Settings.model_validate(_merged(self.model_dump(), asked))
        except ValidationError as error:
            raise from_validation(error, "session") from error


@dataclass(slots=True)
class Current:
    """The settings now; the parts of a connection share one."""

    settings: Settings
    models: Models | None = None
    """Who may be asked for; None: the session knows."""


def voting(chains: int | None) -> Voting | None:
    """A vote of so many chains; None leaves it to the router."""
    return None if chains is None else Voting(chains)


def max_tokens(value: int | str) -> int:
    """ "inf" is the most that we write."""
    return value if isinstance(value, int) else MAX_TOKENS


def tool_choice_name(choice: ToolChoice) -> str:
    """auto, none, required, or the tool's name."""
    return choice.name if isinstance(choice, FunctionChoice) else choice


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    out = dict(old)
    for key, value in new.items():
        deep = key not in _LEAVES and isinstance(value, dict) and isinstance(out.get(key), dict)
        out[key] = _merged(out[key], value) if deep else value
    return out


def _refuse_unsupported(patch: dict[str, Any]) -> None:
    if patch.get("prompt") is not None:
        raise _unsupported("session.prompt", "leave it out")
    tools = patch.get("tools")
    if isinstance(tools, list) and any(
        isinstance(t, dict) and t.get("type") == "mcp" for t in tools
    ):
        raise _unsupported("session.tools", "only tools of type 'function' can be used")
    choice = patch.get("tool_choice")
    if isinstance(choice, dict) and choice.get("type") == "mcp":
        raise _unsupported("session.tool_choice", "only tools of type 'function' can be used")


def _unsupported(param: str, instead: str) -> BadEvent:
    return BadEvent(
        f"'{param}' is not supported here; {instead}.", code="unsupported_parameter", param=param
    )
