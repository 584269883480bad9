"""The local ladder: what is computed from answers that are recorded."""

import json
import sys
import tomllib
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.ladder.__main__ import jobs, main, table_without
from bench.ladder.numbers import auc, lines, numbers, oracle
from bench.ladder.policy import POLICIES, Policy, Tried, climb, config, crossed, run, seen
from bench.ladder.steps import Job, Models, ladder
from bench.questions import Question, gsm8k
from bench.questions.asked import answered
from tests.fakes import FakeModel
from vivavoce.core import Budget, ConfigError, Message
from vivavoce.mind import Vote
from vivavoce.mind.router.difficulty import shipped
from vivavoce.models import Piece, Request, Text, Usage

STEPS = ladder(256, 5)
SMALL, LARGE, THINKING, VOTES = (step.name for step in STEPS)
TEXT = "Tom has {n} boxes of 12 pens and gives away 5 pens. How many pens are left?"
MANY = 40


def question(n: int) -> Question:
    text = TEXT.format(n=n + 2)
    asked = (Message("system", "Solve it."), Message("user", text))
    return Question(f"q{n}", text, str(12 * (n + 2) - 5), asked, asked)


def row(n: int, rung: str, right: bool, s: float, confidence: float | None) -> dict[str, Any]:
    told = {"rung": rung, "bare": False, "id": f"q{n}", "right": "7", "thought": 0, "tokens": 9}
    return told | {"answer": "7" if right else "", "s": s, "confidence": confidence}


def recorded() -> list[dict[str, Any]]:
    """The small one is right in a fourth of the questions and knows it, the large one in half, the
    others a little more often and much more slowly."""
    rows = []
    for n in range(MANY):
        small, large = n % 4 == 0, n % 2 == 0
        rows.append(row(n, SMALL, small, 2.0, 0.97 if small else 0.55))
        rows.append(row(n, LARGE, large, 6.0, 0.96 if large else 0.6))
        rows.append(row(n, THINKING, large or n % 8 == 1, 15.0, 0.9))
        rows.append(row(n, VOTES, large or n % 4 == 1, 90.0, None))
    return rows


QUESTIONS = [question(n) for n in range(MANY)]


@cache
def found() -> dict[str, Any]:
    """What the recorded answers come to."""
    return numbers(recorded(), QUESTIONS, STEPS, shipped(), bare=False)


sure = st.one_of(st.none(), st.floats(0, 1))


@given(st.tuples(sure, sure, sure, sure), st.sampled_from(POLICIES))
def test_every_way_ends_and_only_goes_up(sures: tuple[float | None, ...], policy: Policy) -> None:
    tries = {s.name: Tried(False, 1.0, c) for s, c in zip(STEPS, sures, strict=True)}
    went = [STEPS.index(s) for s in climb(seen(Job(STEPS[0], question(0), False), shipped()),
                                          tries, policy, STEPS)]  # fmt: skip
    assert went == sorted(set(went))
    assert went[0] == 0 or policy.start == "chosen"


def test_a_sure_answer_stands_and_a_doubtful_one_is_asked_again_higher_up() -> None:
    asked = seen(Job(STEPS[0], question(0), False), shipped())
    unsure = {s.name: Tried(i > 0, 2.0, 0.4) for i, s in enumerate(STEPS)}
    right, seconds = run(asked, unsure, Policy("bottom", 0.8), STEPS)
    assert right
    assert seconds >= 4.0, "both were waited for"
    known = unsure | {SMALL: Tried(False, 2.0, 0.9)}
    assert run(asked, known, Policy("bottom", 0.8), STEPS) == (False, 2.0)
    assert run(asked, unsure, Policy("bottom", 0.0), STEPS) == (False, 2.0)


def test_what_is_routed_is_right_and_quick_where_doubt_tells_the_truth() -> None:
    ways = found()["policies"]
    assert found()["questions"] == MANY
    assert (ways[f"always {VOTES}"]["right"], ways[f"always {VOTES}"]["saved"]) == (75.0, 0.0)
    routed = ways["routed, cross-validated"]
    assert routed["right"] >= ways[f"always {LARGE}"]["right"]
    assert routed["s"] < ways[f"always {THINKING}"]["s"]
    assert routed["saved"] > 80
    assert routed["worth_cents"] >= ways[f"always {VOTES}"]["worth_cents"]
    assert sum(found()["chosen"].values()) == pytest.approx(1.0, abs=0.02)
    assert ways["oracle"]["right"] >= max(w["right"] for w in ways.values())
    assert ways["oracle"]["s"] <= ways["routed, cross-validated"]["s"] + 90


