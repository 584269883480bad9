"""Other people's JSON schemas: made plain and small, or refused with a reason. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match

from vivavoce.core import ConfigError, Refused

MOST_NODES = 2000
"""Of a schema whose references are put in."""
MOST_DEPTH = 24
MOST_CHARS = 20_000
_SLOW = {"pattern", "patternProperties", "format"}
"""Not checked: somebody's regular expression may take for ever."""
_TOLD = {"$schema", "$id", "$defs", "definitions", "$comment", "title", "examples"} | {
    "example",
    "xml",
    "externalDocs",
    "discriminator",
    "nullable",
    "deprecated",
}
"""Of no use to a model, or words of OpenAPI's own."""
_NAMED = {"properties"}
"""Below it names stand, not keywords."""


def plain_schema(schema: object, root: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A schema of an object, its local references put in; a reference within itself becomes
    "anything". root: the document, if the schema is part of one. ConfigError: it is none, or too
    large, or refers to elsewhere."""
    if not isinstance(schema, Mapping):
        raise ConfigError("its schema is no object")
    made = _Plain(root if root is not None else schema).of(schema)
    made.setdefault("type", "object")
    if made["type"] != "object":
        raise ConfigError(f"its arguments are {made['type']!r}, not an object")
    made.setdefault("properties", {})
    try:
        Draft202012Validator.check_schema(made)
    except SchemaError as error:
        raise ConfigError(f"its schema is wrong: {error.message[:200]}") from None
    if len(json.dumps(made)) > MOST_CHARS:
        raise ConfigError(f"its schema has more than {MOST_CHARS:,} characters")
    return made


def check_arguments(tool: str, schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> None:
    """Refused: the arguments do not fit; the message says which and how."""
    error = best_match(Draft202012Validator(schema).iter_errors(dict(arguments)))
    if error is not None:
        where = ".".join(str(part) for part in error.absolute_path)
        raise Refused(f"{tool}: {where}{': ' if where else ''}{error.message[:300]}")


class _Plain:
    """One schema's copy."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root, self._nodes = root, 0

    def of(self, node: Any) -> dict[str, Any]:
        made = self._copy(node, (), 0, named=False)
        if not isinstance(made, dict):
            raise ConfigError("its schema is no object")
        return made

    def _copy(self, node: Any, within: tuple[str, ...], depth: int, *, named: bool) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES or depth > MOST_DEPTH:
            raise ConfigError("its schema is too large")
        if isinstance(node, list):
            return [self._copy(item, within, depth + 1, named=False) for item in node]
        if not isinstance(node, Mapping):
            return node
        if not named and isinstance(ref := node.get("$ref"), str):
            if ref in within:
                return {}
            target = self._found(ref)
            beside = {k: v for k, v in node.items() if k != "$ref"}
            if isinstance(target, Mapping) and beside:
                target = {**target, **beside}
            return self._copy(target, (*within, ref), depth + 1, named=False)
        left_out = frozenset() if named else _SLOW | _TOLD
        made = {
            str(key): self._copy(value, within, depth + 1, named=not named and key in _NAMED)
            for key, value in node.items()
            if key not in left_out
        }
        return made if named else _newer(made, nullable=node.get("nullable") is True)

    def _found(self, ref: str) -> Any:
        if not ref.startswith("#"):
            raise ConfigError(f"its schema refers to {ref[:100]}, which is elsewhere")
        node: Any = self._root
        for part in ref[1:].strip("/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if key and not (isinstance(node, Mapping) and key in node):
                raise ConfigError(f"its schema refers to {ref[:100]}, which there is not")
            node = node[key] if key else node
        return node


def _newer(schema: dict[str, Any], *, nullable: bool) -> dict[str, Any]:
    """OpenAPI 3.0 says in its own way what may be null, and which limits are open; draft 7, what a
    tuple is."""
    if isinstance(schema.get("items"), list):
        schema["prefixItems"] = schema.pop("items")
        if "additionalItems" in schema:
            schema["items"] = schema.pop("additionalItems")
    for limit, opened in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(opened) is True and limit in schema:
            schema[opened] = schema.pop(limit)
        elif isinstance(schema.get(opened), bool):
            del schema[opened]
    if nullable and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
        if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    return schema
