"""OpenAPI documents as experts, against a real HTTP API."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import anyio
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.servers.api_house import DOCUMENT, served
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Context, Result, Setup, Tool
from vivavoce.experts.folder.read import read_expert
from vivavoce.experts.openapi.call import _segment
from vivavoce.experts.openapi.document import described, operations


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with served() as address:
        yield address


SETTINGS = "".join(
    f'[settings.{name}]\nabout = "A key."\nsecret = true\n' for name in ("key", "basic", "bearer")
)


def house(tmp_path: Path, api: str, more: str = "", document: object = DOCUMENT) -> Any:
    folder = tmp_path / "house"
    folder.mkdir(exist_ok=True)
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / "api.json").write_text(text)
    (folder / "expert.toml").write_text(
        f'name = "house"\nabout = "A house."\nwhen = ["how is the hall"]\n{SETTINGS}'
        f'[openapi]\nfile = "api.json"\nserver = "{api}/v1"\n{more}'
    )
    return read_expert(folder, "test")


def tools_of(expert: Any, tmp_path: Path, **settings: str) -> tuple[list[Tool], dict[str, str]]:
    async def run() -> tuple[list[Tool], dict[str, str]]:
        async with expert.open(setup(tmp_path, **settings)) as tools:
            return list(tools), dict(tools.off)

    return anyio.run(run)


def setup(tmp_path: Path, **settings: str) -> Setup:
    return Setup({"key": "", "basic": "", "bearer": ""} | settings, tmp_path)


def call(
    expert: Any, tmp_path: Path, tool: str, arguments: object = None, **settings: str
) -> Result:
    async def run() -> Result:
        async with expert.open(setup(tmp_path, **settings)) as tools:
            chosen: Tool = next(t for t in tools if t.name == tool)
            given_: Any = arguments or {}
            return await chosen.run(given_, Context())

    return anyio.run(run)


def test_operations_become_tools_with_effects_by_their_methods(tmp_path: Path, api: str) -> None:
    tools, off = tools_of(house(tmp_path, api), tmp_path)
    effects = {tool.name: tool.effect for tool in tools}
    assert effects["getroom"] == "read"
    assert effects["set_room"] == "send"
    assert effects["delete__rooms__room"] == "danger"
    assert set(off) == {"upload", "elsewhere", "lost"}


def test_the_owner_may_say_what_an_operation_does_and_which_are_offered(
    tmp_path: Path, api: str
) -> None:
    more = 'only = ["set-room"]\n[openapi.effects]\nset_room = "change"\n'
    tools, _ = tools_of(house(tmp_path, api, more), tmp_path)
    assert [(t.name, t.effect) for t in tools] == [("set_room", "change")]


def test_an_operation_that_there_is_not_is_named(tmp_path: Path, api: str) -> None:
    with pytest.raises(ConfigError, match="getRooms"):
        tools_of(house(tmp_path, api, 'only = ["getRooms"]\n'), tmp_path)


def test_parameters_go_where_they_belong(tmp_path: Path, api: str) -> None:
    arguments = {"room": "a/b ü", "what": ["x", "y z"], "joined": [1, 2], "X-Unit": "F"}
    made = call(house(tmp_path, api), tmp_path, "getroom", arguments, key="k1")
    told = json.loads(made.text)
    assert told["path"] == "/v1/rooms/a%2Fb%20%C3%BC"
    assert unquote(told["query"].replace("+", " ")) == "what=x&what=y z&joined=1,2"
    assert told["unit"] == "F"
    assert made.source == "api house"


def test_a_bodys_properties_are_arguments(tmp_path: Path, api: str) -> None:
    expert = house(tmp_path, api)
    made = call(expert, tmp_path, "set_room", {"room": "hall", "warm": 21.5}, key="k1")
    assert json.loads(made.text)["body"] == {"warm": 21.5}
    tools, _ = tools_of(expert, tmp_path)
    schema = next(t for t in tools if t.name == "set_room").parameters
    assert set(schema["properties"]) == {"room", "warm", "parent"}
    assert set(schema["required"]) == {"room", "warm"}
    assert "$ref" not in json.dumps(schema)


@pytest.mark.parametrize(
    "arguments",
    [
        {"room": "hall"},
        {"room": "hall", "warm": 5},
        {"room": "hall", "warm": 21, "id": 3},
        {"warm": 21},
        {"room": "hall", "warm": "hot"},
        {"room": "..", "warm": 21},
        {"room": "", "warm": 21},
        {"room": "a\r\nX: y", "warm": 21},
    ],
)
def test_arguments_that_do_not_fit_are_never_sent(
    tmp_path: Path, api: str, arguments: object
) -> None:
    with pytest.raises(Refused):
        call(house(tmp_path, api), tmp_path, "set_room", arguments, key="k1")


def test_a_form_and_a_list_can_be_sent(tmp_path: Path, api: str) -> None:
    expert = house(tmp_path, api)
    assert call(expert, tmp_path, "form", {"a": True}).text == "a=true"
    assert call(expert, tmp_path, "many", {"body": [1, 2]}).text == "[1, 2]"


def test_who_we_are_there_is_a_setting(tmp_path: Path, api: str) -> None:
    expert = house(tmp_path, api)
    with pytest.raises(ConfigError, match="vivavoce setup house"):
        call(expert, tmp_path, "getroom", {"room": "hall"})
    assert call(expert, tmp_path, "both", bearer="t").text == "Bearer t"
    assert call(expert, tmp_path, "both", basic="me:pw", bearer="t").text == "Basic bWU6cHc="


def test_what_the_server_refuses_is_a_failed_result_in_its_words(tmp_path: Path, api: str) -> None:
    made = call(house(tmp_path, api), tmp_path, "getroom", {"room": "hall"}, key="wrong")
    assert made.failed
    assert "401" in made.text
    assert made.source == "api house"
    assert "wrong" not in made.text


def test_a_redirect_is_not_followed(tmp_path: Path, api: str) -> None:
    assert call(house(tmp_path, api), tmp_path, "away").failed


def test_a_flood_is_cut(tmp_path: Path, api: str) -> None:
    assert len(call(house(tmp_path, api), tmp_path, "flood").text) < 21_000


def test_a_picture_is_handed_on(tmp_path: Path, api: str) -> None:
    assert call(house(tmp_path, api), tmp_path, "picture").images[0].media_type == "image/png"


def test_a_busy_a_slow_and_a_dead_server_can_be_tried_again(tmp_path: Path, api: str) -> None:
    with pytest.raises(Retry, match="busy"):
        call(house(tmp_path, api), tmp_path, "busy")
    with pytest.raises(Retry, match="no answer"):
        call(house(tmp_path, api, "timeout_s = 0.3\n"), tmp_path, "slow")
    with pytest.raises(Retry, match="away"):
        call(house(tmp_path, "http://127.0.0.1:1"), tmp_path, "slow")


def test_a_document_may_be_fetched_and_yaml(tmp_path: Path, api: str) -> None:
    expert = house(tmp_path, api, document=yaml.safe_dump(DOCUMENT))
    assert call(expert, tmp_path, "form", {"a": False}).text == "a=false"
    folder = expert.folder
    toml = (
        (folder / "expert.toml")
        .read_text()
        .replace('file = "api.json"', f'url = "{api}/openapi.json"')
    )
    (folder / "expert.toml").write_text(toml)
    assert call(read_expert(folder, "test"), tmp_path, "form", {"a": True}).text == "a=true"
    (folder / "expert.toml").write_text(toml.replace("openapi.json", "nothing"))
    with pytest.raises(ConfigError, match="404"):
        call(read_expert(folder, "test"), tmp_path, "form")


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "a: [",
        "swagger: '2.0'",
        "openapi: 4",
        "openapi: 3.1.0",
        "openapi: '3.1.0'\npaths: 3",
        "\x00",
        "&a [*a]",
    ],
)
def test_what_is_no_document_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="here"):
        described(text.encode(), "here")


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["get", "post", "parameters", "requestBody", "content", "schema", "$ref", "in", "name",
             "type", "properties", "items", "application/json", "operationId", "security", "/a"]
        )
        | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(junk, junk)
def test_any_document_is_read_or_refused_and_never_breaks(paths: object, shared: object) -> None:
    document = {"openapi": "3.1.0", "paths": {"/a": paths, "/{b}": shared}}
    found, off = operations(document, "house")
    assert all(o.name for o in found)
    assert all(off.values())


@given(st.text())
def test_a_path_argument_never_leaves_its_place(text: str) -> None:
    try:
        made = _segment("room", text)
    except Refused:
        return
    assert unquote(made) == text
    assert not set(made) & set("/?#\\")
    assert made not in (".", "..")
