"""The real local model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

from tests.models.test_prompt import LIGHT
from tests.weights_here import llama
from vivavoce.core import Message, WeightsMissing
from vivavoce.models import Delta, Request, Usage
from vivavoce.models.llamacpp import Llama

pytestmark = pytest.mark.real
BRIEF = Message("system", "Answer in one short sentence.")


def ask(text: str, **more: Any) -> tuple[str, list[Delta], Usage]:
    async def run() -> list[Delta | Usage]:
        request = Request((BRIEF, Message("user", text)), **more)
        return [item async for item in llama().stream(request)]

    items = anyio.run(run)
    deltas = [i for i in items if isinstance(i, Delta)]
    assert isinstance(items[-1], Usage)
    return "".join(d.text for d in deltas), deltas, items[-1]


def test_it_answers_and_says_what_it_spent() -> None:
    said, _, usage = ask("What is the capital of Australia?")
    assert "Canberra" in said
    assert usage.tokens_out > 2
    assert usage.finish == "stop"


def test_what_was_read_ahead_is_not_read_again() -> None:
    ask("Why is the sky", read_only=True, conversation=7)
    _, _, usage = ask("Why is the sky blue?", max_tokens=4, conversation=7)
    assert usage.tokens_cached >= usage.tokens_in - 10
    assert usage.finish == "length"


def test_the_same_question_gets_the_same_answer() -> None:
    assert len({ask("Name a colour.", max_tokens=8, conversation=8)[0] for _ in range(3)}) == 1


def test_a_function_call_fits_its_schema() -> None:
    said, deltas, usage = ask("Please switch on the light.", tools=(LIGHT,), tool_choice="required")
    assert said == ""
    (call,) = [d.call for d in deltas if d.call]
    assert call[0] == "set_light"
    assert json.loads(call[1]) == {"on": True}
    assert usage.finish == "tool_calls"


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
