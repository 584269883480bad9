"""The loop between the sound card and a conversation: a frame in, a frame out."""

import asyncio
from collections.abc import Callable
from typing import Any

from vivavoce.audio.resample import Framer, Resampler
from vivavoce.core import IN_FRAME, IN_RATE, OUT_RATE, Event, Flush, Listener, Pcm, Retry
from vivavoce.session import Session
from vivavoce.talk.devices import PATIENCE_S, Devices

ROOM_FRAMES = 50
"""Frames of the microphone that may wait (4 s); older ones are dropped, and counted."""


async def converse(
    open_session: Callable[[Listener], Session],
    show: Listener,
    *,
    null: bool = False,
    frames: int | None = None,
    card: Callable[..., Devices] = Devices,
    patience_s: float = PATIENCE_S,
) -> int:
    """Talk until cancelled, or for so many frames; returns how many frames were dropped.

    Both streams run in step: for every frame heard one is played, so what is queued is what lags.
    Refused if there is no sound card, Retry if it stops.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[Pcm] = asyncio.Queue(ROOM_FRAMES)
    dropped = 0

    def put(pcm: Pcm) -> None:
        nonlocal dropped
        if waiting.full():
            waiting.get_nowait()
            dropped += 1
        waiting.put_nowait(pcm)

    def heard(pcm: Pcm) -> None:
        loop.call_soon_threadsafe(put, pcm.copy())

    devices: Any = None

    def listen(event: Event) -> None:
        if isinstance(event, Flush):
            devices.flush()
        show(event)

    session = open_session(listen)
    down, framer, done = Resampler(OUT_RATE, IN_RATE), Framer(IN_FRAME), 0
    try:
        devices = card(heard, null=null)
        with devices:
            while frames is None or done < frames:
                try:
                    pcm = await asyncio.wait_for(waiting.get(), patience_s)
                except TimeoutError as dead:
                    devices.check()
                    raise Retry(
                        "the sound card gives no sound any more; plug it in again, then talk again"
                    ) from dead
                devices.check()
                for frame in framer.push(down.push(pcm)):
                    session.hear(frame)
                    session.lag(devices.waiting_s, can_flush=True)
                    devices.play(session.play())
                    done += 1
    finally:
        await session.close()
    return dropped
