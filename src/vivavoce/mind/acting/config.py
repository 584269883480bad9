"""How far a model may go by itself, and whose digits are a yes."""

from dataclasses import dataclass

from vivavoce.core import ConfigError


@dataclass(frozen=True, slots=True)
class ActingConfig:
    """How far a model may go by itself."""

    steps: int = 6
    """Times that it may call tools for one request."""
    tools: int = 10
    """At most, that a model is told of. One expert has hardly more, so that its prompt is the same
    whatever is asked, and is read once."""
    short_cut: bool = True
    """What a tool says is the answer, where nothing else was asked for: no model puts it anew."""
    surely_meant: float = 0.45
    """The finder's score from which an expert that can't work is named instead of an answer."""
    surely: float = 0.5
    """The same from which it is not doubted that a tool is meant: a model that would answer a
    question without having looked must look (it makes up what it does not know), and one that would
    answer a wish must call something (it says that it is done). Below, a model may decline them all
    (Request.tools_fit)."""
    pin: str = ""
    """Digits that stand for the owner's voice; empty: none do."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.tools < 1:
            raise ConfigError("acting: steps and tools are at least 1")
        if self.pin and (not self.pin.isdigit() or len(self.pin) < 4):
            raise ConfigError("acting: a PIN has at least 4 digits")
