"""vivavoce diffusion, at toy size: loaded from a GGUF file as the real network is."""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.cli.run import VIVAVOCE  # noqa: E402
from tests.diffusion.toys import files  # noqa: E402
from vivavoce.cli.diffusion_infill import split  # noqa: E402
from vivavoce.cli.diffusion_watch import MASK, Watched, sharpening  # noqa: E402
from vivavoce.cli.root import vivavoce  # noqa: E402
from vivavoce.diffusion.text import Piece  # noqa: E402
from vivavoce.models.diffusion import settings  # noqa: E402

CONTEXT = 8192


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files.model(tmp_path_factory.mktemp("toy") / "toy.gguf", context=CONTEXT)


@pytest.fixture(scope="module", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VIVAVOCE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


def run(*arguments: object, said: str | None = None) -> Result:
    return CliRunner().invoke(vivavoce, ["diffusion", *map(str, arguments)], input=said)


def told(*arguments: object, said: str | None = None) -> dict:
    done = run(*arguments, "--json", said=said)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_three_modes_write_and_tell_what_it_cost(model: Path) -> None:
    rows = {
        mode: told("generate", "the house", "--weights", model, "--mode", mode, "--max-tokens", 20)
        for mode in ("ar", "lossless", "diffusion")
    }
    assert rows["ar"]["text"] == rows["lossless"]["text"]
    for mode, row in rows.items():
        assert (row["mode"], row["tokens"], row["ending"]) == (mode, 20, "length")
        assert row["tokens_per_forward"] == round(row["tokens"] / row["forwards"], 3)
        assert row["seconds"] >= row["first_token_s"] > 0
    assert rows["ar"]["forwards"] == 20


def test_a_prompt_may_come_from_a_pipe_or_be_a_question(model: Path) -> None:
    arguments = ("--weights", model, "--max-tokens", 12, "--mode", "ar")
    piped = told("generate", "-", *arguments, said="the house")["text"]
    plain, chat, system = (
        told("generate", "the house", *arguments, *more)["text"]
        for more in ((), ("--chat",), ("--system", "be brief"))
    )
    assert piped == plain
    assert len({plain, chat, system}) == 3


def test_the_text_itself_is_all_that_standard_output_has(model: Path) -> None:
    row = told("generate", "the house", "--weights", model, "--max-tokens", 12)
    done = run("generate", "the house", "--weights", model, "--max-tokens", 12)
    assert done.stdout == row["text"] + "\n"
    assert "no adapter" in done.stderr


def test_a_gap_is_filled_and_the_whole_printed(model: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.py"
    file.write_text("def f(x):\n    return <fill>\n")
    arguments = ("infill", "--weights", model, "--max-tokens", 8)
    sides = ("--prefix", "def f(x):\n    return ", "--suffix", "\n")
    fill = told(*arguments, *sides)["text"]
    assert told(*arguments, "--file", file)["text"] == fill
    whole = f"def f(x):\n    return {fill}\n"
    assert told(*arguments, "--file", file, "--whole")["whole"] == whole
    assert run(*arguments, "--file", "-", "--whole", said=file.read_text()).stdout == whole


def test_a_line_of_a_file_is_a_gap() -> None:
    text = "a = 1\nb = 2\r\nc = 3"
    assert split(text, 1) == ("", "\nb = 2\r\nc = 3")
    assert split(text, 2) == ("a = 1\n", "\r\nc = 3")
    assert split(text, 3) == ("a = 1\nb = 2\r\n", "")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("generate", "hi", "--threshold", "2"), 1, "config: threshold must be in"),
        (("generate", "hi", "--block", "1"), 1, "config: block must be 2 to 256"),
        (("generate", ""), 1, "refused: the prompt is empty"),
        (("generate", "n" * 9000), 1, "refused: 9000 tokens of prompt"),
        (("generate", "hi", "--weights", "qwen9"), 1, "no weight is called 'qwen9'"),
        (("generate", "hi", "--mode", "fast"), 2, "'fast' is not one of"),
        (("generate",), 2, "Missing argument 'PROMPT'"),
        (("infill",), 2, "give --prefix and --suffix, or a --file"),
        (("infill", "--prefix", "a", "--line", "3"), 2, "--line belongs to --file"),
        (("infill", "--file", "-"), 2, "there are 0 gaps in the file"),
        (("infill", "--file", "-", "--line", "5"), 2, "the file has 0 lines"),
    ],
)
def test_what_can_not_be_done_says_why(
    model: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    given = () if "--weights" in arguments else ("--weights", model)
    done = run(*arguments, *given, said="")
    assert done.exit_code == code
    assert why in done.stderr
    assert done.stdout == ""


def test_an_adapter_for_other_weights_is_refused(model: Path, tmp_path: Path) -> None:
    other = files.model(tmp_path / "other.gguf", context=300)
    adapter = files.adapter(tmp_path / "adapter.safetensors", other)
    done = run("generate", "hi", "--weights", model, "--adapter", adapter)
    assert done.exit_code == 1
    assert "belongs to other weights" in done.stderr


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "NEEDED", ("no_such_package",))
    for arguments in (("generate", "hi"), ("infill", "--prefix", "a"), ("bench",)):
        done = run(*arguments)
        assert done.exit_code == 1
        assert "pip install 'vivavoce[diffusion]'" in done.stderr


