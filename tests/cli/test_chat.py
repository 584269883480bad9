"""vivavoce chat: turns, commands, and how it ends."""

import asyncio
import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.cli.minds import Scripted, echo
from tests.cli.seat import Seat, seated
from vivavoce.cli.answer import Answer, plain
from vivavoce.cli.beside import Beside
from vivavoce.cli.chat import Prompt
from vivavoce.cli.root import vivavoce
from vivavoce.cli.screen import Terminal, bars, tail
from vivavoce.cli.turns import turns
from vivavoce.core import Budget, Message, Refused, Retry, Thought
from vivavoce.mind import Ask, Ballot, Outcome, Route, Told, Vote, Voting
from vivavoce.models import Text, Thinking, Usage


def chat(mind: Scripted, *lines: str, options: Sequence[str] = ()) -> Result:
    return CliRunner().invoke(vivavoce, ["chat", *options], input="\n".join(lines), obj=mind)


def read(*lines: str) -> list[str]:
    left = iter(lines)

    def next_line(_: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise EOFError from None

    return list(turns(next_line))


def texts(ask: Ask) -> list[str]:
    return [m.text for m in ask.request.messages if m.role != "system"]


def test_each_line_of_a_pipe_is_a_turn_of_one_conversation() -> None:
    mind = Scripted(echo)
    done = chat(mind, "one", "two")
    assert done.exit_code == 0, done.output
    assert done.stdout == "you said one\nyou said two\n"
    assert texts(mind.asked[1]) == ["one", "you said one", "two"]
    assert mind.asked[0].request.conversation == mind.asked[1].request.conversation != 0


def test_json_is_one_object_for_each_answer() -> None:
    def thinks(ask: Ask) -> Sequence[Told]:
        route = Route("small", "it is short", fell_from=("large",))
        usage = Usage(tokens_thought=5, budget="exact", granted=64, model="small")
        return [Thinking("hm"), Text("4"), Outcome(usage, route, shortened=2)]

    done = chat(Scripted(thinks), "2+2", "again", options=["--json", "--think", "100"])
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["question"], second["question"]) == ("2+2", "again")
    assert (first["answer"], first["thinking"], first["model"]) == ("4", "hm", "small")
    assert first["usage"]["budget"] == {"asked": 100, "granted": 64, "kept": "exact"}
    assert first["usage"]["tokens_thought"] == 5
    assert (first["why"], first["fell_from"], first["shortened"]) == ("it is short", ["large"], 2)


def test_hidden_thinking_is_in_no_row() -> None:
    def thinks(ask: Ask) -> Sequence[Told]:
        return [Thinking("secret"), Text("4"), Outcome(Usage())]

    assert "secret" not in chat(Scripted(thinks), "?", options=["--json", "--hide-thinking"]).output


def test_commands_change_what_is_asked_from_then_on() -> None:
    mind = Scripted(echo)
    lines = ["/think high", "/chains 5", "/model large", "/system Be brief.", "Why?"]
    done = chat(mind, *lines, "/think auto", "/chains auto", "/model auto", "Why?")
    assert done.exit_code == 0, done.output
    first, second = mind.asked
    assert first.request.thinking == Budget.of("high")
    assert (first.voting, first.model) == (Voting(5), "large")
    assert first.request.messages[0] == Message("system", "Be brief.")
    assert (second.request.thinking, second.voting, second.model) == (None, None, "auto")


def test_new_forgets_and_moves_on() -> None:
    mind = Scripted(echo)
    chat(mind, "one", "/new", "two")
    assert texts(mind.asked[1]) == ["two"]
    assert mind.asked[0].request.conversation != mind.asked[1].request.conversation


def test_route_says_why() -> None:
    def routed(ask: Ask) -> Sequence[Told]:
        route = Route("small", "it is short", refused={"large": "it costs money"})
        return [Text("4"), Outcome(Usage(model="small"), route)]

    done = chat(Scripted(routed), "/route", "2+2", "/route")
    assert "nothing was answered yet" in done.stderr
    assert "small: it is short" in done.stderr
    assert "not large: it costs money" in done.stderr


