"""Finding tool calls in a growing answer; grammars (llguidance's Lark) that make answers fit."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from llguidance import LLMatcher

from vivavoce.core import Refused, Unable
from vivavoce.models.model import Request
from vivavoce.models.remote.schema import checked

OPEN, CLOSE = "<tool_call>", "</tool_call>"
MOST_SCHEMA_CHARS = 65_536
MOST_CALLS = 16
"""In one answer: a small model may else write the same ones until its tokens are spent."""
_OTHER_PROPERTIES = {
    "$ref", "additionalProperties", "allOf", "anyOf", "dependencies", "dependentSchemas", "if",
    "oneOf", "patternProperties",
}  # fmt: skip
TIGHT = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""A small model would else write blanks until its tokens are spent."""
NOT_EMPTY = "%llguidance {}\nstart: /[^<\\s](.|\\n)*/"
"""Anything but nothing."""
NO_CALL = "%llguidance {}\nstart: /[^<{\\s](.|\\n)*/"
"""Words, whatever tools were told."""


def grammar(
    tools: Sequence[dict[str, object]], *, must_call: bool, parallel: bool = True, text: str = ""
) -> str:
    """A grammar under which a call fits its tool's schema, as far as grammars can tell.

    The answer is one or (parallel) more calls or, unless must_call, plain text (or JSON: text).
    Each tool has its own rule: a schema's "#" points to its own root.
    """
    rules, calls = [], []
    for i, tool in enumerate(tools):
        head = f'{OPEN}\n{{"name": {json.dumps(tool["name"])}, "arguments": '
        rules.append(f"call{i}: {_literal(head)} args{i} {_literal('}' + chr(10) + CLOSE)}")
        rules.append(f"args{i}: %json {_arguments_of(tool)}")
        calls.append(f"call{i}")
    # The marks as text: llama.cpp silently drops a grammar that names them as tokens.
    return "\n".join(
        [
            "%llguidance {}",
            "start: calls" if must_call else "start: calls | said",
            "" if must_call else text or "said: /[^<{\\s](.|\\n)*/",
            f'calls: call ("\\n" call){{0,{MOST_CALLS - 1}}}' if parallel else "calls: call",
            f"call: {' | '.join(calls)}",
            *rules,
        ]
    )


def constraint(request: Request) -> str:
    """The grammar of a request's answer, empty if it is free; Refused if a schema can't be used,
    because llama.cpp would silently write without it."""
    checked(request)
    tools = () if request.tool_choice == "none" else request.tools
    for tool in tools:
        what = f"the parameters of {tool['name']!r}"
        _usable(f"start: %json {_arguments_of(tool)}", what)
    fits = ""
    if request.schema is not None:
        fits = f"%json {_object(request.schema)}"
        _usable(f"start: {fits}", "the answer's schema")
    if tools:
        allowed = [t for t in tools if not request.allowed or t["name"] in request.allowed]
        forced = [t for t in allowed if t["name"] == request.tool_choice]
        must_call = bool(forced) or request.tool_choice == "required"
        made = grammar(
            forced or allowed,
            must_call=must_call,
            parallel=request.parallel_calls,
            text=f"said: {fits}" if fits else "",
        )
        _usable(made.partition("\n")[2], "the tools together")
        return made
    if fits:
        return f"%llguidance {{}}\nstart: {fits}"
    return NO_CALL if request.tools else ""


def _arguments_of(tool: Mapping[str, object]) -> str:
    """A schema that the tool's calls fit, as far as a grammar can hold them to it; whole calls are
    checked against the tool's own."""
    return _object(_closed(_followed(tool.get("parameters"))), lenient=True)


def _object(schema: object, *, lenient: bool = False) -> str:
    """The schema as text; without rules, any object. lenient: keywords and formats that grammars
    lack say nothing, instead of being an error."""
    whole = schema if isinstance(schema, Mapping) and schema else {"type": "object"}
    return json.dumps({**whole, "x-guidance": {**TIGHT, "lenient": lenient}})


def _followed(schema: Any) -> Any:
    """Without the patterns that no grammar can follow: those that look ahead or back."""
    if isinstance(schema, list):
        return [_followed(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: _followed(value)
        for key, value in schema.items()
        if key != "pattern" or not isinstance(value, str) or _follows(value)
    }


@lru_cache(maxsize=256)
def _follows(pattern: str) -> bool:
    return not _trouble(f"start: %json {json.dumps({'type': 'string', 'pattern': pattern})}")


def _closed(schema: object) -> object:
    """No arguments but those that are described, unless the schema says so: a small model makes
    up genre2 and genre3 instead of calling again."""
    if not isinstance(schema, Mapping):
        return schema
    made = dict(schema)
    if isinstance(made.get("properties"), Mapping):
        made["properties"] = {k: _closed(v) for k, v in made["properties"].items()}
        if not _OTHER_PROPERTIES & made.keys():
            made["additionalProperties"] = False
    if "items" in made:
        made["items"] = _closed(made["items"])
    return made


def _literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _usable(rules: str, what: str) -> None:
    if len(rules) > MOST_SCHEMA_CHARS:
        raise Refused(f"{what}: longer than {MOST_SCHEMA_CHARS} characters; make it shorter")
    if trouble := _trouble(rules):
        why = trouble.splitlines()[0].partition("JSON schema: ")[2] or "it can't be followed"
        raise Unable(f"{what}: the local model can't hold to it ({why[:200]}); simplify it")


def _trouble(rules: str) -> str:
    return str(LLMatcher.validate_grammar(f"%llguidance {{}}\n{rules}"))


class CallReader:
    """Separates what is said from calls in a stream of pieces.

    Under the grammar an answer is either text or calls; its first character shows which."""

    def __init__(self, *, tools: bool, schema: bool = False) -> None:
        self.calling: bool | None = None if tools else False
        """None: nothing shows it yet."""
        self._marks = "<" if schema else "{<"
        self._held = ""

    def feed(self, piece: str) -> str:
        """The part of the piece that is certainly said."""
        if self.calling is None:
            self._held += piece
            start = self._held.lstrip()
            if not start:
                return ""
            self.calling = start[0] in self._marks
            piece, self._held = ("", self._held) if self.calling else (self._held, "")
        elif self.calling:
            self._held += piece
            return ""
        return piece

    def calls(self) -> list[tuple[str, str]]:
        """The complete calls, (name, arguments as JSON), once the answer is over."""
        decoder, found, rest = json.JSONDecoder(), [], self._held
        while (start := rest.find("{")) >= 0:
            try:
                call, end = decoder.raw_decode(rest, start)
                found.append((str(call["name"]), _arguments(call)))
            except (ValueError, KeyError, RecursionError):
                break  # cut off by the token limit
            rest = rest[end:]
        return _once(found)


def _once(calls: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Up to a call that comes again after others: there a small model begins its list anew. Again
    at once it may be meant (two dice)."""
    for i, call in enumerate(calls):
        if call in calls[:i] and call != calls[i - 1]:
            return calls[:i]
    return calls


def _arguments(call: dict[str, Any]) -> str:
    return json.dumps(call.get("arguments") or {})
