"""Anthropic's Messages API, as it streams."""

import asyncio
import json
import random
from typing import Any

import pytest
from anthropic.types import RawMessageStreamEvent
from anthropic.types.message_count_tokens_params import MessageCountTokensParams
from anthropic.types.message_create_params import MessageCreateParamsStreaming
from pydantic import TypeAdapter

from tests.models.remote.peers import HELLO, Peer, Says, ask, model, named, serving, told
from tests.models.remote.test_openai import PICTURE, WEATHER
from vivavoce.core import Broken, Budget, Call, Message, Refused, Retry, Thought
from vivavoce.models import Request, Text, Thinking, Usage

EVENT: TypeAdapter[Any] = TypeAdapter(RawMessageStreamEvent)


def start(**usage: Any) -> dict[str, Any]:
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 10, "output_tokens": 1} | usage,
    }
    return {"type": "message_start", "message": message}


def block(index: int, opening: dict[str, Any], *deltas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": opening},
        *({"type": "content_block_delta", "index": index, "delta": d} for d in deltas),
        {"type": "content_block_stop", "index": index},
    ]


def stop(reason: str, met: str | None = None, **usage: Any) -> list[dict[str, Any]]:
    delta = {"stop_reason": reason, "stop_sequence": met}
    return [
        {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 40} | usage},
        {"type": "message_stop"},
    ]


PING = {"type": "ping"}
TEXT = block(
    0,
    {"type": "text", "text": "", "citations": None},
    {"type": "text_delta", "text": "Hel"},
    {"type": "text_delta", "text": "lo"},
)
THOUGHT = block(
    0,
    {"type": "thinking", "thinking": "", "signature": ""},
    {"type": "thinking_delta", "thinking": "Let me "},
    {"type": "thinking_delta", "thinking": "see."},
    {"type": "signature_delta", "signature": "EqQBCg=="},
)
HIDDEN = block(1, {"type": "redacted_thinking", "data": "EmwKAhgB"})


def called(index: int, call_id: str, city: str) -> list[dict[str, Any]]:
    text = f'{{"city": "{city}"}}'
    parts = [{"type": "input_json_delta", "partial_json": p} for p in ("", text[:5], text[5:])]
    opening = {"type": "tool_use", "id": call_id, "name": "weather", "input": {}}
    return block(index, opening, *parts)


def says(*events: dict[str, Any]) -> Peer:
    for event in events:
        if event["type"] not in ("ping", "error"):  # the official package drops the one, raises
            EVENT.validate_python(event)  # the other
    return Peer(Says(named(*events)))


def claude(peer: Peer, request: Request = HELLO, **entry: Any) -> list[Any]:
    return ask(peer, request, kind="anthropic", **entry)


WHOLE = (start(), PING, *TEXT, *stop("end_turn"))


def sent(request: Request, **entry: Any) -> dict[str, Any]:
    peer = says(*WHOLE)
    told(peer, request, kind="anthropic", **entry)
    body = peer.seen[0].body
    TypeAdapter(MessageCreateParamsStreaming).validate_python(
        {k: v for k, v in body.items() if k not in ("temperature", "top_p")}
    )
    return body


def test_text_comes_piece_by_piece_and_cached_tokens_are_told_apart() -> None:
    usage = {"cache_read_input_tokens": 900, "cache_creation_input_tokens": 90}
    *text, last = claude(says(start(**usage), PING, *TEXT, *stop("max_tokens")))
    assert text == [Text("Hel"), Text("lo")]
    assert last == Usage(1000, 900, 40, 0, "length", model="far")


def test_thinking_keeps_its_signature_and_what_was_hidden() -> None:
    details = {"thinking_tokens": 33}
    text = [e | ({"index": 2} if "index" in e else {}) for e in TEXT]
    peer = says(start(), *THOUGHT, *HIDDEN, *text, *stop("end_turn", output_tokens_details=details))
    *pieces, usage = claude(peer)
    assert pieces == [
        Thinking("Let me ", vendor="anthropic", model="far"),
        Thinking("see.", vendor="anthropic", model="far"),
        Thinking(signature="EqQBCg==", vendor="anthropic", model="far"),
        Thinking(redacted="EmwKAhgB", vendor="anthropic", model="far"),
        Text("Hel"),
        Text("lo"),
    ]
    assert usage.tokens_thought == 33


