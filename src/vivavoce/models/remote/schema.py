"""JSON against its schema: what a model wrote, and what it is asked for."""

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic_core import from_json
from referencing import Registry
from referencing.exceptions import Unresolvable

from vivavoce.core import Refused
from vivavoce.models.model import Request

NOTHING_REMOTE: Registry[Any] = Registry()
"""A schema may point into itself, never to an address that would then be fetched."""


class Misfit(ValueError):
    """Not JSON, or not what the schema asks for; says where, never what was there."""


def check(text: str, schema: object) -> Any:
    """The JSON in text; Misfit unless it fits, {} being any object."""
    try:
        value = from_json(text, allow_inf_nan=False)
    except ValueError as broken:
        raise Misfit("it is not whole JSON") from broken
    rules = schema if isinstance(schema, Mapping) and schema else {"type": "object"}
    try:
        errors = _draft(rules)(rules, registry=NOTHING_REMOTE).iter_errors(value)
        wrong = next(iter(errors), None)
    except (Unresolvable, RecursionError) as broken:
        raise Refused("a schema points to something that is not in it; mend the schema") from broken
    if wrong is not None:
        raise Misfit(f"{wrong.json_path} breaks the schema's {wrong.validator!r}")
    return value


def checked(request: Request) -> Request:
    """The request; Refused if a tool or a schema of it is broken."""
    for tool in request.tools:
        if not (isinstance(tool.get("name"), str) and tool["name"]):
            raise Refused("a tool has no name; give it one")
        _valid(tool.get("parameters") or {}, f"the parameters of {tool['name']!r}")
    if request.schema is not None:
        _valid(request.schema, "the answer's schema")
    names = [t["name"] for t in request.tools]
    if request.tool_choice not in ("auto", "none", "required", *names):
        raise Refused(f"tool_choice {request.tool_choice!r} is none of the tools; name one of them")
    if request.tool_choice == "required" and not names:
        raise Refused("tool_choice asks for a call, but there is no tool; give it some")
    return request


def _valid(schema: object, what: str) -> None:
    if not isinstance(schema, Mapping):
        raise Refused(f"{what}: a JSON schema is an object; mend it")
    try:
        _draft(schema)
    except (SchemaError, RecursionError) as broken:
        raise Refused(f"{what}: not a JSON schema; mend it") from broken


def _draft(schema: Mapping[str, Any]) -> Any:
    """2020-12, or draft 7 if only that knows such a schema: its tuples are lists of items.
    SchemaError: neither does."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        Draft7Validator.check_schema(schema)
        return Draft7Validator
    return Draft202012Validator
