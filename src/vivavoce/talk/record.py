"""Some seconds of the microphone, without a conversation."""

import queue
from collections.abc import Callable

import numpy as np

from vivavoce.audio.resample import Resampler
from vivavoce.core import IN_RATE, OUT_RATE, Pcm, Retry
from vivavoce.talk.devices import PATIENCE_S, Devices


def record(
    seconds: float,
    tell: Callable[[float, float], None] = lambda _s, _db: None,
    *,
    null: bool = False,
) -> Pcm:
    """(n,) at 16 kHz; blocks for so long. tell gets the seconds so far and the level in dB.

    Refused if there is no microphone, Retry if it stops."""
    heard: queue.SimpleQueue[Pcm] = queue.SimpleQueue()
    down, parts, done = Resampler(OUT_RATE, IN_RATE), [], 0
    devices = Devices(lambda pcm: heard.put(pcm.copy()), null=null)
    with devices:
        while done < seconds * OUT_RATE:
            try:
                pcm = heard.get(timeout=PATIENCE_S)
            except queue.Empty as dead:
                raise Retry("the microphone gives no sound; plug it in again") from dead
            devices.check()
            done += len(pcm)
            parts.append(down.push(pcm))
            tell(done / OUT_RATE, 20 * np.log10(float(np.sqrt(np.mean(np.square(pcm)))) + 1e-9))
    return np.concatenate([*parts, down.flush()])[: round(seconds * IN_RATE)]