def test_several_calls_come_whole() -> None:
    peer = says(start(), *called(0, "a", "Rome"), *called(1, "b", "Oslo"), *stop("tool_use"))
    *calls, usage = claude(peer, Request(HELLO.messages, tools=(WEATHER,)))
    assert [(c.id, json.loads(c.arguments)["city"]) for c in calls] == [
        ("a", "Rome"),
        ("b", "Oslo"),
    ]
    assert usage.finish == "tool_calls"


def test_a_call_that_is_cut_off_is_not_passed_on() -> None:
    cut = called(0, "a", "Rome")
    peer = says(start(), *cut[:-2], cut[-1], *stop("max_tokens"))
    pieces, failed = told(peer, Request(HELLO.messages, tools=(WEATHER,)), kind="anthropic")
    assert pieces == []
    assert isinstance(failed, Retry)
    assert "max_tokens" in str(failed)


THOUGHTS = (
    Thought("Let me see.", "EqQBCg==", vendor="anthropic"),
    Thought(redacted="EmwKAhgB", vendor="anthropic"),
    Thought("Not theirs.", vendor="openai"),
)
LOOP = (
    Message("system", "Be brief."),
    Message("user", "What is this?", images=(PICTURE,)),
    Message(
        "assistant",
        "I look.",
        calls=(
            Call("weather", '{"city": "Rome"}', "functions.weather:0"),
            Call("weather", "{}", ""),
        ),
        thoughts=THOUGHTS,
    ),
    Message("tool", "Sunny.", images=(PICTURE,), call_id="functions.weather:0"),
)


def test_a_conversation_goes_back_with_its_thoughts_unmodified() -> None:
    body = sent(Request(LOOP, tools=(WEATHER,)), images=True)
    assert body["system"][0]["text"] == "Be brief."
    user, assistant, results = body["messages"]
    assert [b["type"] for b in user["content"]] == ["image", "text"]
    assert assistant["content"][:2] == [
        {"type": "thinking", "thinking": "Let me see.", "signature": "EqQBCg=="},
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
    ]
    assert "Not theirs" not in json.dumps(body)
    ids = [b["id"] for b in assistant["content"] if b["type"] == "tool_use"]
    assert [b["tool_use_id"] for b in results["content"]] == ids  # one had no result: it has now
    assert len(set(ids)) == 2
    assert all(i.replace("_", "").isalnum() for i in ids)


def test_calls_of_the_history_are_of_tools_that_are_told_but_can_not_be_called() -> None:
    body = sent(Request(LOOP), images=True)
    assert [(t["name"], t["input_schema"]["type"]) for t in body["tools"]] == [
        ("weather", "object")
    ]
    assert body["tool_choice"] == {"type": "none"}
    assert "tools" not in sent(HELLO)


def test_more_thinking_than_was_asked_for_is_granted_where_the_vendor_allows_no_less() -> None:
    request = Request(HELLO.messages, thinking=Budget(100))
    usage = claude(says(*WHOLE), request, budget="budget_tokens")[-1]
    assert (usage.budget, usage.granted) == ("hint", 1024)


@pytest.mark.parametrize(
    ("tokens", "thinking"),
    [
        (0, {"type": "disabled"}),
        (10, {"type": "enabled", "budget_tokens": 1024}),
        (5000, {"type": "enabled", "budget_tokens": 5000}),
    ],
)
def test_a_manual_budget_leaves_the_answer_its_room(tokens: int, thinking: Any) -> None:
    request = Request(HELLO.messages, max_tokens=300, thinking=Budget(tokens))
    body = sent(request, budget="budget_tokens", sampling=True)
    assert body["thinking"] == thinking
    assert body["max_tokens"] == 300 + thinking.get("budget_tokens", 0)
    assert ("temperature" in body) == (tokens == 0)


@pytest.mark.parametrize(
    ("style", "tokens", "thinking", "effort"),
    [
        ("adaptive", 0, "disabled", None),
        ("adaptive", 300, "adaptive", "medium"),
        ("adaptive", 128_000, "adaptive", "max"),
        ("effort", 0, None, "low"),
        ("none", 300, None, None),
    ],
)
def test_an_effort_stands_for_a_budget_where_models_know_no_tokens(
    style: str, tokens: int, thinking: str | None, effort: str | None
) -> None:
    body = sent(Request(HELLO.messages, thinking=Budget(tokens)), budget=style)
    assert body.get("thinking", {}).get("type") == thinking
    assert body.get("output_config", {}).get("effort") == effort
    assert "temperature" not in body


