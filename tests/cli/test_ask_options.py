"""What vivavoce ask takes besides the question."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.cli.minds import Scripted, echo
from vivavoce.cli.root import vivavoce
from vivavoce.core import Budget
from vivavoce.mind import Ask, Ballot, Outcome, Told, Vote, Voting
from vivavoce.models import Text, Thinking, Usage

PNG = b"\x89PNG\r\n\x1a\n rest"


def ask(mind: Scripted, *arguments: object) -> Result:
    return CliRunner().invoke(vivavoce, ["ask", *map(str, arguments)], obj=mind)


def test_how_to_think_goes_with_the_question() -> None:
    mind = Scripted(echo)
    options = ["--think", "128", "--chains", 3, "--model", "large", "--stays-here"]
    done = ask(mind, *options, "Why?")
    assert done.stdout == "you said Why?\n"
    asked = mind.asked[0]
    assert asked.request.thinking == Budget(128)
    assert (asked.voting, asked.model, asked.stays_here) == (Voting(3), "large", True)


@pytest.mark.parametrize(("words", "typed"), [(["w\udcfcrfel"], b""), ([], b"w\xfcrfel\n")])
def test_a_question_that_is_no_text_is_told(words: list[str], typed: bytes) -> None:
    mind = Scripted(echo)
    done = CliRunner().invoke(vivavoce, ["ask", *words], input=typed, obj=mind)
    assert done.stderr.startswith("refused: that is not UTF-8")
    assert (done.exit_code, mind.asked) == (1, [])


def test_by_default_all_of_it_is_left_to_the_router() -> None:
    mind = Scripted(echo)
    ask(mind, "Why?")
    asked = mind.asked[0]
    assert (asked.request.thinking, asked.voting, asked.model) == (None, None, "auto")


def test_json_carries_the_thinking_and_the_vote() -> None:
    def votes(ask: Ask) -> Sequence[Told]:
        vote = Vote(5, (Ballot(0, "4"), Ballot(1, "4")), "decided", 90)
        return [vote, Thinking("2 and 2"), Text("4"), Outcome(Usage(model="small"), vote=vote)]

    told = json.loads(ask(Scripted(votes), "--json", "2+2").stdout)
    assert (told["question"], told["answer"], told["thinking"]) == ("2+2", "4", "2 and 2")
    assert told["vote"] == {"chains": 5, "counts": {"4": 2.0}, "tokens": 90, "stopped": "decided"}


def test_thinking_is_no_part_of_the_answer_on_standard_output() -> None:
    def thinks(ask: Ask) -> Sequence[Told]:
        return [Thinking("2 and 2"), Text("4"), Outcome(Usage())]

    assert ask(Scripted(thinks), "2+2").stdout == "4\n"


def test_a_schema_and_pictures_go_along(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"type": "object"}')
    (tmp_path / "a.png").write_bytes(PNG)
    mind = Scripted(echo)
    options = ["--schema", tmp_path / "s.json", "--image", tmp_path / "a.png"]
    done = ask(mind, *options, "What is it?")
    assert done.exit_code == 0, done.output
    request = mind.asked[0].request
    assert request.schema == {"type": "object"}
    assert [(i.media_type, i.data) for i in request.messages[-1].images] == [("image/png", PNG)]


@pytest.mark.parametrize(
    ("option", "content", "says"),
    [
        ("--schema", b"{", "is not JSON"),
        ("--schema", b"[1]", "no JSON object"),
        ("--schema", b"\xff", "is not JSON"),
        ("--image", b"hello", "PNG, JPEG, GIF or WebP"),
        ("--image", b"", "PNG, JPEG, GIF or WebP"),
    ],
)
def test_a_file_that_cannot_be_used_says_so(
    option: str, content: bytes, says: str, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(content)
    done = ask(Scripted(echo), option, tmp_path / "file", "Why?")
    assert done.exit_code == 1
    assert done.stderr.startswith("refused: ")
    assert says in done.stderr


@pytest.mark.parametrize("wrong", ["-1", "128001", "lots", "1.5", "", "99999999999999999999"])
def test_a_budget_that_is_none_says_what_would_do(wrong: str) -> None:
    done = ask(Scripted(echo), f"--think={wrong}", "Why?")
    assert done.exit_code == 1
    assert done.stderr.startswith("config: ")
    assert "0…128000" in done.stderr
