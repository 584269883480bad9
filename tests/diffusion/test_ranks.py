"""Two real processes that train as one, on a CPU."""

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")
pytest.importorskip("safetensors")

from tests.diffusion.toys.learning import RECIPE, TEXTS, base  # noqa: E402
from vivavoce.diffusion.training import checkpoint  # noqa: E402
from vivavoce.diffusion.training.ranks import Ranks, device_of, join  # noqa: E402
from vivavoce.diffusion.training.train import train  # noqa: E402

SHORT = replace(RECIPE, steps=3)
LATE_S = (0.0, 1e9)
"""Only the first process finds that it is late."""


def _trained(
    folder: Path, ranks: Ranks, deadline_s: float | None = None
) -> dict[str, torch.Tensor]:
    folder.mkdir(exist_ok=True)
    one = base()
    train(one, TEXTS[:-4], TEXTS[-4:], SHORT, folder, ranks=ranks, deadline_s=deadline_s)
    assert one.network.adapter is not None
    return one.network.adapter.state_dict()


def _process(own: int, folder: Path, port: int) -> None:
    os.environ |= {"RANK": str(own), "LOCAL_RANK": str(own), "WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    torch.set_num_threads(1)
    ranks = join(device_of("cpu"))
    torch.save(_trained(folder / "whole", ranks), folder / f"{own}.pt")
    _trained(folder / "late", ranks, LATE_S[own])
    ranks.leave()


def test_two_processes_end_with_the_weights_of_one_that_has_the_whole_batch(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.multiprocessing.spawn(_process, (tmp_path, port), nprocs=2)
    first, second = (torch.load(tmp_path / f"{own}.pt") for own in range(2))
    alone = _trained(tmp_path / "alone", Ranks())
    for name, tensor in alone.items():
        assert torch.equal(first[name], second[name])
        torch.testing.assert_close(first[name], tensor, rtol=1e-4, atol=1e-5)
    assert torch.load(tmp_path / "whole" / checkpoint.NAME)["step"] == SHORT.steps
    assert torch.load(tmp_path / "late" / checkpoint.NAME)["step"] == 1


def test_each_process_of_a_machine_has_a_gpu_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert device_of("cuda") == "cuda:3"
    assert device_of("cuda:1") == "cuda:1"
    assert device_of("cpu") == "cpu"
