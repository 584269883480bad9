"""With pytest-xdist: pure tests side by side, and those with real models or a real page alone.

Those keep time, and one language model takes all cores, so nothing may run beside them. A worker
takes a file at a time, and one takes all that run alone, at the end.

Run with: pytest -n 2 --dist loadgroup --no-loadscope-reorder
"""

import fcntl
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TextIO

import pytest

ALONE = ("real", "page")
SHARING = (
    "experts/calendar",
    "experts/mail",
    "experts/media",
    "web/playground/test_page.py",
    "web/page/test_looks.py",
)
"""Real servers and pages that use no model, and whose times leave room: files, folders in tests."""
_lock: TextIO | None = None
"""Held by this worker while it runs tests of one kind."""


def alone(item: pytest.Item) -> bool:
    """Nothing may run beside this test."""
    file = item.path.relative_to(Path(__file__).parent).as_posix()
    return not file.startswith(SHARING) and any(map(item.get_closest_marker, ALONE))


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in its own
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that run alone come last."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=alone)  # stable
    for item in items:
        name = "alone" if alone(item) else str(item.path)
        item.add_marker(pytest.mark.xdist_group(name))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Pure tests share the lock; one that runs alone waits until all others have ended, outside of
    pytest-timeout's clock."""
    global _lock
    if hasattr(item.config, "workerinput") and _lock is None:
        _lock = Path(__file__).open()  # noqa: SIM115  closed below
        fcntl.flock(_lock, fcntl.LOCK_EX if alone(item) else fcntl.LOCK_SH)
        _torch_uses((os.cpu_count() or 1) if alone(item) else 1)
    result = yield
    if _lock is not None and (nextitem is None or alone(nextitem) != alone(item)):
        _lock.close()
        _lock = None
    return result


def _torch_uses(threads: int) -> None:
    """Threads of two workers that wait for each other by spinning take several times as long."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)