def test_the_bench_compares_with_the_twin(model: Path) -> None:
    row = told("bench", "--weights", model, "--max-tokens", 6, "--repeats", 2, "--batch", 2)
    assert row["bench"] == "diffusion.modes"
    modes = {found["mode"]: found for found in row["modes"]}
    assert list(modes) == ["ar", "lossless", "diffusion"]
    assert modes["ar"]["ratio_to_ar"] == 1
    assert modes["lossless"]["same_text_as_ar"] == [6, 6]
    for found in modes.values():
        low, high = found["spread"]
        assert 0 < low <= found["tokens_per_second"] <= high
    table = run("bench", "--weights", model, "--max-tokens", 4, "--repeats", 1, "--mode", "ar")
    assert table.stdout.splitlines()[-1].startswith("ar")


def test_ctrl_c_stops_in_the_middle_of_a_text(model: Path) -> None:
    process = subprocess.Popen(
        [VIVAVOCE, "diffusion", "generate", "the house", "--weights", model,
         "--max-tokens", "8000", "--mode", "ar"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.read(1)  # it writes
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in complaint


def test_help_does_not_wait_for_torch() -> None:
    for command in ("", "generate", "infill", "bench"):
        code = (
            "import sys\nfrom vivavoce.cli.root import vivavoce\n"
            f"vivavoce(['diffusion', *{command.split()!r}, '--help'], standalone_mode=False)\n"
            "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_a_block_sharpens_on_a_terminal() -> None:
    from rich.console import Console

    assert sharpening(("a", None, "\n", "b\x1b[2J")) == f"{MASK}⏎b[2J"
    assert sharpening(("a", "b")) == sharpening(()) == ""
    screen = io.StringIO()
    watched = Watched(Console(file=screen, force_terminal=True, width=60, height=10))
    watched.take(Piece("one\ntwo ", 3, ("two ", None, "four")))
    watched.take(Piece("three four\nfive", 3, ("two ", "three ", "four"), "stop"))
    watched.close()
    shown = screen.getvalue()
    assert f"two {MASK}four" in shown.replace("\x1b[36m", "").replace("\x1b[0m", "")
    assert shown.count("three four") >= 1
    assert shown.rstrip().endswith("five")


@pytest.mark.real
def test_the_real_weights_write_code() -> None:
    prompt = "def add(a, b):\n    return"
    row = told("generate", prompt, "--kept", "int8", "--device", "cpu", "--max-tokens", 8)
    assert row["text"].startswith(" a + b")
    assert (row["mode"], row["tokens"]) == ("lossless", 8)
