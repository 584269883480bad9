"""What is asked of llama.cpp, by a server that answers from a script."""

import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, closing
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from tests.models.remote.peers import Peer, Says, serving
from vivavoce.core import Broken, Budget, Call, Message, Refused, Retry
from vivavoce.models import Piece, Request, Text, Usage, llamacpp
from vivavoce.models.chains import counted, together
from vivavoce.models.engine import Engine
from vivavoce.models.tally import Tally
from vivavoce.models.toolcalls import NOT_EMPTY, constraint
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
        self.listening_address = ""

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


CALL = '<tool_call>\n{"name": "set_lamp", "arguments": {"on": [1, 1]}}\n</tool_call>'
LAMP = {"name": "set_lamp"}


def called(server: Scripted, request: Request) -> tuple[list[Piece], Usage]:
    async def run() -> tuple[list[Piece], Usage]:
        tally = Tally()
        told = Writer(Engine(server, 2)).answer(request, "prompt", constraint(request), tally, 0)
        return [piece async for piece in told], tally.usage("m")

    return anyio.run(run)


def test_a_stop_ends_words_but_never_a_call() -> None:
    request = Request(ASKED.messages, tools=(LAMP,), stop=("\n",))
    met = {"__verbose": {"stopping_word": "\n"}}
    server = Scripted(ended("<tool_call>", **met), ended(CALL))
    (call,), usage = called(server, request)
    assert isinstance(call, Call)
    assert (usage.finish, usage.stopped_by) == ("tool_calls", "")
    assert [body["stop"] for body in server.bodies] == [["<|im_end|>", "\n"], ["<|im_end|>"]]
    assert "start: calls\n" in server.bodies[1]["grammar"]  # it had begun to call
    pieces, usage = called(Scripted(ended("It is.", **met)), request)
    assert (pieces, usage.stopped_by) == ([Text("It is.")], "\n")


def test_a_call_that_only_the_grammar_lets_through_is_not_passed_on() -> None:
    def lamp(**rules: bool) -> dict[str, Any]:
        numbers = {"type": "array", "items": {"type": "integer"}, **rules}
        return {**LAMP, "parameters": {"type": "object", "properties": {"on": numbers}}}

    for tool, finish in ((lamp(), "tool_calls"), (lamp(uniqueItems=True), "stop")):
        pieces, usage = called(Scripted(ended(CALL)), Request(ASKED.messages, tools=(tool,)))
        assert [type(piece) for piece in pieces] == [Call] * (finish == "tool_calls")
        assert usage.finish == finish


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


def test_a_thought_that_closes_early_goes_on_until_its_budget_is_used_up() -> None:
    request = Request(ASKED.messages, thinking=Budget(20, extend=True))
    server, tally = Scripted(ended("One two three"), ended("four", "length")), Tally(granted=20)

    async def run() -> str:
        pieces = Writer(Engine(server, 1)).think(request, "prompt", tally, 3)
        return "".join([piece.text async for piece in pieces])

    assert anyio.run(run) == "One two three\nWaitfour" == tally.text
    assert server.bodies[1]["n_predict"] == 20 - 4 - 2
    assert tally.thought == 4 + 2 + 2
    assert tally.cut


def meant(server: Scripted, tally: Tally, most: float) -> bool:
    async def run() -> bool:
        request = Request(ASKED.messages, tools=(LAMP,))
        return await Writer(Engine(server, 1)).means_a_tool(request, "prompt", tally, 0, most)

    return anyio.run(run)


def look(*told: tuple[str, float]) -> list[Chunk]:
    """The chunks of a look at how a name would begin."""
    top = [{"token": token, "logprob": math.log(p)} for token, p in told]
    choice = {"text": told[0][0], "index": 0, "logprobs": {"content": [{"top_logprobs": top}]}}
    usage = {"prompt_tokens": 14, "completion_tokens": 1}
    usage["prompt_tokens_details"] = {"cached_tokens": 4}
    return [{"choices": [choice]}, {"choices": [choice | {"logprobs": None}], "usage": usage}]


def test_a_name_that_it_would_make_up_means_no_tool() -> None:
    told = look(("tell", 0.6), ("set", 0.3))
    assert not meant(Scripted(told), Tally(), 0.5)
    assert meant(Scripted(told), Tally(), 0.75)


def test_a_look_is_no_part_of_the_answer_but_what_it_read_is_counted() -> None:
    server, tally = Scripted(look(("set", 1.0)), ended("Yes.")), Tally()
    assert meant(server, tally, 0.1)
    answered(server, tally)
    assert server.bodies[0]["prompt"].startswith("prompt<tool_call>")
    usage = tally.usage("m")
    assert (usage.tokens_in, usage.tokens_cached, usage.tokens_out) == (9, 4, 2)


def many(server: Scripted, n: int) -> list[tuple[int, Piece]]:
    async def run() -> list[tuple[int, Piece]]:
        tallies = [Tally() for _ in range(n)]
        told = Writer(Engine(server, 1)).answer_together(ASKED, "prompt", "", tallies, 2)
        return [piece async for piece in counted(told, tallies, "m")]

    return anyio.run(run)


def test_answers_that_share_a_prompt_are_told_apart() -> None:
    (a, a_end), (b, b_end) = ended("Yes.", index=0), ended("No.", "length", index=1)
    pieces = many(Scripted([a, b, b_end, a_end]), 2)
    assert [(i, p.text) for i, p in pieces if isinstance(p, Text)] == [(0, "Yes."), (1, "No.")]
    assert [(i, p.finish) for i, p in pieces if isinstance(p, Usage)] == [
        (1, "length"),
        (0, "stop"),
    ]


def test_chains_that_break_off_halfway_are_broken() -> None:
    with pytest.raises(Broken):
        many(Scripted([ended("One two")[0], FULL]), 1)


def test_a_model_that_fails_while_it_only_thinks_leaves_the_answer_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request = Request(ASKED.messages, thinking=Budget(20))

    async def run(server: Scripted, kind: type[Exception]) -> None:
        counts = Peer(Says(['{"tokens": [1, 2]}'], media_type="application/json"))
        async with serving(counts) as server.listening_address:
            monkeypatch.setattr(llamacpp, "load", lambda path, cfg: server)
            model = llamacpp.Llama(Path("toy/toy.gguf"))
            with closing(model):
                for told in (model.stream(request), model.chains(request, 1)):
                    with pytest.raises(kind):
                        async for _ in told:
                            pass

    thought, word = ended("One two"), ended("Yes.")[0]
    anyio.run(run, Scripted([thought[0], FULL], [thought[0], FULL]), Retry)
    anyio.run(run, Scripted(thought, [word, FULL], thought, [word, FULL]), Broken)


def test_chains_that_never_begin_may_be_asked_again() -> None:
    with pytest.raises(Retry):
        many(Scripted([FULL]), 2)


def test_one_chain_that_fails_stops_the_others() -> None:
    stopped = list[int]()

    async def endless() -> AsyncGenerator[Piece]:
        try:
            while True:
                await anyio.lowlevel.checkpoint()
                yield Text("and")
        finally:
            stopped.append(1)

    async def failing() -> AsyncGenerator[Piece]:
        await anyio.lowlevel.checkpoint()
        raise Refused("no")
        yield Text("never")

    async def run() -> None:
        async with aclosing(together([endless(), failing()])) as told:
            async for _ in told:
                pass

    with pytest.raises(Refused):
        anyio.run(run)
    assert stopped == [1]
