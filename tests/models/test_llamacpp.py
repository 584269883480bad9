"""The real local model."""

import json
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.models.test_prompt import LIGHT
from tests.weights_here import llama
from vivavoce.core import Budget, Call, Image, Message, Refused, WeightsMissing
from vivavoce.models import Piece, Request, Text, Thinking, Usage
from vivavoce.models.llamacpp import Llama, LlamaConfig
from vivavoce.weights import path as path_of

pytestmark = pytest.mark.real
SMALL = "qwen2.5-coder-0.5b-instruct"
BRIEF = Message("system", "Answer in one short sentence.")


def ask(text: str, **more: Any) -> tuple[str, list[Piece], Usage]:
    async def run() -> list[Piece]:
        request = Request((BRIEF, Message("user", text)), **more)
        return [item async for item in llama().stream(request)]

    items = anyio.run(run)
    assert isinstance(items[-1], Usage)
    said = "".join(i.text for i in items if isinstance(i, Text))
    return said, items[:-1], items[-1]


def test_it_answers_and_says_what_it_spent() -> None:
    said, _, usage = ask("What is the capital of Australia?")
    assert "Canberra" in said
    assert usage.tokens_out > 2
    assert usage.finish == "stop"


def test_tools_between_plain_questions_are_read_once() -> None:
    def again(text: str, **more: Any) -> int:
        usage = ask(text, max_tokens=2, conversation=11, **more)[2]
        return usage.tokens_in - usage.tokens_cached

    tools = tuple(LIGHT | {"name": f"set_light_{i}"} for i in range(5))
    assert again("Switch on light 1.", tools=tools) > 120
    again("What is the capital of France?")
    assert again("Switch on light 2.", tools=tools) < 30
    assert again("What is the capital of Spain?") < 30


def test_tools_that_come_again_are_read_once_ever(tmp_path: Path) -> None:
    tools = tuple(LIGHT | {"name": f"set_light_{i}"} for i in range(5))

    def read(damaged: bool = False) -> list[int]:
        """Tokens that a new process reads for three requests of other conversations."""
        if damaged:
            for path in tmp_path.iterdir():
                path.write_bytes(path.read_bytes()[:100])
        model, found = Llama(path_of(SMALL), LlamaConfig(prefixes=tmp_path)), list[int]()

        async def run() -> None:
            for number, text in enumerate(("Switch on light 1.", "Dim it.", "And light 2?"), 1):
                messages = (BRIEF, Message("user", text))
                more: Any = {"tools": tools, "lasting": True, "conversation": number}
                async for item in model.stream(Request(messages, max_tokens=2, **more)):
                    if isinstance(item, Usage):
                        found.append(item.tokens_in - item.tokens_cached)

        try:
            anyio.run(run)
        finally:
            model.close()
        return found

    first, *others = read()
    assert first > 120
    assert max(others) < 30
    assert max(read()) < 30
    first, *others = read(damaged=True)
    assert first > 120
    assert max(others) < 30


def test_what_lasts_is_read_ahead_onto_the_disk_once(tmp_path: Path) -> None:
    model = Llama(path_of(SMALL), LlamaConfig(prefixes=tmp_path))

    async def read(text: str, **more: Any) -> Usage:
        request = Request((BRIEF, Message("user", text)), tools=(LIGHT,), lasting=True, **more)
        async for item in model.stream(request):
            if isinstance(item, Usage):
                usage = item
        return usage

    async def run() -> tuple[Usage, Usage, Usage]:
        return (
            await read("", read_only=True),
            await read("", read_only=True),
            await read("Switch on light 1.", max_tokens=2, conversation=3),
        )

    try:
        first, again, asked = anyio.run(run)
    finally:
        model.close()
    assert len(list(tmp_path.glob("*.prefix"))) == 1
    assert first.tokens_in > 50
    assert again.tokens_in == 0  # nothing to be done
    assert asked.tokens_in - asked.tokens_cached < 30


def test_what_was_read_ahead_is_not_read_again() -> None:
    ask("Why is the sky", read_only=True, conversation=7)
    _, _, usage = ask("Why is the sky blue?", max_tokens=4, conversation=7)
    assert usage.tokens_cached >= usage.tokens_in - 10
    assert usage.finish == "length"


def test_the_same_question_gets_the_same_answer() -> None:
    assert len({ask("Name a colour.", max_tokens=8, conversation=8)[0] for _ in range(3)}) == 1


def test_who_may_call_nothing_answers_and_does_not_tell_how_to_call() -> None:
    said, pieces, _ = ask("Switch on the light.", tools=(LIGHT,), tool_choice="none", max_tokens=60)
    assert said.strip()
    assert not any(isinstance(piece, Call) for piece in pieces)
    assert "<tool" not in said
    assert "arguments" not in said


