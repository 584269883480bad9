"""A tool: a typed function of an expert's, what it may change, and what it tells."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationError, create_model

from vivavoce.core import UNKNOWN, Call, ConfigError, Image, Refused, Speaker

Effect = Literal["read", "change", "send", "danger"]
"""What a call does to the world. read: nothing. change: something of this house that can be put
back (a lamp, a list). send: it reaches other people or leaves the house (mail, a form). danger: it
costs, opens, or can't be put back (a lock, a purchase, a deletion)."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool tells."""

    text: str
    """For the model, which puts it into words."""
    say: str = ""
    """A whole spoken answer, for when no model is asked; empty: text will do."""
    source: str = ""
    """Whose words the text is, if they are not this house's own ("mail from Bob", "page
    example.org"): data, which gives nobody a right to anything."""
    undo: Call | None = None
    """What puts it back."""
    offers: Call | None = None
    """What a yes to the question in `say` does: a draft says to whom and what, and offers to send
    it. Who says yes must be allowed to have it done."""
    failed: bool = False
    """It did not work; text says why, and what would do."""
    instead: str = ""
    """The same expert's tool that would do: a model is held to call it next."""
    images: tuple[Image, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    """For programs: --json, the page."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a call of a tool knows beside its arguments. A tool's function asks for it by a
    parameter named context."""

    speaker: Speaker = UNKNOWN
    words: str = ""
    """What the speaker said, in their own words."""
    room: str = ""
    """Where it was heard; empty: not known."""
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
    """The time here, with its zone."""
    progress: Callable[[str, float | None], None] = lambda _, __: None
    """Tell how far a long job is: a few words, and the share 0…1 if it is known."""


Run = Callable[[Mapping[str, Any], Context], Awaitable[Result]]
Plan = Callable[[Mapping[str, Any], Context], Awaitable[str]]


class Unclear(Refused):
    """A plain command that this tool can't follow for sure (no such lamp, two that fit): nothing
    was done, and a model may look at it."""

    code = "unclear"

    def __init__(self, said: str, source: str = "", *, instead: str = "") -> None:
        super().__init__(said)
        self.source = source
        """As Result.source: whose words are in what it says."""
        self.instead = instead
        """As Result.instead."""


@dataclass(frozen=True, slots=True)
class Tool:
    """One thing that an expert can do."""

    name: str
    """Within its expert; the model sees expert_name."""
    about: str
    """One or two sentences for the model."""
    parameters: Mapping[str, Any]
    """JSON schema of the arguments."""
    run: Run
    """Called with arguments that fit the schema. Retry: for now it can't. Refused: it never will.
    Both are told to the model as a result."""
    effect: Effect = "read"
    summary: Callable[[Mapping[str, Any]], str] | None = None
    """What a call would do, to be said before a yes: "unlock the front door"."""
    plan: Plan | None = None
    """The same by looking, with the names of what was found; as `run` it raises Unclear or Refused
    where the call could do nothing, so that nobody says yes to that. It changes nothing."""
    slow: bool = False
    """It may take long: it goes on while the conversation does."""


def tool(
    function: Callable[..., Awaitable[Result | str]],
    effect: Effect = "read",
    *,
    name: str = "",
    summary: Callable[[Mapping[str, Any]], str] | None = None,
    plan: Callable[..., Awaitable[str]] | None = None,
    slow: bool = False,
) -> Tool:
    """A coroutine function as a tool: its docstring tells the model what it does, its parameters'
    types are the schema, Annotated[type, "words"] describes one.

    A parameter named context gets the Context. plan has the same parameters. ConfigError for a
    function that can't be one."""
    name = name or function.__name__
    about = inspect.getdoc(function)
    if not about:
        raise ConfigError(f"the tool {name} needs a docstring: the model reads what it does")
    fields: dict[str, Any] = {}
    wants_context = False
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        if parameter.name == "context":
            wants_context = True
            continue
        if parameter.annotation is inspect.Parameter.empty:
            raise ConfigError(f"the tool {name}: its parameter {parameter.name} needs a type")
        kept = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[parameter.name] = _field(parameter.annotation, kept)
    model = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)

    def given_by(arguments: Mapping[str, Any], context: Context) -> dict[str, Any]:
        try:
            read = model.model_validate(dict(arguments))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "its arguments"
            raise Refused(f"{name}: {where}: {first['msg']}") from None
        given = {key: getattr(read, key) for key in fields}
        return given | {"context": context} if wants_context else given

    async def run(arguments: Mapping[str, Any], context: Context) -> Result:
        made = await function(**given_by(arguments, context))
        return made if isinstance(made, Result) else Result(made)

    async def planned(arguments: Mapping[str, Any], context: Context) -> str:
        assert plan is not None
        return await plan(**given_by(arguments, context))

    schema = model.model_json_schema()
    schema.pop("title", None)
    for described in schema.get("properties", {}).values():
        described.pop("title", None)
    return Tool(name, about, schema, run, effect, summary, planned if plan else None, slow)


def _field(annotation: Any, default: Any) -> tuple[Any, Any]:
    """The type and the pydantic field; a bare string in Annotated describes."""
    metadata = getattr(annotation, "__metadata__", ())
    described = next((m for m in metadata if isinstance(m, str)), None)
    return annotation, Field(default, description=described)
