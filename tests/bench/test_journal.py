"""The logs of the benchmarks: what is done stays done."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from bench.journal import add_options, collect, logged
from vivavoce.core import Retry


async def double(n: int) -> dict[str, Any]:
    if n == 3:
        raise Retry("busy")
    return {"n": n, "twice": 2 * n}


def test_a_second_start_goes_on_behind_a_line_that_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    collect([1, 2], double, log)
    with log.open("a") as cut:
        cut.write('{"n": 9, "tw')
    assert [r["n"] for r in logged(log)] == [1, 2]
    assert "cut off" in capsys.readouterr().err
    collect([4, 5], double, log, at_once=2)
    assert sorted(r["n"] for r in logged(log)) == [1, 2, 4, 5]
    assert logged(tmp_path / "none") == []


def test_what_fails_is_told_and_left_to_the_next_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    collect([2, 3, 4], double, log, name=lambda n: f"number {n}")
    assert [r["n"] for r in logged(log)] == [2, 4]
    assert "number 3: busy" in capsys.readouterr().err


def test_when_the_time_is_up_nothing_more_is_begun_and_it_is_said_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"
    collect([1, 2, 4], double, log, minutes=0)
    assert logged(log) == []
    assert "3 left; the same command goes on" in capsys.readouterr().err
    collect([1, 2, 4], double, log, minutes=5)
    assert len(logged(log)) == 3
    assert "left" not in capsys.readouterr().err


def test_ctrl_c_says_that_nothing_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.jsonl"

    async def stopped(n: int) -> dict[str, Any]:
        if n == 2:
            raise KeyboardInterrupt
        return await double(n)

    with pytest.raises(KeyboardInterrupt):
        collect([1, 2, 4], stopped, log)
    assert [json.loads(line)["n"] for line in log.read_text().splitlines()] == [1]
    assert "the same command goes on" in capsys.readouterr().err


def test_a_log_whose_name_depends_on_other_options_is_named_later() -> None:
    fixed, open_ = argparse.ArgumentParser(), argparse.ArgumentParser()
    add_options(fixed, "a.jsonl")
    add_options(open_, "a-{model}.jsonl")
    assert fixed.parse_args([]).log == Path("a.jsonl")
    assert open_.parse_args([]).log is None
    assert fixed.parse_args(["--minutes", "1.5"]).minutes == 1.5
