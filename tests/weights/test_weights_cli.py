"""`vivavoce weights …`, and the root command around it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.weights.weights_outside import Outside, sha
from vivavoce.cli import LazyGroup, vivavoce
from vivavoce.cli.root import COMMANDS, Entry
from vivavoce.core import Retry

DATA = b"parrot" * 1000

CATALOG = f"""
[[weight]]
name = "parrot"
purpose = "a test"
licence = "MIT"
files = [{{ name = "parrot.bin", size = {len(DATA)}, sha256 = "{sha(DATA)}" }}]
[[weight.source]]
kind = "hub"
repository = "some/model"
"""


@pytest.fixture(autouse=True)
def set_up(world: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog with a parrot, an empty store, and a hub that has one."""
    (tmp_path / "catalog.toml").write_text(CATALOG)
    world.hub("some/model", "parrot.bin", DATA)
    monkeypatch.setenv("VIVAVOCE_CATALOG", str(tmp_path / "catalog.toml"))
    monkeypatch.setenv("VIVAVOCE_WEIGHTS", str(tmp_path / "store"))
    monkeypatch.setenv("HF_ENDPOINT", f"{world.url}/hub")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def run(*args: str) -> Result:
    return CliRunner().invoke(vivavoce, args)


def row(name: str) -> dict[str, object]:
    rows = json.loads(run("weights", "list", "--json").stdout)
    return next(row for row in rows if row["name"] == name)


def test_pull_then_list_verify_and_where_agree(tmp_path: Path) -> None:
    assert row("parrot")["state"] == "-"
    pulled = run("weights", "pull", "parrot")
    assert pulled.exit_code == 0, pulled.output
    assert "from hub some/model" in pulled.stderr
    assert "parrot: 100%" in pulled.stderr
    assert row("parrot")["state"] == "here"
    where = Path(run("weights", "where", "parrot").stdout.strip())
    assert where == tmp_path / "store" / "parrot" / "parrot.bin"
    assert where.read_bytes() == DATA
    assert run("weights", "verify", "parrot").exit_code == 0
    assert run("weights", "where").stdout.strip() == str(tmp_path / "store")


def test_a_damaged_file_is_said_with_the_command_that_mends_it(tmp_path: Path) -> None:
    run("weights", "pull", "parrot")
    (tmp_path / "store" / "parrot" / "parrot.bin").write_bytes(DATA[:-1])
    found = run("weights", "verify", "parrot")
    assert found.exit_code == 1
    assert found.stdout.startswith("damaged  parrot/parrot.bin: 5999 bytes instead of 6000")
    assert "run: vivavoce weights pull parrot" in found.stderr
    assert row("parrot")["state"] == "damaged"
    rows = json.loads(run("weights", "verify", "parrot", "--json").stdout)
    assert [one["state"] for one in rows] == ["damaged"]
    run("weights", "pull", "parrot")
    assert run("weights", "verify", "parrot").exit_code == 0


def test_verify_without_a_name_asks_for_the_defaults_and_what_is_here() -> None:
    run("weights", "pull", "parrot")
    found = run("weights", "verify", "--json")
    states = {one["weight"]: one["state"] for one in json.loads(found.stdout)}
    assert found.exit_code == 1
    assert states["parrot"] == "ok"
    assert states["whisper-base"] == "missing"
    assert "whisper-tiny.en" not in states


def test_the_list_names_licences_and_the_default_ones() -> None:
    lines = run("weights", "list").stdout.splitlines()
    assert any(line.startswith("* whisper-base") and "MIT" in line for line in lines)
    assert any(line.startswith("  parrot") for line in lines)


def test_a_weight_that_is_not_here_is_one_line_on_standard_error() -> None:
    found = run("weights", "where", "parrot")
    assert found.exit_code == 1
    assert found.stdout == ""
    assert found.stderr.startswith("weights_missing: parrot: parrot.bin is missing")
    assert len(found.stderr.splitlines()) == 1


def test_pull_takes_a_copy_from_a_folder(tmp_path: Path, world: Outside) -> None:
    (tmp_path / "parrot.bin").write_bytes(DATA)
    assert run("weights", "pull", "parrot", "--from", str(tmp_path)).exit_code == 0
    assert world.asked == []


def test_no_source_is_a_clear_failure(world: Outside) -> None:
    world.files.clear()
    found = run("weights", "pull", "parrot")
    assert found.exit_code == 1
    assert "pull_failed: no source gave parrot" in found.stderr


@pytest.mark.parametrize("args", [["weights", "fly"], ["--wings"], ["weights", "pull", "--wings"]])
def test_wrong_usage_is_exit_code_2(args: list[str]) -> None:
    assert run(*args).exit_code == 2


def test_an_unknown_weight_names_those_there_are() -> None:
    found = run("weights", "pull", "finch")
    assert found.exit_code == 1
    assert found.stderr.startswith("config: no weight is called 'finch'")


@click.command()
@click.argument("what")
def fail(what: str) -> None:
    raise {
        "retry": Retry("later"),
        "group": ExceptionGroup("g", [ExceptionGroup("h", [Retry("later")])]),
        "bug": ZeroDivisionError("division by zero"),
        "ctrl-c": KeyboardInterrupt(),
        "exit": click.exceptions.Exit(7),
    }[what]


@click.group(cls=LazyGroup, lazy={"fail": Entry(f"{__name__}:fail", "Fail.")})
@click.option("--debug", is_flag=True)
def root(debug: bool) -> None:
    """A root with a command that fails."""


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("retry", 1, "retry: later\n"),
        ("group", 1, "retry: later\n"),
        ("bug", 1, "error: ZeroDivisionError: division by zero (vivavoce --debug … shows where)\n"),
        ("ctrl-c", 130, "\n"),
        ("exit", 7, ""),
    ],
)
def test_errors_end_in_a_line_and_a_code(what: str, code: int, said: str) -> None:
    found = CliRunner().invoke(root, ["fail", what])
    assert (found.exit_code, found.stderr) == (code, said)


def test_debug_shows_where() -> None:
    found = CliRunner().invoke(root, ["--debug", "fail", "bug"])
    assert isinstance(found.exception, ZeroDivisionError)


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = """
import sys
from vivavoce.cli import main
try:
    main()
finally:
    print(sorted(sys.modules), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    for name, entry in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert f"'{entry.where.partition(':')[0]}'" not in done.stderr
    for heavy in ("numpy", "httpx", "anyio", "rich", "pydantic", "onnxruntime"):
        assert f"'{heavy}'" not in done.stderr
