"""Tools, choices and formats, which both of OpenAI's APIs write nearly alike."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import Field

from vivavoce.web.api.errors import Bad, Path
from vivavoce.web.api.wish import Name, Wire, Words, check_choice

Tool = dict[str, object]


class Function(Wire):
    name: Name
    description: Words | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None

    def described(self) -> Tool:
        """As a language model is told."""
        return {
            "name": self.name,
            "description": self.description or "",
            "parameters": self.parameters or {"type": "object", "properties": {}},
        }


class Schema(Wire):
    name: Name
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None


Mode = Literal["auto", "none", "required"]


def named(choice: Mode | Mapping[str, Any] | None, path: Path) -> tuple[str, list[str] | None]:
    """auto, none, required or a name; and the names that are allowed, if not all are."""
    if choice is None:
        return "auto", None
    if isinstance(choice, str):
        return choice, None
    kind = choice.get("type")
    inner = choice.get("function", choice)
    if kind == "function" and isinstance(inner, dict) and isinstance(inner.get("name"), str):
        return inner["name"], None
    allowed = choice.get("allowed_tools", choice)
    if kind == "allowed_tools" and isinstance(allowed, dict):
        tools = allowed.get("tools")
        names = [_name(tool) for tool in tools] if isinstance(tools, list) else [""]
        if allowed.get("mode") in ("auto", "required") and all(names):
            return str(allowed["mode"]), names
    raise Bad("only functions can be chosen", path)


def chosen(
    tools: Sequence[Function], choice: Mode | Mapping[str, Any] | None, path: Path
) -> tuple[tuple[Tool, ...], str]:
    """The tools that may be called, and the choice."""
    name, allowed = named(choice, path)
    told = tuple(t.described() for t in tools if allowed is None or t.name in allowed)
    return told, check_choice(name, told, path)


def _name(tool: object) -> str:
    if not isinstance(tool, dict):
        return ""
    inner = tool.get("function", tool)
    return str(inner.get("name", "")) if isinstance(inner, dict) else ""
