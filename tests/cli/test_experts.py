"""vivavoce experts and vivavoce setup, as a shell starts them."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.cli.run import VIVAVOCE, Done, refused, vivavoce
from tests.cli.seat import seated
from tests.experts.servers.api_house import served

SERVERS = Path(__file__).parents[1] / "experts/servers"
HOUSE = [sys.executable, SERVERS / "mcp_house.py"]


class Run(Protocol):
    def __call__(self, *arguments: object, said: str | None = None, **more: object) -> Done: ...


def home(folder: Path) -> dict[str, object]:
    """The environment of a home of its own, without any model."""
    return {
        "HOME": folder,
        "XDG_CONFIG_HOME": folder / "config",
        "VIVAVOCE_EXPERTS_DATA": folder / "data",
        "VIVAVOCE_WEIGHTS": folder / "none",
    }


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """In a home of its own."""

    def made(*arguments: object, said: str | None = None, **more: object) -> Done:
        return vivavoce(*arguments, said=said, **(home(tmp_path) | more))

    return made


@pytest.fixture
def experts(tmp_path: Path) -> Path:
    return tmp_path / "config/vivavoce/experts"


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with served() as address:
        yield address


def fine(done: Done) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_expert_is_listed_shown_tried_and_set_up(run: Run, experts: Path) -> None:
    assert str(experts / "dice") in fine(run("experts", "new", "dice"))
    listed = json.loads(fine(run("experts", "list", "--json")))
    assert "dice" in {expert["name"] for expert in listed["experts"]}
    assert "roll (read)" in fine(run("experts", "show", "dice"))
    assert "You rolled" in fine(run("experts", "try", "dice", "please roll two dice"))
    assert "dice works" in fine(run("setup", "dice", "--set", "sides=1"))
    made = json.loads(fine(run("experts", "try", "--json", "dice", "roll two dice")))
    assert made["answer"] == "You rolled 1 and 1."
    assert made["acts"][0]["verdict"] == "allow"


def test_setup_asks_for_each_setting_and_enter_keeps_it(run: Run, tmp_path: Path) -> None:
    fine(run("experts", "new", "dice"))
    assert "How many sides" in fine(run("setup", "dice", said="12\n"))
    fine(run("setup", "dice", said="\n"))
    assert 'sides = "12"' in (tmp_path / "config/vivavoce/experts.toml").read_text()
    refused_ = run("setup", "dice", "--set", "size=3")
    assert refused_.returncode == 2
    assert "it has: sides" in refused_.stderr


def test_a_setting_that_does_not_work_is_told_by_the_test_call(run: Run) -> None:
    fine(run("experts", "new", "dice"))
    assert run("setup", "dice", "--set", "sides=many").returncode == 1


def test_an_unknown_speaker_may_not_do_what_a_guest_may(run: Run) -> None:
    fine(run("experts", "new", "dice"))
    made = json.loads(
        fine(run("experts", "try", "--json", "--as", "unknown", "dice", "roll two dice"))
    )
    assert made["acts"][0]["verdict"] == "refuse"


def test_a_broken_expert_is_named_and_the_others_are_listed(run: Run, experts: Path) -> None:
    fine(run("experts", "new", "dice"))
    (experts / "bad").mkdir()
    (experts / "bad/expert.toml").write_text("name = ")
    done = run("experts", "list")
    assert "dice" in fine(done)
    assert "bad is broken" in done.stderr
    assert "not TOML" in refused(run("experts", "show", "bad"), "config")


def test_an_mcp_server_is_added_only_after_a_look(run: Run, experts: Path) -> None:
    looked = run("experts", "add", "mcp", "--name", "house", *HOUSE)
    assert "temperature (read)" in looked.stdout
    assert "--yes" in refused(looked, "refused")
    assert not (experts / "house").exists()
    fine(run("experts", "add", "mcp", "--name", "house", "--yes", *HOUSE))
    assert "temperature" in fine(run("experts", "show", "house"))
    assert "nothing new" in fine(run("experts", "approve", "house", "--yes"))


def test_a_tool_that_changed_is_on_again_when_it_is_approved(
    run: Run, experts: Path, tmp_path: Path
) -> None:
    fine(run("experts", "add", "mcp", "--name", "house", "--yes", *HOUSE))
    kept = tmp_path / "data/experts/house/approved.json"
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"temperature": "old"}))
    assert "temperature is off" in fine(run("experts", "show", "house"))
    assert "--yes" in refused(run("experts", "approve", "house"), "refused")
    assert "temperature is off" in fine(run("experts", "show", "house"))
    assert "approved: temperature" in fine(run("experts", "approve", "house", "--yes"))
    assert "temperature (read)" in fine(run("experts", "show", "house"))


@pytest.mark.parametrize("ends", ["^C", "kill"])
def test_who_is_asked_and_does_not_say_yes_changes_nothing(
    run: Run, tmp_path: Path, experts: Path, ends: str
) -> None:
    def asked(*arguments: object) -> None:
        where = [VIVAVOCE, "experts", *map(str, arguments)]
        with seated(where, **home(tmp_path)) as seat:
            seat.sees("Use these tools?")
            if ends == "kill":
                seat.process.kill()  # as a terminal that is closed
            else:
                seat.interrupt()
            seat.process.wait(20)

    asked("add", "mcp", "--name", "house", *HOUSE)
    assert "house" not in [row.split()[0] for row in fine(run("experts", "list")).splitlines()]
    fine(run("experts", "add", "mcp", "--name", "house", "--yes", *HOUSE))
    kept = tmp_path / "data/experts/house/approved.json"
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"temperature": "old"}))
    before = kept.read_bytes()
    asked("approve", "house")
    assert kept.read_bytes() == before
    assert not [path for path in experts.glob(".adding-*") if ends == "^C"]


def test_a_no_approves_nothing(run: Run, tmp_path: Path) -> None:
    fine(run("experts", "add", "mcp", "--name", "house", "--yes", *HOUSE))
    kept = tmp_path / "data/experts/house/approved.json"
    kept.write_text("{}")
    with seated([VIVAVOCE, "experts", "approve", "house"], **home(tmp_path)) as seat:
        seat.sees("Use these tools?")
        seat.type("n\n")
        seat.sees("approved: nothing")
        assert seat.process.wait(20) == 0
    assert kept.read_text() == "{}"


def test_a_server_that_can_not_be_used_leaves_nothing_behind(run: Run, experts: Path) -> None:
    for server in (["no-such-program"], ["http://127.0.0.1:1/mcp"]):
        done = run("experts", "add", "mcp", "--name", "gone", "--yes", *server)
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
    assert not list(experts.glob("*"))


def test_a_servers_secret_is_asked_for_and_never_shown(run: Run, experts: Path) -> None:
    add = ("experts", "add", "mcp", "--name", "house", "--yes", "--env", "HOUSE_KEY")
    assert "vivavoce setup house" in fine(run(*add, *HOUSE))
    assert "house works" in fine(run("setup", "house", "--set", "house_key=s3cret"))
    shown = run("experts", "show", "house")
    assert "***" in fine(shown)
    assert "s3cret" not in shown.stdout + shown.stderr
    assert "s3cret" not in (experts / "house/expert.toml").read_text()


def test_an_api_is_added_by_its_document(run: Run, experts: Path, api: str) -> None:
    add = ("experts", "add", "openapi", f"{api}/openapi.json", "--server", f"{api}/v1")
    told = fine(run(*add, "--name", "house", "--yes"))
    assert "getroom (read)" in told
    assert "setup house" in told
    fine(run("setup", "house", "--no-test", "--set", "key=k1"))
    assert "***" in fine(run("experts", "show", "house"))


def test_a_name_that_is_taken_is_refused(run: Run) -> None:
    assert "already" in refused(run("experts", "new", "time"), "refused")
    assert "--name" in refused(run("experts", "add", "mcp", "--yes", *HOUSE[:1], "-"), "refused")