def test_save_writes_what_was_said_and_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "talk.md"
    done = chat(Scripted(echo), "one", f"/save {file}", f"/save {file}")
    assert file.read_text() == "**You:** one\n\n**Vivavoce:** you said one\n"
    assert "is there already" in done.stderr
    assert done.exit_code == 1


def test_quit_leaves_at_once_and_help_lists_it() -> None:
    mind = Scripted(echo)
    done = chat(mind, "/help", "/quit", "one")
    assert (done.exit_code, mind.asked) == (0, [])
    assert "/quit" in done.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/dance", "no /dance"),
        ("/think -1", "0…128000"),
        ("/think lots", "'lots'"),
        ("/chains 0", "1…64"),
        ("/chains ²", "whole number"),
        ("/model huge", "small, large"),
        ("/save", "a file"),
    ],
)
def test_a_wrong_command_says_what_would_do_and_the_chat_goes_on(line: str, says: str) -> None:
    mind = Scripted(echo)
    done = chat(mind, line, "still there?")
    assert says in done.stderr
    assert len(mind.asked) == 1


def test_two_slashes_are_one() -> None:
    mind = Scripted(echo)
    chat(mind, "//etc")
    assert texts(mind.asked[0]) == ["/etc"]


def test_a_failure_is_told_and_the_next_turn_is_answered() -> None:
    def fails_once(ask: Ask) -> Sequence[Told]:
        if "bad" in ask.request.messages[-1].text:
            raise Retry("the model is busy")
        return echo(ask)

    mind = Scripted(fails_once)
    done = chat(mind, "bad", "good")
    assert "retry: the model is busy" in done.stderr
    assert "you said good" in done.stdout
    assert done.exit_code == 1
    assert texts(mind.asked[1]) == ["good"]


def test_a_line_that_is_no_text_is_told_and_the_next_is_answered() -> None:
    mind = Scripted(echo)
    done = CliRunner().invoke(vivavoce, ["chat"], input=b"w\xfcrfel\nhello\n", obj=mind)
    assert "refused: that is not UTF-8" in done.stderr
    assert done.stdout == "you said hello\n"
    assert (done.exit_code, len(mind.asked)) == (1, 1)


def test_who_fell_and_what_was_left_out_is_said_aside() -> None:
    def fell(ask: Ask) -> Sequence[Told]:
        route = Route("small", "left", fell_from=("large",))
        return [Text("4"), Outcome(Usage(model="small"), route, shortened=3)]

    done = chat(Scripted(fell), "2+2")
    assert done.stdout == "4\n"
    assert "large failed; small answered" in done.stderr
    assert "3 old messages were left out" in done.stderr


def test_signed_thoughts_go_back_to_their_vendor() -> None:
    answer = Answer("?")
    blocks = [Thinking("a"), Thinking("b", "sig"), Thinking(redacted="xyz"), Thinking("loose")]
    for item in (*blocks, Text("4")):
        answer.add(item)
    signed = (Thought("ab", "sig", "", "anthropic"), Thought("", "", "xyz", "anthropic"))
    assert answer.message("anthropic") == Message("assistant", "4", thoughts=signed)


def test_lines_that_go_on_and_blocks_are_one_turn() -> None:
    assert read("a\\", "b", "c") == ["a\nb", "c"]
    assert read('"""', "x", "  y", '"""', "z") == ["x\n  y", "z"]
    assert read('"""one line"""') == ["one line"]


@given(st.lists(st.text(st.characters(exclude_characters='\\"\n\r'), max_size=20)))
def test_plain_lines_are_turns_as_they_are(lines: list[str]) -> None:
    assert read(*lines) == lines


@given(st.text())
def test_nothing_that_a_model_writes_steers_the_terminal(text: str) -> None:
    shown = plain(f"\x1b[2J{text}\x9b1m\a")
    assert all(c.isprintable() or c in "\n\t\u200d" for c in shown)


@given(st.text(), st.integers(1, 60))
def test_the_tail_of_a_thought_fits_its_room(text: str, width: int) -> None:
    lines = tail(text, width).split("\n")
    assert len(lines) <= 8
    assert all(len(line) <= width for line in lines)


