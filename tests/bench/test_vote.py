"""The vote's benchmark: what it computes from chains that are done."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.journal import logged
from bench.questions import gsm8k
from bench.questions.replay import Done, compared, held
from bench.vote import Job, numbers, show
from vivavoce.core import ConfigError
from vivavoce.mind import Voting

_chains = st.lists(
    st.builds(Done, st.sampled_from(["", "1", "2"]), st.integers(1, 300)), min_size=2, max_size=9
)


@given(_chains, st.integers(1, 5))
def test_stopping_early_never_costs_more_tokens(chains: list[Done], at_once: int) -> None:
    n = len(chains)
    whole = held(chains, Voting(n, "all"), at_once)
    early = held(chains, Voting(n, "decided"), at_once)
    assert early.tokens <= whole.tokens == sum(c.tokens for c in chains)
    assert early.answer == whole.answer


def test_what_runs_at_the_stop_has_written_so_far() -> None:
    chains = [Done("1", 10), Done("1", 10), Done("1", 100), Done("1", 100), Done("1", 100)]
    vote = held(chains, Voting(5, "decided"), at_once=3)
    assert (vote.stopped, vote.tokens) == ("decided", 10 + 10 + 100 + 90 + 90)


def test_a_vote_gains_where_most_chains_are_right() -> None:
    found = compared([("1", [Done("1", 9), Done("2", 9), Done("1", 9)])] * 20, Voting(3, "all"), 4)
    assert (found["single"], found["right"], found["gain"]) == (66.7, 100.0, 33.3)
    assert found["saved"] == 0


def test_a_weighted_vote_counts_confidence() -> None:
    chains = [Done("1", 9, 0.9), Done("2", 9, 0.4), Done("2", 9, 0.4)]
    assert held(chains, Voting(3, "all"), 4).answer == "2"
    assert held(chains, Voting(3, "all", weighted=True), 4).answer == "1"


def row(chain: int, budget: int | None, answer: str) -> dict[str, object]:
    return {"task": "gym", "id": "q", "budget": budget, "chain": chain, "right": "7",
            "answer": answer, "tokens": 20, "thought": 30, "kept": "exact"}  # fmt: skip


def test_the_log_goes_on_after_a_line_that_was_cut_off(tmp_path: Path) -> None:
    log = tmp_path / "vote.jsonl"
    lines = [json.dumps(row(i, None, "7")) for i in range(5)] + [json.dumps(row(0, 32, "8"))]
    log.write_text("\n".join(lines) + '\n{"task": "gy')
    result = numbers(logged(log), 4)
    assert result["tasks"]["gym"]["votes"]["5"]["decided"]["right"] == 100
    assert result["tasks"]["gym"]["budgets"]["32"]["right"] == 0
    assert "confident .9" in show(result)


def test_the_questions_are_a_fixed_sample(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    for part in ("test", "train"):
        lines = [{"question": f"{part} {i}?", "answer": f"<<1=1>>x\n#### {i}"} for i in range(9)]
        text = "\n".join(json.dumps(line) for line in lines)
        (tmp_path / "questions" / f"gsm8k_{part}.jsonl").write_text(text)
    first = gsm8k(tmp_path, 4, seed=1)
    assert first == gsm8k(tmp_path, 4, seed=1)
    assert first[0].messages[-1].text == first[0].text
    assert Job("gsm8k", first[0], None, 3).request().seed == 3
    with pytest.raises(ConfigError, match="--data"):
        gsm8k(tmp_path / "none", 4, seed=1)
