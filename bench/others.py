"""How much of the machine was used by what does not belong to the benchmark."""

import time

import psutil

DISTURBED = 0.2
"""Cores used by others from which a measurement counts as disturbed."""


class Others:
    """Cores used by processes that are neither this one nor its children, since it was made."""

    def __init__(self) -> None:
        self._began, self._all, self._own = time.monotonic(), _busy_s(), _own_s()

    def cores(self) -> float:
        """Mean number of cores since then; a child that ended meanwhile counts as another."""
        wall = time.monotonic() - self._began
        theirs = (_busy_s() - self._all) - (_own_s() - self._own)
        return round(max(0.0, theirs / wall), 2) if wall > 0 else 0.0


def _busy_s() -> float:
    t = psutil.cpu_times()
    return float(t.user + t.system + t.nice + t.irq + t.softirq + t.steal)


def _own_s() -> float:
    me = psutil.Process()
    total = 0.0
    for p in [me, *me.children(recursive=True)]:
        try:
            total += sum(p.cpu_times()[:2])
        except psutil.NoSuchProcess:
            continue
    return total
