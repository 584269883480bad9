"""The pure parts: framing, history, room."""

import json
from itertools import pairwise
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from tests.models.remote.test_bedrock import frame
from vivavoce.core import EFFORTS, MOST_TOKENS, Budget, Call, Message, Refused
from vivavoce.models import Request
from vivavoce.models.remote import Key, Server, failure, frames, history, room, sse
from vivavoce.models.remote.schema import Misfit, check

LINES = st.lists(
    st.sampled_from(["data: a", "data:b", "data", "event: x", ": ping", "id: 1", "", "", "zz: 1"])
    | st.text(max_size=12).filter(
        lambda t: not set(t) & set("\r\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0\ufeff")
    ),
    max_size=30,
)
CUTS = st.lists(st.integers(0, 400), max_size=12)


def cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(c for c in cuts if c < len(data))})
    return [data[a:b] for a, b in pairwise(edges)]


@given(LINES, CUTS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_events_are_the_same_however_their_bytes_are_cut(
    lines: list[str], cuts: list[int], ending: str
) -> None:
    data = (ending.join(lines) + ending + "data: end" + ending * 2).encode()
    ours = sse.Events()
    found = [e for part in cut(data, cuts) for e in ours.feed(part)]
    found += ours.feed(b"\n")  # a last \r may have been half of \r\n
    theirs = [e for e in SSEDecoder().iter_bytes(iter([data])) if e.data]
    assert [(e.name, e.data) for e in found if e.data] == [(e.event or "", e.data) for e in theirs]


def test_an_event_without_end_is_given_up() -> None:
    for begin in (b"data: ", b"data: a\n" * 9):
        events = sse.Events()
        events.feed(begin + b"x" * (sse.MOST_BYTES - 100))
        with pytest.raises(ValueError, match="without end"):
            events.feed(b"x" * 200)


@given(
    st.lists(
        st.tuples(
            st.dictionaries(st.from_regex(r"[a-z:-]{1,9}", fullmatch=True), st.text(max_size=9)),
            st.binary(max_size=50),
        ),
        max_size=4,
    ),
    CUTS,
)
def test_frames_are_the_same_however_their_bytes_are_cut(
    wanted: list[tuple[dict[str, str], bytes]], cuts: list[int]
) -> None:
    data = b"".join(frame(h, p) for h, p in wanted)
    ours = frames.Frames()
    found = [f for part in cut(data, cuts) for f in ours.feed(part)]
    assert [(f.headers, f.payload) for f in found] == wanted
    theirs = EventStreamBuffer()
    theirs.add_data(data)
    assert [(m.headers, m.payload) for m in theirs] == wanted


@given(st.binary(min_size=12, max_size=200))
def test_junk_is_no_frame(junk: bytes) -> None:
    reader = frames.Frames()
    with pytest.raises(ValueError, match="frame"):
        reader.feed(junk)


MESSAGES = st.lists(
    st.one_of(
        st.builds(Message, st.sampled_from(["user", "system"]), st.sampled_from(["", "hi"])),
        st.builds(
            Message,
            st.just("assistant"),
            st.sampled_from(["", "yes"]),
            calls=st.lists(
                st.builds(
                    Call, st.just("f"), st.just("{}"), st.sampled_from(["", "a", "b", "x.y:0"])
                ),
                max_size=3,
            ).map(tuple),
        ),
        st.builds(
            Message, st.just("tool"), st.just("r"), call_id=st.sampled_from(["", "a", "b", "q"])
        ),
    ),
    max_size=12,
)


@given(MESSAGES, st.booleans())
def test_every_call_has_one_result_right_behind_it(messages: list[Message], plain: bool) -> None:
    told = history.with_ids(messages, plain=plain)
    open_calls: set[str] = set()
    ids: list[str] = []
    for message in told:
        if message.role == "tool":
            open_calls.remove(message.call_id)
        else:
            assert not open_calls
            open_calls = {c.id for c in message.calls}
            ids += [c.id for c in message.calls]
    assert not open_calls
    assert len(ids) == len(set(ids))
    assert all(ids)
    if plain:
        assert not any("." in i for i in ids)


@given(MESSAGES)
def test_roles_take_turns_and_nothing_is_empty(messages: list[Message]) -> None:
    def block(kind: str) -> Any:
        return lambda value: {kind: value}

    def nothing(_: Message) -> list[Any]:
        return []

    write = history.Writer(block("text"), block("call"), block("result"), nothing, nothing)
    turns = list(history.turns(history.with_ids(messages), write))
    assert [r for r, _ in turns] == ["user", "assistant"] * (len(turns) // 2) + ["user"] * (
        len(turns) % 2
    )
    said = sum(
        len(m.calls) + (m.role == "tool") + (m.role != "tool" and bool(m.text)) for m in messages
    )
    assert sum(len(b) for _, b in turns) >= said


SERVER = {"name": "s", "kind": "openai", "model": "m", "context_tokens": 4096}


@given(
    st.integers(0, MOST_TOKENS), st.integers(1, 9000), st.integers(64, 200_000), st.integers(0, 40)
)
def test_thinking_and_answer_always_have_room_in_the_context(
    tokens: int, answer: int, context: int, words: int
) -> None:
    request = Request(
        (Message("user", "word " * words),), max_tokens=answer, thinking=Budget(tokens)
    )
    for style in ("none", "reasoning_effort", "thinking_token_budget"):
        server = Server(**(SERVER | {"context_tokens": context, "budget": style}))
        found = room.room(server, request)
        left = context - room.estimate(request)
        assert 1 <= found.total <= max(1, min(left, server.max_output_tokens))
        assert found.granted is not None
        assert found.granted <= tokens
        if found.granted:
            assert found.total >= answer + found.granted


@given(st.integers(0, MOST_TOKENS), st.sets(st.sampled_from(EFFORTS), min_size=1))
def test_an_effort_is_one_that_the_server_knows(tokens: int, known: set[Any]) -> None:
    assert room.effort(Budget(tokens), tuple(known)) in known


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=9), st.lists) | st.binary())
def test_any_body_can_be_read_as_an_error(body: Any) -> None:
    raw = body if isinstance(body, bytes) else json.dumps({"error": body}).encode()
    server = Server(**SERVER)  # type: ignore[arg-type]
    assert str(failure.of_response(server, 400, {}, raw)).endswith("it")


def test_a_schema_fetches_nothing() -> None:
    with pytest.raises(Refused):
        check("{}", {"$ref": "http://127.0.0.1:9/schema.json"})
    recursive = {
        "$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}}},
        "$ref": "#/$defs/n",
    }
    assert check('{"n": {"n": {}}}', recursive) == {"n": {"n": {}}}
    with pytest.raises(Misfit, match=r"\$\.n\.n"):
        check('{"n": {"n": 3}}', recursive)


def test_a_key_is_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("K", " sk-1 \n")
    key = Key("K")
    assert key.read() == "sk-1"
    assert "sk-1" not in repr(key)
    monkeypatch.setenv("K", "sk\n1")
    with pytest.raises(Refused, match="K"):
        key.read()
