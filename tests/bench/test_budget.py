"""The benchmark of thinking budgets."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import budget
from vivavoce.models import Card, Piece, Request, Text, Thinking, Usage


class Overruns:
    """Thinks one token more than it may."""

    card = Card("over", 4096)

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        assert request.thinking is not None
        yield Thinking("hm")
        yield Text("  ")
        thought = request.thinking.tokens + 1
        yield Usage(9, 0, thought, thought, "length", granted=request.thinking.tokens)

    async def count(self, request: Request) -> int:
        return 9


@given(st.integers(0, 10_000), st.sampled_from([budget.SHORT, budget.LONG]))
def test_a_request_is_the_same_at_every_run_and_its_budget_within_bounds(n: int, most: int) -> None:
    asked = budget.request(n, most)
    assert asked == budget.request(n, most)
    assert asked.thinking is not None
    assert 0 <= asked.thinking.tokens <= most
    assert asked.thinking.extend or most == budget.SHORT


def test_an_overrun_and_an_empty_answer_are_counted() -> None:
    async def rows() -> list[budget.Row]:
        return [await budget.one(Overruns(), n, budget.SHORT) for n in range(3)]

    found = budget.numbers(anyio.run(rows))
    assert (found["requests"], found["overruns"], found["answers_missing"]) == (3, 3, 3)
    assert found["granted_less"] == 0
    assert found["finish"] == {"length": 3}


def test_a_log_is_read_model_by_model_drawn_and_told_as_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log, picture = tmp_path / "log.jsonl", tmp_path / "dots.png"
    row = {"number": 0, "most": 128, "budget": 20, "granted": 20, "thought": 18,
           "answered": True, "finish": "stop"}  # fmt: skip
    mine, other = "qwen2.5-coder-0.5b-instruct", "qwen2.5-coder-1.5b-instruct"
    rows = [
        row,  # of a log from before models were named
        row | {"number": 1, "model": mine, "extend": True},
        row | {"number": 2, "model": other, "thought": 99},
        row | {"number": 3, "model": mine, "most": 2048, "thought": 99},
    ]
    log.write_text("".join(json.dumps(r) + "\n" for r in rows))
    argv = ["budget", "--read", "--log", str(log), "--plot", str(picture)]
    monkeypatch.setattr(sys, "argv", argv)
    budget.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["bench"], told["requests"], told["overruns"]) == ("budget", 2, 0)
    assert picture.read_bytes().startswith(b"\x89PNG")
