"""The pure parts of the HTTP APIs: translating, blocks, seals, sharing out tokens."""

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.api.fakes import CARDS
from vivavoce.core import Call, Message, Refused, Thought
from vivavoce.mind import Outcome
from vivavoce.models import Text, Thinking, Usage
from vivavoce.web.anthropic import wire as messages_wire
from vivavoce.web.api import sse
from vivavoce.web.api.blocks import Answer
from vivavoce.web.api.body import parsed
from vivavoce.web.api.errors import Bad, where
from vivavoce.web.api.seal import Seal
from vivavoce.web.api.wish import decoded, share
from vivavoce.web.openai import chat_wire, responses_wire

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
filled = words.filter(lambda text: text.strip() == text and text)
names = st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True).filter(
    lambda name: name not in ("auto", "none", "required")
)
turns = st.lists(st.tuples(filled, filled, st.lists(names, max_size=3)), min_size=1, max_size=4)
KEY = b"k" * 32


def history(of: list[tuple[str, str, list[str]]]) -> list[Message]:
    """Question, answer with calls, their results; the last question is open."""
    out: list[Message] = []
    for n, (asked, said, called) in enumerate(of):
        calls = tuple(Call(name, "{}", f"c{n}-{i}") for i, name in enumerate(called))
        out += [Message("user", asked), Message("assistant", said, calls=calls)]
        out += [Message("tool", f"r{c.id}", call_id=c.id) for c in calls]
    return [*out, Message("user", "so?")]


def as_chat(message: Message) -> dict:
    entry: dict = {"role": message.role, "content": message.text}
    if message.calls:
        entry["tool_calls"] = [
            {"id": c.id, "type": "function", "function": {"name": c.name, "arguments": c.arguments}}
            for c in message.calls
        ]
    if message.role == "tool":
        entry["tool_call_id"] = message.call_id
    return entry


def as_items(message: Message) -> list[dict]:
    if message.role == "tool":
        return [
            {"type": "function_call_output", "call_id": message.call_id, "output": message.text}
        ]
    calls = [
        {"type": "function_call", "call_id": c.id, "name": c.name, "arguments": c.arguments}
        for c in message.calls
    ]
    return [{"role": message.role, "content": message.text}, *calls]


def as_blocks(message: Message) -> dict:
    if message.role == "tool":
        result = {"type": "tool_result", "tool_use_id": message.call_id, "content": message.text}
        return {"role": "user", "content": [result]}
    uses = [{"type": "tool_use", "id": c.id, "name": c.name, "input": {}} for c in message.calls]
    return {"role": message.role, "content": [{"type": "text", "text": message.text}, *uses]}


@given(turns)
def test_a_conversation_is_the_same_in_all_three_languages(of):
    told = tuple(history(of))
    chat = chat_wire.read(
        {"model": "small", "max_completion_tokens": 1024, "messages": [as_chat(m) for m in told]}
    )
    items = [item for m in told for item in as_items(m)]
    response = responses_wire.read({"model": "small", "max_output_tokens": 1024, "input": items})
    message = messages_wire.read(
        {"model": "small", "max_tokens": 1024, "messages": [as_blocks(m) for m in told]}
    )
    seal = Seal(KEY)
    asks = (
        chat_wire.asks(chat, CARDS, 1)[0],
        responses_wire.ask(response, (), CARDS, seal, 1),
        messages_wire.ask(message, CARDS, seal, 1),
    )
    assert [ask.request.messages for ask in asks] == [told] * 3
    assert asks[0] == asks[1] == asks[2]


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["role", "content", "type", "text", "tool_calls", "function", "name", "id"]
            )
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=12,
)


def refused(understand, code=None) -> bool:
    """Whether it is, with a status that blames the client."""
    try:
        understand()
    except Bad as bad:
        return 400 <= bad.failure.status < 500 and code in (None, bad.failure.code)
    return False


def bodies(shape):
    return st.dictionaries(st.sampled_from(sorted(shape.model_fields)), json_like, max_size=5)


@given(
    bodies(chat_wire.ChatBody),
    bodies(responses_wire.ResponsesBody),
    bodies(messages_wire.MessagesBody),
)
def test_no_body_does_worse_than_to_be_refused(chat, response, message):
    seal, said = Seal(KEY), [{"role": "user", "content": "x"}]
    good = {"model": "small"}
    refused(lambda: chat_wire.asks(chat_wire.read(good | {"messages": said} | chat), CARDS, 0))
    refused(
        lambda: responses_wire.ask(
            responses_wire.read(good | {"input": said} | response), (), CARDS, seal, 0
        )
    )
    refused(
        lambda: messages_wire.ask(
            messages_wire.read(good | {"messages": said, "max_tokens": 9} | message), CARDS, seal, 0
        )
    )


@given(json_like)
def test_any_choice_of_tools_is_understood_or_refused(choice):
    tool = {"type": "function", "function": {"name": "t"}}
    for wanted in (
        choice,
        {"type": "function", "function": choice},
        {"type": "allowed_tools", "mode": "auto", "tools": choice},
        {"type": "allowed_tools", "allowed_tools": choice},
    ):
        body = {"model": "small", "messages": [{"role": "user", "content": "x"}]}
        body |= {"tools": [tool], "tool_choice": wanted}
        refused(lambda body=body: chat_wire.asks(chat_wire.read(body), CARDS, 0))


