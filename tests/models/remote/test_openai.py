"""OpenAI-style servers, as each of them streams."""

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming
from pydantic import TypeAdapter

from tests.models.remote.peers import HELLO, Peer, Says, ask, sse, told
from vivavoce.core import Broken, Budget, Call, Image, Message, Refused, Retry, Thought
from vivavoce.models import Piece, Request, Text, Thinking, Usage

WEATHER: dict[str, object] = {
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
TOOLS = Request((Message("user", "Weather?"),), tools=(WEATHER,))
PICTURE = Image(b"\x89PNG", "image/png")


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    base = {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m-1"}
    return base | {"choices": [choice]}


def counts(**more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 12, "completion_tokens": 30, "total_tokens": 42} | more
    return chunk() | {"choices": [], "usage": usage}


def part(index: int, text: str, call_id: str | None = None, name: str | None = None) -> Any:
    function = {"arguments": text} | ({"name": name} if name else {})
    found: dict[str, Any] = {"index": index, "function": function}
    return found | ({"id": call_id, "type": "function"} if call_id else {})


def says(*chunks: dict[str, Any]) -> Peer:
    for each in chunks:
        ChatCompletionChunk.model_validate(each)  # the official package reads it too
    return Peer(Says(sse(*chunks)))


ANSWER = (chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"))


def sent(request: Request, **entry: Any) -> dict[str, Any]:
    peer = says(*ANSWER, chunk("stop"), counts())
    assert isinstance(ask(peer, request, **entry)[-1], Usage)
    return peer.seen[0].body


def test_text_comes_piece_by_piece_and_the_servers_own_count_last() -> None:
    details = {"cached_tokens": 8}
    peer = says(*ANSWER, chunk("stop"), counts(prompt_tokens_details=details))
    *text, usage = ask(peer)
    assert text == [Text("Hel"), Text("lo")]
    assert usage == Usage(12, 8, 30, 0, "stop", model="far")


@pytest.mark.parametrize("field", ["reasoning", "reasoning_content"])
def test_thinking_is_never_a_part_of_the_text(field: str) -> None:
    peer = says(chunk(**{field: "Hm"}), chunk(**{field: "m."}), *ANSWER, chunk("stop"), counts())
    *pieces, usage = ask(peer)
    assert pieces == [
        Thinking("Hm", vendor="127.0.0.1", model="far"),
        Thinking("m.", vendor="127.0.0.1", model="far"),
        Text("Hel"),
        Text("lo"),
    ]
    assert isinstance(usage, Usage)
    assert 0 < usage.tokens_thought < usage.tokens_out  # its share of what was written


def test_what_the_server_says_it_thought_is_taken_as_it_is() -> None:
    peer = says(*ANSWER, chunk("stop"), counts(completion_tokens_details={"reasoning_tokens": 21}))
    usage = ask(peer)[-1]
    assert isinstance(usage, Usage)
    assert usage.tokens_thought == 21


def test_a_server_that_counts_nothing_gets_an_estimate() -> None:
    usage = ask(says(*ANSWER, chunk("length")))[-1]
    assert isinstance(usage, Usage)
    assert usage.tokens_in > 0
    assert (usage.tokens_out, usage.finish) == (2, "length")


PARALLEL = (
    chunk(tool_calls=[part(0, "", "a", "weather")]),
    chunk(tool_calls=[part(0, '{"city": ')]),
    chunk(tool_calls=[part(0, '"Rome"}')]),
    chunk(tool_calls=[part(1, "", "b", "weather")]),
    chunk(tool_calls=[part(1, '{"city": "Oslo"}')]),
    chunk("tool_calls"),
    counts(),
)
ROME, OSLO = (Call("weather", f'{{"city": "{c}"}}', i) for c, i in (("Rome", "a"), ("Oslo", "b")))


def test_parallel_calls_come_whole() -> None:
    *calls, usage = ask(says(*PARALLEL), TOOLS)
    assert calls == [ROME, OSLO]
    assert isinstance(usage, Usage)
    assert usage.finish == "tool_calls"


def test_only_the_first_call_counts_where_one_was_asked_for() -> None:
    one = Request(TOOLS.messages, tools=(WEATHER,), parallel_calls=False)
    assert [p for p in ask(says(*PARALLEL), one) if isinstance(p, Call)] == [ROME]


def test_calls_that_all_have_the_same_index_are_told_apart() -> None:
    whole = [part(0, c.arguments, c.id, "weather") for c in (ROME, OSLO)]
    peer = says(*(chunk(tool_calls=[w]) for w in whole), chunk("tool_calls"), counts())
    assert ask(peer, TOOLS)[:2] == [ROME, OSLO]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("weather", '{"city": "Ro'),
        ("weather", '{"town": "Rome"}'),
        ("weather", '{"city": 7}'),
        ("weather", '["Rome"]'),
        ("weather", "[" * 9000),
        ("weather", ""),
        ("wether", '{"city": "Rome"}'),
    ],
)
@pytest.mark.parametrize("spoken", [False, True])
def test_a_wrong_call_is_never_passed_on(name: str, arguments: str, spoken: bool) -> None:
    before = ANSWER if spoken else ()
    wrong = chunk(tool_calls=[part(0, arguments, "a", name)])
    pieces, failed = told(says(*before, wrong, chunk("tool_calls"), counts()), TOOLS)
    assert not [p for p in pieces if isinstance(p, Call)]
    assert isinstance(failed, Broken if spoken else Retry)
    assert "Rome" not in str(failed)


def test_everything_that_a_request_can_hold_is_a_request_of_openais() -> None:
    messages = (
        Message("system", "Be brief."),
        Message("user", "What is this?", images=(PICTURE,)),
        Message("assistant", "", calls=(Call("weather", '{"city": "Rome"}'),)),
        Message("tool", "Sunny.", images=(PICTURE,)),
        Message("assistant", "Sunny."),
        Message("user", "And tomorrow?"),
    )
    request = Request(
        messages,
        tools=(WEATHER,),
        tool_choice="weather",
        stop=("END",),
        seed=7,
        top_p=0.9,
        schema={"type": "object", "properties": {}, "additionalProperties": False},
        thinking=Budget.of("low"),
    )
    peer = says(*ANSWER, chunk("stop"), counts())
    _, failed = told(peer, request, images=True, budget="reasoning_effort")
    assert isinstance(failed, Broken)  # it had to call
    body = peer.seen[0].body
    TypeAdapter(CompletionCreateParamsStreaming).validate_python(body)
    assert body["reasoning_effort"] == "low"
    assert body["messages"][1]["content"][0]["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    (call,) = body["messages"][2]["tool_calls"]
    assert body["messages"][3]["tool_call_id"] == call["id"] != ""
    assert body["messages"][4]["content"][0]["type"] == "image_url"  # a tool's picture is shown
    assert body["response_format"]["json_schema"]["strict"] is True
    assert (body["stop"], body["seed"], body["top_p"]) == (["END"], 7, 0.9)
    assert body["tool_choice"] == {"type": "function", "function": {"name": "weather"}}


def test_tools_that_are_not_allowed_are_not_told() -> None:
    tools = (WEATHER, WEATHER | {"name": "storm"})
    body = sent(Request(HELLO.messages, tools=tools, allowed=("storm",)))
    assert [tool["function"]["name"] for tool in body["tools"]] == ["storm"]


def test_the_stop_that_was_met_is_told_where_the_server_tells() -> None:
    last = chunk("stop")
    last["choices"][0]["stop_reason"] = "END"
    usage = ask(says(*ANSWER, last, counts()), Request(HELLO.messages, stop=("END",)))[-1]
    assert isinstance(usage, Usage)
    assert usage.stopped_by == "END"


@pytest.mark.parametrize(
    ("style", "tokens", "asked"),
    [
        ("reasoning_effort", 0, {"reasoning_effort": "none"}),
        ("reasoning_effort", 1000, {"reasoning_effort": "medium"}),
        ("reasoning_effort", 128_000, {"reasoning_effort": "high"}),
        ("reasoning.effort", 200, {"reasoning": {"effort": "low"}}),
        ("thinking_token_budget", 200, {"thinking_token_budget": 200}),
        ("thinking_budget_tokens", 0, {"thinking_budget_tokens": 0}),
        ("none", 200, {}),
    ],
)
def test_a_budget_is_told_in_the_servers_words_and_called_a_hint_at_best(
    style: str, tokens: int, asked: dict[str, Any]
) -> None:
    peer = says(*ANSWER, chunk("stop"), counts())
    request = Request(HELLO.messages, thinking=Budget(tokens))
    usage = ask(peer, request, budget=style, thoughts="")[-1]
    body = peer.seen[0].body
    thinking = {k: body[k] for k in body if "reason" in k or k.startswith("thinking")}
    assert thinking == asked
    assert isinstance(usage, Usage)
    assert usage.budget == ("none" if style == "none" else "hint")


@pytest.mark.parametrize("tokens", [0, 100, 5_000, 128_000])
def test_the_answer_keeps_its_room_beside_any_budget(tokens: int) -> None:
    request = Request(HELLO.messages, max_tokens=300, thinking=Budget(tokens))
    peer = says(*ANSWER, chunk("stop"), counts())
    usage = ask(peer, request, budget="thinking_token_budget", context_tokens=8192)[-1]
    body = peer.seen[0].body
    assert body["max_tokens"] - body["thinking_token_budget"] == 300
    assert body["max_tokens"] < 8192
    assert isinstance(usage, Usage)
    assert usage.granted == body["thinking_token_budget"] <= tokens


def test_nobody_asked_for_a_budget_so_none_is_reported() -> None:
    usage = ask(says(*ANSWER, chunk("stop"), counts()), budget="reasoning_effort")[-1]
    assert isinstance(usage, Usage)
    assert (usage.budget, usage.granted) == ("none", None)


def test_its_own_thinking_goes_back_only_while_it_calls_tools() -> None:
    thought = Thought("I look it up.", vendor="127.0.0.1")
    foreign = Thought("Secretly.", signature="s", vendor="anthropic")
    called = Message("assistant", "", calls=(ROME,), thoughts=(thought, foreign))
    loop = (Message("user", "?"), called, Message("tool", "Sunny.", call_id="a"))
    body = sent(Request(loop, tools=(WEATHER,)), thoughts="reasoning_content")
    assert body["messages"][1]["reasoning_content"] == "I look it up."
    later = (*loop, Message("assistant", "Sunny."), Message("user", "Thanks"))
    assert "look it up" not in json.dumps(sent(Request(later), thoughts="reasoning_content"))


def test_json_that_does_not_fit_what_was_asked_is_told_apart() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    request = Request(HELLO.messages, schema=schema)
    right = says(chunk(content='{"n":'), chunk(content=" 3}"), chunk("stop"), counts())
    assert isinstance(ask(right, request)[-1], Usage)
    _, failed = told(says(chunk(content='{"n": "3"}'), chunk("stop"), counts()), request)
    assert isinstance(failed, Broken)
    assert "$.n" in str(failed)


def test_only_reading_costs_nothing_at_a_server_that_is_not_ours() -> None:
    peer = says(*ANSWER, chunk("stop"))
    assert ask(peer, Request(HELLO.messages, read_only=True)) == [Usage(model="far")]
    assert peer.seen == []


@pytest.mark.parametrize(
    "request_",
    [
        Request(()),
        Request((Message("user", "Look", images=(PICTURE,)),)),
        Request(HELLO.messages, begun="I"),
        Request(HELLO.messages, tools=({"name": "f", "parameters": {"type": "objekt"}},)),
        Request(HELLO.messages, schema={"properties": 3}),
        Request(HELLO.messages, tool_choice="f"),
    ],
    ids=["empty", "picture", "begun", "tool", "schema", "choice"],
)
def test_what_can_not_be_answered_is_refused_before_anything_is_sent(request_: Request) -> None:
    peer = says(*ANSWER)
    pieces, failed = told(peer, request_)
    assert isinstance(failed, Refused)
    assert pieces == []
    assert peer.seen == []


def test_a_filtered_answer_is_not_taken_for_a_whole_one() -> None:
    pieces: list[Piece]
    pieces, failed = told(says(*ANSWER, chunk("content_filter"), counts()))
    assert pieces == [Text("Hel"), Text("lo")]
    assert isinstance(failed, Broken)