def test_a_function_call_fits_its_schema() -> None:
    said, pieces, usage = ask("Please switch on the light.", tools=(LIGHT,), tool_choice="required")
    assert said == ""
    (call,) = [p for p in pieces if isinstance(p, Call)]
    assert call.name == "set_light"
    assert call.id
    assert json.loads(call.arguments) == {"on": True}
    assert usage.finish == "tool_calls"


def test_a_tool_that_does_not_fit_is_not_called() -> None:
    convert = {
        "name": "convert_currency",
        "description": "Convert an amount of money from one currency to another",
        "parameters": {"type": "object", "properties": {"amount": {"type": "number"}}},
    }
    said, pieces, usage = ask("What is the capital of France?", tools=(convert,), conversation=4)
    assert not any(isinstance(piece, Call) for piece in pieces)
    assert "Paris" in said
    assert 0 <= usage.tokens_cached < usage.tokens_in


@pytest.mark.parametrize("tokens", [1, 17, 64])
def test_a_thinking_budget_is_held_to_the_token_and_an_answer_follows(tokens: int) -> None:
    budget = Budget(tokens)
    said, pieces, usage = ask("What is 17 times 3?", thinking=budget, max_tokens=24, conversation=3)
    assert said.strip()
    assert "think>" not in said
    assert any(isinstance(p, Thinking) for p in pieces)
    assert usage.tokens_thought <= tokens == usage.granted
    assert usage.budget == "exact"


def test_an_extended_budget_is_used_up() -> None:
    budget = Budget(60, extend=True)
    said, _, usage = ask("What is 2 + 2?", thinking=budget, max_tokens=12, conversation=3)
    assert said.strip()
    assert 58 <= usage.tokens_thought <= 60


def test_without_a_budget_nothing_is_thought() -> None:
    _, pieces, usage = ask("What is 2 + 2?", thinking=Budget(0), max_tokens=4)
    assert not any(isinstance(p, Thinking) for p in pieces)
    assert usage.tokens_thought == 0


def test_an_answer_fits_its_schema_also_after_a_thought() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    said, _, _ = ask("What is 4 + 4?", schema=schema, thinking=Budget(12), max_tokens=40)
    assert isinstance(json.loads(said)["n"], int)


def test_chains_read_their_prompt_together_and_think_apart() -> None:
    async def run() -> dict[int, Usage]:
        messages = (BRIEF, Message("user", "Name a fruit that nobody else names."))
        request = Request(messages, max_tokens=8, temperature=0.9, thinking=Budget(8))
        return {i: p async for i, p in llama().chains(request, 3) if isinstance(p, Usage)}

    usages = anyio.run(run)
    assert sorted(usages) == [0, 1, 2]
    assert all(0 < u.tokens_thought <= 8 for u in usages.values())


def test_it_sees_no_images() -> None:
    picture = Message("user", "What is this?", images=(Image(b""),))

    async def run() -> None:
        async for _ in llama().stream(Request((picture,))):
            pass

    with pytest.raises(Refused, match="image"):
        anyio.run(run)


def test_what_it_counts_is_what_it_reads() -> None:
    request = Request((BRIEF, Message("user", "How long is this?")), max_tokens=1)
    _, _, usage = ask("How long is this?", max_tokens=1)
    assert anyio.run(llama().count, request) == usage.tokens_in


def test_closing_the_stream_stops_the_work() -> None:
    async def run() -> float:
        request = Request((BRIEF, Message("user", "Tell me a very long story.")), max_tokens=400)
        stream: Any = llama().stream(request)
        async for _ in stream:
            break
        await stream.aclose()
        with anyio.fail_after(60):  # 400 tokens would take longer, and the slot is the same
            async for item in llama().stream(Request((BRIEF, Message("user", "Hi")), max_tokens=2)):
                del item
        return 0.0

    anyio.run(run)


def test_reading_is_stopped_before_all_is_read() -> None:
    async def took(words: range, limit_s: float = 120) -> float:
        text = " ".join(f"word{n}" for n in words)
        request = Request((BRIEF, Message("user", text)), max_tokens=1, conversation=9)
        began = time.monotonic()
        with anyio.move_on_after(limit_s):
            async with aclosing(llama().stream(request)) as stream:
                async for _ in stream:
                    pass
        return time.monotonic() - began

    async def run() -> tuple[float, float]:
        await took(range(90), limit_s=0.3)
        after = await took(range(1))
        return after, await took(range(100, 190))

    after, whole = anyio.run(run)
    print(f"{after:.2f} s after a reading that was stopped; the whole takes {whole:.2f} s")
    assert after < whole / 2


@pytest.mark.parametrize(
    "make",
    [lambda p: None, lambda p: p.write_bytes(b""), lambda p: p.write_bytes(b"GGUF" + bytes(999))],
    ids=["missing", "empty", "damaged"],
)
def test_weights_that_can_not_be_read_say_how_to_mend_them(
    make: Callable[[Path], Any], tmp_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    make(path)
    with pytest.raises(WeightsMissing, match="vivavoce weights"):
        Llama(path)