@given(st.binary(max_size=60))
def test_bytes_are_an_object_or_refused(data):
    assert refused(lambda: parsed(data), "invalid_json") or isinstance(parsed(data), dict)


@pytest.mark.parametrize("text", [b"\\ud83c", b"\\uDF82 and so", b"\xed\xa0\xbc"])
def test_half_a_character_is_refused(text):
    assert refused(lambda: parsed(b'{"content": ["' + text + b'"]}'), "invalid_json")


def test_a_whole_character_in_two_escapes_is_read():
    assert parsed(b'{"content": "\\ud83c\\udf82"}') == {"content": "\U0001f382"}


pieces = st.lists(
    st.builds(Text, words)
    | st.builds(Thinking, words, st.sampled_from(["", "", "sig"]))
    | st.builds(Thinking, redacted=st.just("hid"))
    | st.builds(Call, names, st.just("{}")),
    max_size=12,
)


@given(pieces)
def test_blocks_begin_grow_and_end_one_after_another_and_lose_nothing(of):
    answer = Answer(vendor="local")
    steps = [step for piece in [*of, Outcome(Usage())] for step in answer.take(piece)]
    open_, grown = None, {}
    for step in steps:
        if step.kind == "begin":
            assert open_ is None
            assert step.index == len(grown)
            open_, grown[step.index] = step.index, ""
        else:
            assert step.index == open_
            grown[step.index] += step.delta
            open_ = None if step.kind == "end" else open_
    assert open_ is None
    assert answer.text == "".join(p.text for p in of if isinstance(p, Text))
    assert answer.thinking == "".join(p.text for p in of if isinstance(p, Thinking))
    assert len(answer.calls) == sum(isinstance(p, Call) for p in of)
    assert all(call.id for call in answer.calls)
    for index, block in enumerate(answer.blocks):
        assert grown[index] == ("" if isinstance(block, Call) else block.text)


@pytest.mark.parametrize("other", [{"vendor": "amazon"}, {"model": "b"}])
def test_what_two_models_thought_is_never_one_block(other):
    answer = Answer()
    first = Thinking("One ", vendor="anthropic", model="a")
    for piece in (first, first, replace(first, signature="", text="two.", **other)):
        list(answer.take(piece))
    list(answer.take(replace(first, text="", signature="sig", **other)))
    assert [block.text for block in answer.blocks] == ["One One ", "two."]
    assert [block.signature for block in answer.blocks] == ["", "sig"]


def test_a_picture_may_have_the_name_that_jpegs_are_often_given():
    assert decoded("image/jpg", base64.b64encode(b"x").decode(), ()).media_type == "image/jpeg"


@given(words, words, words, names, st.booleans())
def test_a_sealed_thought_opens_as_it_was(text, signature, redacted, vendor, carries):
    thought = Thought(text, signature, redacted, vendor)
    seal = Seal(KEY)
    sealed = seal.close(thought, carries_text=carries)
    assert sealed.isascii()
    assert seal.open(sealed, "" if carries else text) == thought
    assert Seal().open(sealed, text) is None


@given(words, words, st.data())
def test_a_thought_that_was_modified_does_not_open(text, other, data):
    seal = Seal(KEY)
    sealed = seal.close(Thought(text, "sig", vendor="v"))
    if other != text:
        with pytest.raises(Refused):
            seal.open(sealed, other)
    mark, name, body, signature = sealed.split(".")
    inner = json.loads(base64.urlsafe_b64decode(body)) | {"v": "somebody"}
    forged = base64.urlsafe_b64encode(json.dumps(inner).encode()).decode()
    for broken in (
        f"{mark}.{name}.{forged}.{signature}",
        f"{mark}.{name}.{body[:-4]}.{signature}",
        f"{mark}.{name}.{body}.é",
        f"{mark}.{name}",
        "",
        "EqQBCgIYAhIM",
    ):
        with pytest.raises(Refused):
            seal.open(broken, text)


@given(
    st.none() | st.integers(1, 200_000),
    st.none() | st.integers(0, 128_000),
    st.sampled_from([None, "none", "minimal", "low", "medium", "high", "xhigh", "max"]),
)
def test_answer_and_thinking_share_the_total(total, budget, effort):
    try:
        answer, thinking = share(total, budget, effort, False, ("b",))
    except Bad:
        assert total is not None
        assert budget is not None
        assert budget >= total
        return
    assert answer >= 1
    assert (thinking is None) == (budget is None and effort is None)
    if total is not None:
        assert answer + (thinking.tokens if thinking else 0) <= total
    if thinking and budget is not None:
        assert thinking.tokens == budget


def test_a_path_names_what_the_body_has_and_not_the_members_of_unions():
    body = {"tools": [{"type": "function", "function": {}}], "messages": [{"role": "user"}]}
    assert where(("tools", 0, "function", "name"), body) == ("tools", 0, "function", "name")
    assert where(("messages", 0, "user", "content"), body) == ("messages", 0, "content")


@given(words)
def test_an_event_is_one_line_whatever_is_in_it(text):
    event = sse.event({"text": text + "\n\r\u2028\x85"}, "named").decode()
    assert event.count("\n") == 3
    assert event.splitlines()[0] == "event: named"
    assert json.loads(event.splitlines()[1].removeprefix("data: "))["text"].startswith(text)
