"""The one seam of language models: a request goes in, a stream of pieces comes out."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from vivavoce.core import Budget, Call, Message

Kept = Literal["exact", "hint", "none"]
"""How a thinking budget was held: to the token (but for the words by which a server closes the
thinking), as well as the vendor likes, or not at all."""
Mode = Literal["ar", "lossless", "diffusion"]
"""Ways to write of a model that also can denoise: one token after another; the same text, sooner; a
block at once."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model writes that has several ways (see Card.modes); None: as it likes."""

    mode: Mode | None = None
    steps: int | None = None
    """diffusion: passes a block at most."""
    threshold: float | None = None
    """diffusion: a token stands from this probability on, 0…1; lower is faster."""
    block: int | None = None
    """diffusion: tokens of a block."""
    drafts: int | None = None
    """lossless: tokens that are proposed at once."""

    @property
    def way(self) -> Mode:
        """The mode; where none is named, the one that the other settings are for."""
        if self.mode is not None:
            return self.mode
        blocks = (self.steps, self.threshold, self.block)
        return "lossless" if all(setting is None for setting in blocks) else "diffusion"


@dataclass(frozen=True, slots=True)
class Request:
    """What to write, and within which limits."""

    messages: tuple[Message, ...]
    max_tokens: int = 256
    """Of the answer; thinking comes on top."""
    total_tokens: int | None = None
    """Of thinking and answer together, where the caller has such a limit."""
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    """Of the answer; thinking is not searched for them."""
    seed: int = 0
    tools: tuple[dict[str, object], ...] = ()
    """JSON-schema function descriptions, as OpenAI writes them: {name, description, parameters}."""
    tool_choice: str = "auto"
    """auto, none, required, or the name of the one tool to call."""
    allowed: tuple[str, ...] = ()
    """Names of the tools that may be called; empty: all may. The local model is told of the others
    too (it has read them), one elsewhere is not."""
    tools_fit: bool = False
    """They were chosen for what is asked: that one of them is meant is not doubted."""
    parallel_calls: bool = True
    """Several calls may come in one answer."""
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer's text must fit; {}: any JSON object."""
    confidence: bool = False
    """Tell Usage.confidence also where that costs speed."""
    thinking: Budget | None = None
    """None: nobody asked; models that think by themselves do as they like, others don't."""
    deadline_s: float | None = None
    """After so many seconds of the caller's clock the first word comes too late."""
    begun: str = ""
    """How the answer begins: the model goes on from there, thinking no more. Not with tools."""
    conversation: int = 0
    """Whose prefix cache to use; requests of one conversation share one."""
    lasting: bool = False
    """The system message and the tools come again and hold nothing that anybody said: what the
    model makes of them may be kept on disk."""
    read_only: bool = False
    """Only read the messages into the prefix cache, the last one left open (it may go on)."""
    plain: bool = False
    """The one message is no question but a text, and the answer goes on from it."""
    suffix: str = ""
    """With plain: what stands behind the gap that the answer fills."""
    manner: Manner | None = None
    """Only for a model with ways to write."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of thinking; never a part of the answer."""

    text: str = ""
    signature: str = ""
    """The vendor's, with the last piece of a block."""
    redacted: str = ""
    """A whole block that the vendor shows to nobody; it must go back as it came."""
    vendor: str = ""
    """Whose it is, where that is known; see Card.vendor."""
    model: str = ""
    """Who thought it, where several models may share a vendor."""


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Comes last: what it took, and why it ended."""

    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    """All that were written, the thinking with them."""
    tokens_thought: int = 0
    finish: Literal["stop", "length", "tool_calls"] = "stop"
    stopped_by: str = ""
    """Which of Request.stop ended it, where the model tells."""
    budget: Kept = "none"
    """How the thinking budget was held; none also where nobody asked for one."""
    granted: int | None = None
    """Tokens of thinking that were allowed: less than asked where the context ends, more where a
    vendor allows no fewer."""
    confidence: float | None = None
    """Mean probability (geometric) of the answer's tokens, where the model tells."""
    model: str = ""
    """Which one answered."""
    mode: Mode | None = None
    """How it was written, by a model with several ways."""
    forwards: int = 0
    """Passes through the network that wrote something, where there is a mode."""
    seconds: float = 0.0
    """From asking to the last token, where there is a mode."""


Piece = Thinking | Text | Call | Usage


@dataclass(frozen=True, slots=True)
class Card:
    """What a model can do, and what it costs."""

    name: str
    context_tokens: int
    vendor: str = "local"
    """Whose thoughts it takes back; see Thought.vendor."""
    place: str = "here"
    """Where the data goes: "here", or the host that is sent everything."""
    tools: bool = True
    images: bool = False
    thinks: bool = False
    budget: Kept = "none"
    """The best that it can promise."""
    confidences: bool = False
    """It tells how probable its tokens were."""
    plain: bool = False
    """It goes on from plain text, too."""
    fills: bool = False
    """It fills a gap between two texts."""
    modes: tuple[Mode, ...] = ()
    """Its ways to write, the usual one first; empty: it has just one."""
    usd_in: float = 0.0
    """Per million tokens read."""
    usd_out: float = 0.0
    """Per million tokens written."""
    read_tokens_s: float = 0.0
    """As measured; 0: not yet."""
    write_tokens_s: float = 0.0
    load_s: float = 0.0
    """Until it can begin to read: it is not in memory yet."""
    quality: float = 0.0
    """0…1, a prior for the router: the share of school questions that it gets right."""

    @property
    def here(self) -> bool:
        """Nothing leaves this machine."""
        return self.place == "here"


class LanguageModel(Protocol):
    """Text in, text out; closing the iterator stops the work at once."""

    @property
    def card(self) -> Card:
        """What it can do."""
        ...

    def stream(self, request: Request) -> AsyncIterator[Piece]:
        """Thinking, then Text and Calls, then one Usage.

        Unable: this model can't, another may (its key is refused, it can't hold to a schema).
        Refused: nobody can (a broken schema), or nobody else is to be asked.
        Retry: it failed for now; nothing was said yet (though perhaps thought), so that another
        may answer. Broken: it failed after something was said."""
        ...

    async def count(self, request: Request) -> int:
        """Tokens that it would read; an estimate where the vendor can't be asked."""
        ...


class ManyChains(Protocol):
    """A model that reads a prompt once for several chains of it."""

    def chains(self, request: Request, n: int) -> AsyncIterator[tuple[int, Piece]]:
        """(chain 0…n-1, piece) as they come; each chain has its own seed, budget and, at its end,
        Usage. Closing the iterator stops all of them."""
        ...
