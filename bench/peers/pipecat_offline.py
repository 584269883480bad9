"""What Pipecat's stock turn strategies decide on recordings; runs in Pipecat's own environment.

python -P pipecat_offline.py JOB.json; the job: whisper (folder), transcribe_s, out (a JSON file),
recordings ([WAV, …], 16 kHz mono). The pipeline is Pipecat's own: WhisperSTTService and the user
aggregator with SileroVADAnalyzer and the default strategies, fed frames of 20 ms. Its event loop
has a clock of its own that jumps from one timer to the next, so that a recording takes as long as
its computation does and every timeout is kept to the millisecond.
"""

import asyncio
import json
import selectors
import sys
import time
import wave
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

STEP_S = 0.02
AFTER_S = 8.0
"""Silence after a recording: longer than every timeout of the strategies."""


class Instant(selectors.SelectSelector):
    """Waits in no time: what is not ready now lets the clock jump."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("everything waits and no timer is set")
            self.loop.clock += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time is the timers' time; work that would go to a thread is done at once."""

    def __init__(self) -> None:
        selector = Instant()
        selector.loop = self
        self.clock = 1000.0
        super().__init__(selector)

    def time(self) -> float:
        return self.clock

    def run_in_executor(self, _executor: Any, func: Any, *args: Any) -> Any:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as broken:  # noqa: BLE001  as an executor does: the caller gets it
            done.set_exception(broken)
        return done


def take_clock(loop: VirtualLoop) -> None:
    """Pipecat asks `time` in several places; all get the loop's."""
    began = time.time()
    time.time = lambda: began + loop.clock
    time.monotonic = lambda: loop.clock


async def decide(samples: bytes, job: dict[str, Any]) -> list[dict[str, Any]]:
    """The turns that started and stopped, in seconds of the recording."""
    from pipecat.audio.vad.silero import SileroVADAnalyzer
    from pipecat.frames.frames import EndFrame, Frame, InputAudioRawFrame
    from pipecat.pipeline.pipeline import Pipeline
    from pipecat.pipeline.worker import PipelineWorker
    from pipecat.processors.aggregators.llm_context import LLMContext
    from pipecat.processors.aggregators.llm_response_universal import (
        LLMContextAggregatorPair,
        LLMUserAggregatorParams,
    )
    from pipecat.services.whisper.stt import WhisperSTTService
    from pipecat.workers.runner import WorkerRunner

    class Timed(WhisperSTTService):
        """On this clock a transcription takes what it was measured to take."""

        async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
            await asyncio.sleep(job["transcribe_s"])
            async for frame in super().run_stt(audio):
                yield frame

    loop = asyncio.get_running_loop()
    stt = Timed(device="cpu", compute_type="int8", settings=Timed.Settings(model=job["whisper"]))
    pair = LLMContextAggregatorPair(
        LLMContext(), user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    worker = PipelineWorker(Pipeline([stt, pair.user()]), idle_timeout_secs=None)
    found: list[dict[str, Any]] = []
    zero = [0.0]

    def note(what: str, **facts: Any) -> None:
        found.append({"t": round(loop.time() - zero[0], 3), "what": what, **facts})

    @pair.user().event_handler("on_user_turn_started")
    async def started(*_: Any) -> None:
        note("started")

    @pair.user().event_handler("on_user_turn_stopped")
    async def stopped(_aggregator: Any, _strategy: Any, message: Any) -> None:
        note("stopped", text=message.content)

    async def feed() -> None:
        await asyncio.sleep(1.0)
        zero[0] = loop.time()
        step = round(STEP_S * 16_000) * 2
        quiet = bytes(round(AFTER_S * 16_000) * 2)
        sound = samples + quiet
        for at in range(0, len(sound) - step + 1, step):
            await asyncio.sleep(zero[0] + (at / step + 1) * STEP_S - loop.time())
            frame = InputAudioRawFrame(
                audio=sound[at : at + step], sample_rate=16_000, num_channels=1
            )
            await worker.queue_frame(frame)
        await worker.queue_frame(EndFrame())

    runner = WorkerRunner(handle_sigint=False, handle_sigterm=False)
    await runner.add_workers(worker)
    await asyncio.gather(runner.run(), feed())
    return found


def main(path: Path) -> None:
    """One recording after another; a line on standard output for each that is done."""
    job = json.loads(path.read_text())
    decided = []
    for recording in job["recordings"]:
        with wave.open(recording) as wav:
            samples = wav.readframes(wav.getnframes())
        loop = VirtualLoop()
        take_clock(loop)
        asyncio.set_event_loop(loop)
        decided.append(loop.run_until_complete(decide(samples, job)))
        loop.close()
        print(f"done {recording}", flush=True)
    Path(job["out"]).write_text(json.dumps(decided))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
