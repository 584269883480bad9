"""The benchmark of tool calls: what is judged right, and what else it tells."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bench.tools.__main__ import replied, show
from bench.tools.bfcl import Question, questions, sample, schema, wheel
from bench.tools.chart import draw
from bench.tools.check import VERDICTS, lenient, verdict
from bench.tools.numbers import numbers
from bench.tools.reply import Reply
from vivavoce.core import ConfigError

_TYPED = {
    "city": "string", "days": "integer", "share": "float", "loud": "boolean", "spot": "tuple",
    "names": "array", "box": "dict",
}  # fmt: skip
_INNER = {"spot": "float", "names": "string"}
FUNCTION: dict[str, Any] = {
    "name": "sky.report",
    "description": "Tell the weather",
    "parameters": {
        "type": "dict",
        "properties": {
            name: {"type": kind} | ({"items": {"type": _INNER[name]}} if name in _INNER else {})
            for name, kind in _TYPED.items()
        },
        "required": ["city"],
    },
}


def question(*allowed: dict[str, list[Any]]) -> Question:
    answers = tuple(("sky.report", {"city": ["Rome"], **more}) for more in allowed)
    return Question("q", "parallel", "How is it?", (FUNCTION,), answers)


def reply(*args: dict[str, Any], name: str = "sky.report") -> Reply:
    return Reply(tuple((name, json.dumps({"city": "Rome", **more})) for more in args))


@pytest.mark.parametrize(
    ("allowed", "args"),
    [
        ({"days": [2, 3]}, {"days": 3}),
        ({"days": [2, ""]}, {}),
        ({"share": [5.0]}, {"share": 5}),
        ({"city": ["St. John's, New-York"]}, {"city": 'st john"s new york'}),
        ({"spot": [[1.5, 2.0]]}, {"spot": [1.5, 2]}),
        ({"names": [["Ann", "Bob"]]}, {"names": ["ann", "b.o.b"]}),
        ({"box": [{"w": [1, 2], "h": ["", 3]}]}, {"box": {"w": 2}}),
        ({"loud": [True]}, {"loud": True}),
    ],
)
def test_a_call_is_right_if_each_argument_is_one_of_those_allowed(
    allowed: dict[str, list[Any]], args: dict[str, Any]
) -> None:
    assert verdict(question(allowed), reply(args)) == "right"


@pytest.mark.parametrize(
    ("allowed", "args"),
    [
        ({"days": [2]}, {"days": 3}),
        ({"days": [2]}, {}),
        ({}, {"days": 2}),
        ({"city": ["Rome"]}, {"city": "Milan"}),
        ({"names": [["Ann", "Bob"]]}, {"names": ["Bob", "Ann"]}),
        ({"names": [["Ann"]]}, {"names": ["Ann", "Bob"]}),
        ({"box": [{"w": [1]}]}, {"box": {"w": 1, "h": 3}}),
        ({"box": [{"w": [1]}]}, {"box": {}}),
        ({"loud": [True]}, {"loud": False}),
    ],
)
def test_a_call_is_wrong_if_an_argument_is_another_or_is_lacking_or_is_one_too_many(
    allowed: dict[str, list[Any]], args: dict[str, Any]
) -> None:
    assert verdict(question(allowed), reply(args)) == "wrong arguments"


@given(st.permutations([1, 2, 3]))
def test_calls_may_come_in_any_order(order: list[int]) -> None:
    expected = question({"days": [1]}, {"days": [2]}, {"days": [3]})
    assert verdict(expected, reply(*({"days": n} for n in order))) == "right"


def test_a_call_counts_once() -> None:
    assert verdict(question({"days": [1]}, {"days": [2]}), reply({"days": 1}, {"days": 1})) == (
        "wrong arguments"
    )


def test_each_failure_has_its_name() -> None:
    one = question({})
    none = Question("n", "irrelevance", "Hm?", (FUNCTION,), ())
    assert verdict(one, Reply(text="Sunny.")) == "missing"
    assert verdict(one, reply({}, {})) == "superfluous"
    assert verdict(one, reply({}, name="sea.report")) == "wrong name"
    assert verdict(one, Reply(failed="no answer")) == "failed"
    assert verdict(none, Reply(text="I don't know.")) == "right"
    assert verdict(none, reply({})) == "superfluous"


@pytest.mark.parametrize(
    "bad",
    [
        Reply((("sky.report", '{"city": "Rome"'),)),
        Reply((("sky.report", '{"city": 3}'),)),
        Reply((("sky.report", "{}"),)),
        Reply(text='```json\n{"name": "sky.report", "arguments": {"city": "Rome"}}\n```'),
        Reply(text="<tool_call>\n{"),
        Reply(cut=True),
    ],
    ids=["no JSON", "wrong type", "lacks one", "in the text", "begun in the text", "cut off"],
)
def test_a_call_that_nobody_could_run_is_malformed(bad: Reply) -> None:
    assert verdict(question({}), bad) == "malformed"


def test_a_lenient_client_reads_calls_in_the_text_too() -> None:
    written = 'So:\n{"x": {1}} {"name": "sky.report", "arguments": {"city": "Rome"}} Done.'
    assert verdict(question({}), lenient(question({}), Reply(text=written))) == "right"
    for text in ("I can't {do} that.", 'As {"name": ["Rome", "Oslo"]} shows.'):
        assert lenient(question({}), Reply(text=text)) == Reply(text=text)


def test_bfcls_types_become_json_schema() -> None:
    made = schema(FUNCTION["parameters"])
    Draft202012Validator.check_schema(made)
    assert made["properties"]["spot"] == {"type": "array", "items": {"type": "number"}}
    assert made["properties"]["box"] == {"type": "object"}
    assert schema({"type": "any", "optional": True}) == {"type": "string"}


def test_questions_come_out_of_the_wheel_with_their_answers(tmp_path: Path) -> None:
    path = tmp_path / "bfcl_eval-2026.3.23-py3-none-any.whl"
    entry = {
        "id": "parallel_0",
        "question": [[{"role": "user", "content": "Rome?"}]],
        "function": [FUNCTION],
    }
    truth = {"id": "parallel_0", "ground_truth": [{"sky.report": {"city": ["Rome"]}}]}
    with zipfile.ZipFile(path, "w") as packed:
        for category in ("parallel", "irrelevance"):
            packed.writestr(f"bfcl_eval/data/BFCL_v4_{category}.json", json.dumps(entry))
        name = "bfcl_eval/data/possible_answer/BFCL_v4_parallel.json"
        packed.writestr(name, json.dumps(truth))
    assert wheel(tmp_path) == path  # nothing is fetched
    (found,) = questions(path, "parallel")
    assert found.answers == (("sky.report", {"city": ["Rome"]}),)
    assert found.text == "Rome?"
    assert questions(path, "irrelevance")[0].answers == ()


@given(st.integers(0, 99), st.integers(0, 20))
def test_a_tuning_question_is_never_judged(seed: int, count: int) -> None:
    all_of_them = [Question(str(i), "multiple", "", (), ()) for i in range(41)]
    judged = sample(all_of_them, count, seed, tuning=False)
    tuned = sample(all_of_them, count, seed, tuning=True)
    assert len({q.id for q in judged + tuned}) == 2 * count
    assert judged == sample(all_of_them, 20, seed, tuning=False)[:count]


def test_more_than_half_would_leave_nothing_for_tuning() -> None:
    with pytest.raises(ConfigError, match="at most 1"):
        sample([question({})] * 3, 2, 0, tuning=False)


def test_shares_are_of_the_questions_that_both_have_answered(tmp_path: Path) -> None:
    asked = [Question(str(i), "multiple", "", (FUNCTION,), question({}).answers) for i in range(4)]
    written = Reply(text='{"name": "sky.report", "arguments": {"city": "Rome"}}')
    found = numbers(
        asked,
        {
            "ours": {q.id: reply({}) for q in asked},
            "llama.cpp": {"0": reply({}), "1": written, "2": Reply(text="Sunny.")},
        },
    )
    assert found["questions"] == 3
    assert found["systems"]["ours"]["multiple"]["right_percent"] == 100
    theirs = found["systems"]["llama.cpp"]["all"]
    assert (theirs["right"], theirs["malformed"], theirs["missing"]) == (1, 1, 1)
    assert (theirs["right_percent"], theirs["right_percent_lenient"]) == (33.3, 66.7)
    assert sum(theirs[name] for name in VERDICTS) == 3
    assert found["difference"]["points"] == 66.7
    assert found["difference"]["points_lenient"] == 33.3
    assert "66.7 points" in show(found)
    draw({**found, "model": "a model"}, tmp_path / "bars.png")
    assert (tmp_path / "bars.png").read_bytes().startswith(b"\x89PNG")


def test_the_log_goes_on_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    log = tmp_path / "tools.jsonl"
    kept = reply({"days": 2})
    row = json.dumps({"model": "m", "system": "ours", "id": "q", **kept.row()})
    log.write_text(f"{row}\n{row[:30]}")
    assert replied(log) == {("m", "ours", "q"): kept}
    assert replied(tmp_path / "none.jsonl") == {}