def test_a_forced_call_goes_before_thinking() -> None:
    request = Request(
        HELLO.messages, tools=(WEATHER,), tool_choice="weather", thinking=Budget(5000)
    )
    body = sent(request, budget="budget_tokens")
    assert body["thinking"] == {"type": "disabled"}
    assert body["tool_choice"] == {"type": "tool", "name": "weather"}


def test_thinking_can_not_begin_amid_calls_that_were_made_without() -> None:
    bare = tuple(Message(m.role, m.text, calls=m.calls, call_id=m.call_id) for m in LOOP)
    for messages, kind in ((bare, "disabled"), (LOOP, "enabled")):
        request = Request(messages, tools=(WEATHER,), thinking=Budget(2000))
        assert sent(request, budget="budget_tokens", images=True)["thinking"]["type"] == kind


def test_stops_and_schemas_are_told() -> None:
    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    body = sent(Request(HELLO.messages, schema=schema, stop=("END",)))
    assert body["output_config"] == {"format": {"type": "json_schema", "schema": schema}}
    assert body["stop_sequences"] == ["END"]
    _, failed = told(says(*WHOLE), Request(HELLO.messages, stop=("\n",)), kind="anthropic")
    assert isinstance(failed, Refused)


def test_the_key_goes_into_its_header_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_KEY", "sk-ant-secret")
    peer = says(*WHOLE)
    claude(peer, key_env="CLAUDE_KEY")
    (seen,) = peer.seen
    assert seen.path == "/v1/messages"
    assert seen.headers["x-api-key"] == "sk-ant-secret"
    assert seen.headers["anthropic-version"] == "2023-06-01"
    assert b"secret" not in seen.raw


@pytest.mark.parametrize(
    ("kind", "early", "late"),
    [
        ("overloaded_error", Retry, Broken),
        ("rate_limit_error", Retry, Broken),
        ("api_error", Retry, Broken),
        ("invalid_request_error", Refused, Broken),
        ("authentication_error", Refused, Broken),
    ],
)
def test_an_error_in_the_stream_is_what_it_says(kind: str, early: type, late: type) -> None:
    error = {"type": "error", "error": {"type": kind, "message": "Oh no."}}
    for before, expected in (((), early), (TEXT, late)):
        _, failed = told(says(start(), *before, error), kind="anthropic")
        assert isinstance(failed, expected)
        assert "Oh no." in str(failed)


def test_the_stop_that_was_met_is_told() -> None:
    usage = claude(says(start(), *TEXT, *stop("stop_sequence", "END")))[-1]
    assert (usage.finish, usage.stopped_by) == ("stop", "END")


def test_a_refusal_is_not_taken_for_a_whole_answer() -> None:
    _, failed = told(says(start(), *stop("refusal")), kind="anthropic")
    assert type(failed) is Refused, "no other is asked what this one will not say"


def test_what_is_new_on_the_wire_does_not_matter() -> None:
    news = [
        {"type": "content_block_start", "index": 5, "content_block": {"type": "hologram"}},
        {"type": "content_block_delta", "index": 5, "delta": {"type": "hologram_delta", "x": 1}},
        {"type": "weather_report", "sunny": True},
    ]
    peer = Peer(Says(named(start(), *news, *TEXT, *stop("end_turn"))))
    assert claude(peer)[:-1] == [Text("Hel"), Text("lo")]


def test_bytes_may_be_cut_anywhere() -> None:
    whole = "".join(named(start(), *THOUGHT, *stop("end_turn"))).replace("see", "sähe✓").encode()
    random_ = random.Random(3)
    cuts = sorted(random_.sample(range(len(whole)), 40))
    parts = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
    assert "".join(p.text for p in claude(Peer(Says(parts)))[:-1]) == "Let me sähe✓."


def test_tokens_are_counted_by_the_vendor() -> None:
    async def run(says: Says) -> tuple[int, Peer]:
        peer = Peer(says)
        async with serving(peer) as base:
            remote = model(base, kind="anthropic", budget="budget_tokens")
            count = await remote.count(Request(HELLO.messages, thinking=Budget(2000)))
            await remote.aclose()
        return count, peer

    count, peer = asyncio.run(run(Says(['{"input_tokens": 2095}'], media_type="application/json")))
    assert count == 2095
    assert peer.seen[0].path == "/v1/messages/count_tokens"
    TypeAdapter(MessageCountTokensParams).validate_python(peer.seen[0].body)
    count, _ = asyncio.run(run(Says(["<html>"], 500)))
    assert 0 < count < 50  # an estimate
