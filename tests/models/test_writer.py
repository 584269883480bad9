"""What is asked of llama.cpp, by a server that answers from a script."""

from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import anyio
import pytest

from vivavoce.core import Broken, Budget, Message, Refused, Retry
from vivavoce.models import Piece, Request, Text, Thinking, Usage
from vivavoce.models.chains import Wave
from vivavoce.models.engine import Engine
from vivavoce.models.tally import Tally
from vivavoce.models.toolcalls import NOT_EMPTY
from vivavoce.models.writer import Writer

Chunk = dict[str, Any]


def ended(text: str, finish: str = "stop", index: int = 0, **more: Any) -> list[Chunk]:
    """The chunks of one completion."""
    usage = {"prompt_tokens": 9, "completion_tokens": len(text.split()) + 1}
    choice = {"text": text, "index": index, "finish_reason": None}
    last = {"text": "", "index": index, "finish_reason": finish}
    return [{"choices": [choice]}, {"choices": [last], "usage": usage, **more}]


class Scripted:
    """Answers the n-th body with the n-th script, and keeps the bodies."""

    def __init__(self, *scripts: list[Chunk]) -> None:
        self._scripts = iter(scripts)
        self.bodies: list[dict[str, Any]] = []

    def handle_completions(self, body: dict[str, Any], on_chunk: Callable[[Chunk], bool]) -> None:
        self.bodies.append(body)
        for chunk in next(self._scripts):
            if on_chunk(chunk):
                return


ASKED = Request((Message("user", "Is it late?"),), max_tokens=9)


def answered(server: Scripted, tally: Tally, request: Request = ASKED) -> str:
    async def run() -> str:
        writer = Writer(Engine(server, 2))
        pieces = [p async for p in writer.answer(request, "prompt", "", tally, 0)]
        return "".join(p.text for p in pieces if isinstance(p, Text))

    return anyio.run(run)


def test_an_empty_answer_after_a_thought_is_written_again_and_all_is_counted() -> None:
    server, tally = Scripted(ended(" \n</think>"), ended("Yes.")), Tally(thought=5, written=5)
    assert answered(server, tally) == "Yes."
    assert server.bodies[1]["grammar"] == NOT_EMPTY
    assert tally.written == 5 + 2 + 2


def test_an_empty_answer_without_a_thought_stands() -> None:
    server = Scripted(ended(""))
    assert answered(server, Tally()) == ""
    assert len(server.bodies) == 1


def test_an_answer_that_a_stop_word_ends_at_once_stands() -> None:
    server = Scripted(ended("", __verbose={"stopping_word": "Yes"}))
    tally = Tally(thought=5)
    request = Request(ASKED.messages, stop=("Yes",))
    assert answered(server, tally, request) == ""
    assert tally.usage("m").stopped_by == "Yes"


def test_the_models_own_end_is_no_stop_of_the_request() -> None:
    server, tally = Scripted(ended("No.", __verbose={"stopping_word": "<|im_end|>"})), Tally()
    answered(server, tally, Request(ASKED.messages, stop=("Yes",)))
    assert tally.usage("m").stopped_by == ""


FULL = {"error": {"message": "Context size has been exceeded.", "type": "server_error"}}
LONG = {
    "error": {
        "message": "request (601 tokens) exceeds the available context size (512 tokens)",
        "type": "exceed_context_size_error",
    }
}
WRONG = {"error": {"message": "no such grammar", "type": "invalid_request_error"}}


@pytest.mark.parametrize(("error", "kind"), [(FULL, Retry), (LONG, Refused), (WRONG, Refused)])
def test_an_error_says_what_to_do_next(error: Chunk, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        answered(Scripted([error]), Tally())


def wave(server: Scripted, request: Request, chains: int, granted: int | None) -> list[Piece]:
    async def run() -> list[Piece]:
        made = Wave(Writer(Engine(server, 4)), request, "prompt", "", range(chains))
        async with aclosing(made.pieces(0, granted, "m")) as pieces:
            return [piece async for _, piece in pieces]

    return anyio.run(run)


def test_a_chain_that_is_done_thinking_early_goes_on_until_its_budget_is_used_up() -> None:
    request = Request(ASKED.messages, thinking=Budget(20, extend=True))
    server = Scripted(
        ended("One two three", __verbose={"id_slot": 3}),
        ended("four", "length"),
        ended("Yes."),
    )
    pieces = wave(server, request, 1, 20)
    thought = "".join(p.text for p in pieces if isinstance(p, Thinking))
    assert thought == "One two three\nWaitfour"
    assert server.bodies[1]["n_predict"] == 20 - 4 - 2
    assert [body["id_slot"] for body in server.bodies] == [0, 3, 3]
    (usage,) = (p for p in pieces if isinstance(p, Usage))
    assert usage.tokens_thought == 4 + 2 + 2


def test_chains_that_break_off_halfway_are_broken() -> None:
    request = Request(ASKED.messages, thinking=Budget(20))
    with pytest.raises(Broken):
        wave(Scripted([ended("One two")[0], FULL]), request, 1, 20)


def test_chains_that_never_begin_may_be_asked_again() -> None:
    with pytest.raises(Retry):
        wave(Scripted([FULL]), ASKED, 2, None)
