"""Tools as a model reads them: a signature and a line for each argument. Pure.

JSON schema says the same in about twice the tokens, and a local model reads each of them.
"""

import json
from collections.abc import Mapping
from typing import Any

_BOUNDS = {
    "minimum": "at least", "maximum": "at most", "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than", "minItems": "at least", "maxItems": "at most",
}  # fmt: skip
_ALIKE = ("anyOf", "oneOf")
_WRITTEN = {
    "type", "enum", "const", "items", "properties", "required", "additionalProperties",
    "description", "title", "format", "default", *_ALIKE, *_BOUNDS,
}  # fmt: skip
"""What a kind says in words; a schema with more than that is shown as JSON."""
_UNKNOWN = "any"
_DEEPEST = 8
"""Schemas inside of schemas; what is deeper is just called by its type."""


def signature(tool: Mapping[str, Any]) -> str:
    """name(argument: kind, optional?: kind): what it does; below it, a line for each argument that
    has more to say."""
    parameters = tool.get("parameters")
    given: Mapping[str, Any] = parameters if isinstance(parameters, Mapping) else {}
    head = f"{_line(tool['name'])}({_fields(given)})"
    if about := _line(tool.get("description", "")):
        head += f": {about}"
    return "\n".join([head, *_notes(given)])


def kind(schema: object, deep: int = 0) -> str:
    """Of a value: string, 1 | 2, {a: string, b?: integer}, string[]; JSON where that can't say
    it."""
    if not isinstance(schema, Mapping) or not schema:
        return _UNKNOWN
    if deep > _DEEPEST:
        return _line(schema.get("type", _UNKNOWN))
    if not schema.keys() <= _WRITTEN:
        return _json(schema)
    if "const" in schema:
        return _json(schema["const"])
    if isinstance(schema.get("enum"), list):
        return " | ".join(_json(value) for value in schema["enum"])
    for key in _ALIKE:
        if isinstance(schema.get(key), list):
            return " | ".join(dict.fromkeys(kind(one, deep + 1) for one in schema[key]))
    types = schema.get("type", _UNKNOWN)
    if isinstance(types, list):
        return " | ".join(kind({**schema, "type": one}, deep + 1) for one in types)
    if types == "array":
        of = kind(schema.get("items"), deep + 1)
        return f"({of})[]" if " " in of and of[0] not in "{(" else f"{of}[]"
    if types == "object":
        return f"{{{_fields(schema, deep + 1)}}}" if _properties(schema) else "object"
    return _line(types)


def _fields(schema: Mapping[str, Any], deep: int = 0) -> str:
    needed = schema.get("required")
    needed = needed if isinstance(needed, list) else []
    return ", ".join(
        f"{_line(name)}{'' if name in needed else '?'}: {kind(of, deep)}"
        for name, of in _properties(schema).items()
    )


def _notes(schema: Mapping[str, Any], path: str = "", deep: int = 0) -> list[str]:
    """What else is said of each argument, those inside of others too."""
    lines = []
    for name, of in _properties(schema).items():
        if not isinstance(of, Mapping):
            continue
        where = f"{path}{_line(name)}"
        if words := _words(of):
            lines.append(f"  {where}: {words}")
        inner = of.get("items") if of.get("type") == "array" else of
        if deep < _DEEPEST and isinstance(inner, Mapping) and inner.keys() <= _WRITTEN:
            lines += _notes(inner, f"{where}.", deep + 1)
    return lines


def _words(schema: Mapping[str, Any]) -> str:
    bounds = [f"{word} {_json(schema[key])}" for key, word in _BOUNDS.items() if key in schema]
    if "default" in schema:
        bounds.append(f"by default {_json(schema['default'])}")
    said = [_line(schema.get("description", "")), _line(schema.get("format", "")), *bounds]
    return "; ".join(part for part in said if part)


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def _line(text: object) -> str:
    """On one line: nothing that somebody writes of a tool may look like another tool."""
    return " ".join(str(text).split())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