@given(st.integers(0, 9), st.integers(0, 2**32 - 1))
def test_no_question_has_a_say_in_how_it_is_judged(which: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    right = rng.integers(0, 2, (len(POLICIES), 10)).astype(np.float64)
    s = rng.uniform(1, 100, (len(POLICIES), 10))
    changed = right.copy()
    changed[:, which] = 1 - changed[:, which]
    same = crossed(right, s, config(STEPS)).s[which]
    assert crossed(changed, s, config(STEPS)).s[which] == same


def test_the_oracle_takes_the_lowest_rung_that_is_right() -> None:
    tries = {s.name: Tried(i >= 2, 10.0 * (i + 1)) for i, s in enumerate(STEPS)}
    nobody = {s.name: Tried(False, 10.0 * (i + 1)) for i, s in enumerate(STEPS)}
    right, s = oracle([tries, nobody], STEPS)
    assert (list(right), list(s)) == ([1.0, 0.0], [30.0, 10.0])


def test_how_well_an_answer_knows_whether_it_is_right() -> None:
    assert auc([(0.9, True), (0.5, False)]) == 1.0
    assert auc([(0.5, True), (0.5, False)]) == 0.5
    assert auc([(0.2, True), (0.5, False), (0.1, False)]) == 0.5
    assert auc([(0.5, True)]) is None
    assert found()["rungs"][SMALL]["auc"] == 1.0
    assert found()["rungs"][VOTES]["auc"] is None


def test_what_was_measured_comes_as_lines_of_the_routers_file() -> None:
    told = tomllib.loads(lines(found(), "python -m bench.ladder"))
    assert told["models"][STEPS[1].model]["quality"]["value"] == 0.5
    assert told["models"][STEPS[0].model]["quality"]["questions"] == MANY
    assert told["gains"]["thought"]["value"] > 0
    assert told["gains"]["chain"]["value"] == pytest.approx(0.25, abs=0.02)  # .625 → .75, five
    assert told["gains"]["chain"]["from"] == "python -m bench.ladder"


def test_rungs_that_were_not_asked_leave_the_others_their_numbers() -> None:
    some = [r for r in recorded() if r["rung"] == SMALL][:3]
    part = numbers(some, QUESTIONS, STEPS, shipped(), bare=False)
    assert part["questions"] == 0
    assert list(part["rungs"]) == [SMALL]
    assert "policies" not in part
    assert part["measured"]["gains"] == {}
    assert lines(part, "three questions measure nothing") == ""
    other = [r | {"bare": True} for r in recorded()]
    assert numbers(other, QUESTIONS, STEPS, shipped(), bare=False)["rungs"] == {}


def test_only_what_the_log_lacks_is_asked_question_by_question() -> None:
    done = {(SMALL, "q0", False), (LARGE, "q0", True)}
    todo = jobs(QUESTIONS[:2], STEPS, bare=False, done=done)
    assert [j.key[:2] for j in todo[:3]] == [(LARGE, "q0"), (THINKING, "q0"), (VOTES, "q0")]
    assert len(todo) == 7
    done = {(s.name, "q0", False) for s in STEPS}
    deeper = jobs(QUESTIONS[:1], ladder(512, 5), bare=False, done=done)
    assert [j.step.name for j in deeper] == ["1.5b + 512 thinking", "1.5b + 512 thinking x 5"]
    assert [j.request().confidence for j in todo[:3]] == [True, True, False]


async def vote() -> AsyncIterator[Piece | Vote]:
    yield Vote(5)
    yield Text("3 + 4 = 7\n")
    yield Text("The answer is $7.00.")
    yield Usage(9, 0, 40, 20, confidence=0.9)


def test_an_answer_is_judged_by_its_number() -> None:
    asked = Question("q", "3 + 4?", "7", (), ())
    told = anyio.run(lambda: answered(asked, vote()))
    assert (told["answer"], told["right"]) == ("7", "7")
    assert (told["tokens"], told["thought"], told["confidence"]) == (40, 20, 0.9)


class Sums(FakeModel):
    """Answers rightly, and is as sure as it is asked to say."""

    def __init__(self, name: str) -> None:
        super().__init__("The answer is 7.")
        self.name, self.read, self.closed = name, 0, False

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        self.read += request.read_only
        async for piece in super().stream(request):
            sure = 0.9 if request.confidence else None
            yield replace(piece, confidence=sure) if isinstance(piece, Usage) else piece

    def close(self) -> None:
        self.closed = True


def test_each_rung_is_asked_as_the_mind_asks_it() -> None:
    loaded: list[Sums] = []

    def load(name: str) -> Sums:
        loaded.append(Sums(name))
        return loaded[-1]

    asked = Question("q", "3 + 4?", "7", question(0).messages, question(0).messages)
    models = Models(load)

    async def climbed() -> list[dict[str, Any]]:
        return [await models.ask(Job(step, asked, False)) for step in STEPS]

    rows = anyio.run(climbed)
    models.close()
    assert [(r["rung"], r["answer"]) for r in rows] == [(s.name, "7") for s in STEPS]
    assert [r["confidence"] for r in rows] == [0.9, 0.9, 0.9, None]
    assert [(m.name, m.read, m.closed) for m in loaded] == [
        (STEPS[0].model, 1, True),
        (STEPS[1].model, 1, True),
    ]
    thoughts = [r.thinking for r in loaded[1].asked]
    assert thoughts[:2] == [None, Budget(256)]
    votes = loaded[1].asked[2:]
    assert 3 <= len(votes) <= 5, "stopped as soon as it is decided"
    assert {(r.thinking, r.temperature) for r in votes} == {(Budget(256), 0.7)}
    assert len({r.seed for r in votes}) == len(votes)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as --data has it: 30 questions, of which the models get some right."""
    folder = tmp_path / "questions"
    folder.mkdir()
    solved = [{"question": TEXT.format(n=n), "answer": f"12 * {n}\n#### {n}"} for n in range(30)]
    for part in ("test", "train"):
        text = "".join(json.dumps(line) + "\n" for line in solved)
        (folder / f"gsm8k_{part}.jsonl").write_text(text)
    answers = [f'"{TEXT.format(n=n)}",{n % 3 == 0},{n % 3 < 2}' for n in range(30)]
    (folder / "gsm8k_responses.csv").write_text("\n".join(["prompt,weak,strong", *answers]))
    return tmp_path


def test_difficulty_is_learned_without_the_questions_that_are_asked(data: Path) -> None:
    questions = gsm8k(data, 5, seed=1)
    table = table_without(questions, data / "questions")
    file = data / "questions" / "gsm8k_responses.csv"
    flipped = file.read_text()
    for q in questions:
        n = int(q.text.split()[2])
        flipped = flipped.replace(
            f'"{q.text}",{n % 3 == 0},{n % 3 < 2}', f'"{q.text}",{n % 3 != 0},{n % 3 >= 2}'
        )
    assert flipped != file.read_text()
    file.write_text(flipped)
    again = table_without(questions, data / "questions")
    assert np.array_equal(table.weights, again.weights)
    file.unlink()
    with pytest.raises(ConfigError, match="--data"):
        table_without(questions, data / "questions")


def test_a_log_is_read_without_a_model_and_ends_in_json_and_a_picture(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log, picture, kept = data / "l.jsonl", data / "l.png", data / "all.json"
    asked = gsm8k(data, 24, seed=1)
    rows = [r | {"id": q.id} for n, q in enumerate(asked) for r in recorded() if r["id"] == f"q{n}"]
    log.write_text("".join(json.dumps(r) + "\n" for r in rows))
    argv = ["ladder", "--read", "--data", data, "--questions", "24", "--log", log,
            "--plot", picture, "--json", kept]  # fmt: skip
    monkeypatch.setattr(sys, "argv", [str(a) for a in argv])
    main()
    out = capsys.readouterr().out
    told = json.loads(out.splitlines()[-1])
    assert (told["bench"], told["questions"], told["bare"]) == ("ladder", 24, False)
    assert set(told["policies"]) >= {"oracle", "routed, as shipped", "routed, cross-validated"}
    assert "details" not in told
    assert '[models."qwen2.5-coder-0.5b-instruct".quality]' in out
    assert len(json.loads(kept.read_text())["details"]["rows"]) == 96
    assert picture.read_bytes().startswith(b"\x89PNG")
