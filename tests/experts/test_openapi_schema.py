"""Other people's schemas are made plain, or refused; nothing else ever comes of them."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError, Refused
from vivavoce.experts.schema import MOST_CHARS, check_arguments, plain_schema

WORDS = ["type", "properties", "items", "$ref", "$defs", "required", "enum", "minimum", "anyOf",
         "exclusiveMinimum", "nullable", "pattern", "const", "a"]  # fmt: skip
VALUES = ["object", "string", "array", "#", "#/$defs/a", "#/properties/a", "#/a/b", "http://x", "a"]
schemas = st.dictionaries(
    st.sampled_from(WORDS),
    st.recursive(
        st.sampled_from(VALUES) | st.booleans() | st.integers() | st.none(),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4)
        ),
        max_leaves=20,
    ),
    max_size=6,
)
arguments = st.dictionaries(st.sampled_from(WORDS), st.integers() | st.text() | st.lists(st.none()))


@given(schemas, arguments)
def test_a_plain_schema_is_small_whole_and_can_be_checked(
    schema: dict[str, object], given_: dict[str, object]
) -> None:
    try:
        made = plain_schema(schema)
    except ConfigError:
        return
    assert made["type"] == "object"
    assert len(json.dumps(made)) <= MOST_CHARS
    with suppress(Refused):
        check_arguments("a", made, given_)


def test_references_are_put_in_and_circles_end() -> None:
    made = plain_schema(
        {
            "properties": {"one": {"$ref": "#/$defs/one", "description": "here"}},
            "$defs": {"one": {"properties": {"next": {"$ref": "#/$defs/one"}, "n": {"const": 1}}}},
        }
    )
    one = made["properties"]["one"]
    assert one["description"] == "here"
    assert one["properties"] == {"next": {}, "n": {"const": 1}}


def test_a_parameter_may_be_called_as_a_keyword_is() -> None:
    made = plain_schema({"properties": {"title": {"type": "string"}, "pattern": {"type": "null"}}})
    assert set(made["properties"]) == {"title", "pattern"}


def test_a_tuple_may_be_written_as_draft_7_has_it() -> None:
    pair = {"type": "array", "items": [{"type": "string"}, {"type": "integer"}]}
    made = plain_schema({"properties": {"pair": pair | {"additionalItems": False}}})
    check_arguments("a", made, {"pair": ["a", 1]})
    for wrong in ([1, "a"], ["a", 1, 2]):
        with pytest.raises(Refused, match="pair"):
            check_arguments("a", made, {"pair": wrong})


def test_openapi_3_0_says_null_and_open_limits_in_its_own_way() -> None:
    one = {"type": "number", "nullable": True, "minimum": 5, "exclusiveMinimum": True}
    made = plain_schema({"properties": {"one": one}})
    check_arguments("a", made, {"one": None})
    check_arguments("a", made, {"one": 5.1})
    with pytest.raises(Refused, match="one"):
        check_arguments("a", made, {"one": 5})
