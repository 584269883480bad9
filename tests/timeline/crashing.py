"""A conversation that is recorded until somebody kills it: ROOT [BYTES a file may have]."""

import resource
import sys
import time
from pathlib import Path

import numpy as np

from vivavoce.core import IN_FRAME, OUT_FRAME, Decided, Decision, Move, Percept
from vivavoce.timeline.recorder import Recorder


def main() -> None:
    root, limit = Path(sys.argv[1]), [int(n) for n in sys.argv[2:]]
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit[0], limit[0]))
    recorder = Recorder(root, "c1", lambda error: print(error.code, error, flush=True))
    for index in range(250 if limit else 100_000):
        recorder.heard(np.full(IN_FRAME, 0.25, np.float32))
        recorder.played(np.full(OUT_FRAME, 0.5, np.float32))
        percept = Percept(speech=0.9)
        recorder(Decided(index, index * 0.08, percept, Decision(Move.LISTEN, "owner speaks")))
        if not limit:
            print(index, flush=True)
        time.sleep(0.004)
    recorder.close()
    print("the conversation went on", flush=True)


if __name__ == "__main__":
    main()