def test_a_vote_is_bars_with_the_leader_first() -> None:
    ballots = (Ballot(0, "41"), Ballot(1, "42"), Ballot(2, "42"))
    leader, other, whole = bars(Vote(5, ballots, "decided", 1234))
    assert leader.startswith("42  ")
    assert leader.count("█") == 2 * other.count("█")
    assert whole == "3 of 5 chains, 1,234 tokens, stopped: decided"


def test_on_a_terminal_a_thought_is_folded_to_one_line() -> None:
    paper = io.StringIO()
    screen = Terminal(console=Console(file=paper, width=80, highlight=False))
    answer = Answer("?", Budget(256))
    usage = Usage(tokens_thought=212, budget="exact", granted=256, model="small")
    screen.begin()
    for item in (Thinking("let me see"), Text("fo"), Text("ur"), Outcome(usage)):
        answer.add(item)
        screen.told(item)
    screen.end(answer)
    assert paper.getvalue().endswith("four\nthought 212 of 256 tokens · small · exact\n")


def test_a_vote_tells_the_budget_of_a_chain() -> None:
    answer = Answer("?", Budget(48), vote=Vote(3))
    answer.add(Outcome(Usage(tokens_thought=75, budget="exact", granted=48, model="small")))
    assert answer.footer() == "thought 75 tokens, at most 48 a chain · small · exact"


@pytest.fixture
def seat() -> Iterator[Seat]:
    with seated([sys.executable, "-m", "tests.cli.minds"]) as found:
        yield found


def test_ctrl_c_stops_the_answer_and_at_the_prompt_it_leaves(seat: Seat) -> None:
    seat.sees("> ")
    seat.type("count\n")
    seat.sees("5 6 7")
    seat.type("\x03")
    seat.sees("stopped")
    seat.seen = seat.seen.partition("stopped")[2]
    seat.sees("> ")
    seat.type("hello\n")
    seat.sees("you said hello")
    seat.seen = seat.seen.partition("you said hello")[2]
    seat.sees("> ")
    time.sleep(0.5)  # readline loses a signal that comes before it waits
    seat.type("\x03")
    assert seat.process.wait(20) == 0
    assert "Traceback" not in seat.seen


def test_ctrl_d_leaves(seat: Seat) -> None:
    seat.sees("> ")
    seat.type("\x04")
    assert seat.process.wait(20) == 0


def test_the_house_goes_on_while_nobody_types() -> None:
    """A chat at its prompt may be the one that rings."""
    rang = threading.Event()

    async def begin() -> asyncio.Task[None]:
        async def ring() -> None:
            await asyncio.sleep(0.05)
            rang.set()

        return asyncio.create_task(ring())

    with Beside() as beside:
        task = beside.run(begin())
        assert rang.wait(5)
        del task


def test_what_the_house_says_stands_above_the_line_that_is_typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prompt = Prompt(live=True)

    def typed(_: str) -> str:
        prompt.say("The tea\x1b[2J is ready.")
        return "thanks"

    monkeypatch.setattr("builtins.input", typed)
    assert next(prompt.turns()) == "thanks"
    assert capsys.readouterr().out == "\rThe tea[2J is ready.\n> "
    prompt.say("It is cold.")
    assert capsys.readouterr().out == "It is cold.\n"


def test_what_breaks_beside_is_raised_here() -> None:
    async def breaks() -> None:
        raise Retry("again")

    with Beside() as beside, pytest.raises(Retry, match="again"):
        beside.run(breaks())


def test_an_unknown_model_says_which_there_are() -> None:
    done = CliRunner().invoke(vivavoce, ["chat", "--model", "huge"], input="hi")
    assert done.exit_code == 1
    assert done.stderr.startswith(("config: ", "weights_missing: "))


def test_a_refusal_has_its_code() -> None:
    def refuses(ask: Ask) -> Sequence[Told]:
        raise Refused("no model sees pictures")

    row = json.loads(chat(Scripted(refuses), "?", options=["--json"]).stdout)
    assert row["error"] == {"code": "refused", "message": "no model sees pictures"}
