"""Tools as a model reads them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.models.signature import kind, signature


def test_a_tool_is_a_signature_and_a_line_for_each_argument_with_more_to_say() -> None:
    tool = {
        "name": "set_light",
        "description": "Switch a\nlight",
        "parameters": {
            "type": "object",
            "properties": {
                "on": {"type": "boolean"},
                "level": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
                "room": {"type": "string", "description": "which  room"},
            },
            "required": ["on", "gone"],
        },
    }
    assert signature(tool).splitlines() == [
        "set_light(on: boolean, level?: integer, room?: string): Switch a light",
        "  level: at least 1; at most 100; by default 50",
        "  room: which room",
    ]


def test_a_tool_without_arguments_or_words() -> None:
    assert signature({"name": "undo"}) == "undo()"
    assert signature({"name": "undo", "description": "", "parameters": {}}) == "undo()"


@pytest.mark.parametrize(
    ("schema", "read"),
    [
        ({}, "any"),
        ({"type": "array", "items": {"type": "string"}}, "string[]"),
        ({"type": "array"}, "any[]"),
        ({"enum": ["low", 2]}, '"low" | 2'),
        ({"type": "array", "items": {"enum": ["a", "b"]}}, '("a" | "b")[]'),
        ({"const": 3}, "3"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, "string | integer"),
        ({"type": "object"}, "object"),
        (
            {"type": "object", "properties": {"a": {"type": "number"}}, "required": ["a"]},
            "{a: number}",
        ),
        ({"$ref": "#/x"}, '{"$ref": "#/x"}'),
        ({"type": "string", "pattern": "^a"}, '{"type": "string", "pattern": "^a"}'),
    ],
)
def test_kinds(schema: dict[str, Any], read: str) -> None:
    assert kind(schema) == read


def test_what_arguments_hold_is_described_by_its_path() -> None:
    inner = {"type": "object", "properties": {"n": {"type": "integer", "description": "how many"}}}
    tool = {
        "name": "order",
        "parameters": {"properties": {"of": {"type": "array", "items": inner}}},
    }
    assert signature(tool).splitlines() == ["order(of?: {n?: integer}[])", "  of.n: how many"]


def test_however_deep_it_ends() -> None:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(5_000):
        schema = {"type": "array", "items": schema}
    assert kind(schema) == "array" + "[]" * 9
    assert len(signature({"name": "f", "parameters": {"properties": {"x": schema}}})) < 100


@given(st.text(), st.text(), st.text())
def test_nothing_that_is_written_of_a_tool_looks_like_another(
    name: str, about: str, argument: str
) -> None:
    schema = {"properties": {argument: {"type": "string", "description": about}}}
    lines = signature({"name": name, "description": about, "parameters": schema}).splitlines()
    assert len(lines) <= 2
    assert all(line.startswith("  ") for line in lines[1:])


_schemas = st.recursive(
    st.sampled_from(["string", "integer", "number", "boolean", 7, None]).map(lambda t: {"type": t}),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["object", "array", ["string", "null"], {"odd": 1}]),
            "properties": st.dictionaries(st.text(max_size=4), inner, max_size=3) | st.none(),
            "items": inner | st.booleans(),
            "required": st.lists(st.text(max_size=4), max_size=2) | st.text(max_size=2),
            "enum": st.lists(st.integers(), max_size=3) | st.none(),
            "anyOf": st.lists(inner, max_size=2) | st.text(max_size=2),
            "minimum": st.integers(),
        },
    ),
    max_leaves=6,
)


@given(_schemas)
def test_a_wrong_schema_is_no_error_here(schema: dict[str, Any]) -> None:
    assert signature({"name": "f", "parameters": schema}).startswith("f(")
