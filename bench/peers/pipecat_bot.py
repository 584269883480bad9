"""Pipecat's stock local pipeline behind a loopback WebSocket; runs in Pipecat's own environment.

python -P pipecat_bot.py SETTINGS.json; settings: port, whisper (folder), voices (folder), voice,
llm_url, system, max_tokens. On the wire: binary messages of raw 16-bit PCM, 16 kHz to the bot and
24 kHz from it; JSON text messages tell what happened, for the breakdown.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.observers.user_bot_latency_observer import UserBotLatencyObserver
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transports.websocket.server import (
    SingleClientWebsocketServerParams,
    SingleClientWebsocketServerTransport,
)
from pipecat.workers.runner import WorkerRunner


class RawPcm(FrameSerializer):
    """Sound as it is, everything else as JSON text: no base64, no protobuf to pay for."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, OutputAudioRawFrame):
            return frame.audio
        if isinstance(frame, InterruptionFrame):
            return json.dumps({"type": "interruption"})
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            return None if self.should_ignore_frame(frame) else json.dumps(frame.message)
        return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        if isinstance(data, str):
            return None
        return InputAudioRawFrame(audio=data, sample_rate=16_000, num_channels=1)


async def main(settings: dict[str, Any]) -> None:
    """Serve one client after another until stopped."""
    transport = SingleClientWebsocketServerTransport(
        host="127.0.0.1",
        port=settings["port"],
        params=SingleClientWebsocketServerParams(
            audio_in_enabled=True, audio_out_enabled=True, serializer=RawPcm()
        ),
    )
    stt = WhisperSTTService(
        device="cpu",
        compute_type="int8",
        settings=WhisperSTTService.Settings(model=settings["whisper"]),
    )
    llm = OpenAILLMService(
        api_key="none",
        base_url=settings["llm_url"],
        settings=OpenAILLMService.Settings(
            model="local",
            system_instruction=settings["system"],
            max_tokens=settings["max_tokens"],
            temperature=settings["temperature"],
        ),
    )
    tts = PiperTTSService(
        download_dir=Path(settings["voices"]),
        settings=PiperTTSService.Settings(voice=settings["voice"]),
    )
    context = LLMContext()
    pair = LLMContextAggregatorPair(
        context, user_params=LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
    )
    latency = UserBotLatencyObserver()
    pipeline = Pipeline(
        [transport.input(), stt, pair.user(), llm, tts, transport.output(), pair.assistant()]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(enable_metrics=True),
        observers=[latency],
        idle_timeout_secs=None,
    )

    async def tell(**facts: Any) -> None:
        await worker.queue_frame(OutputTransportMessageUrgentFrame(message=facts))

    @transport.event_handler("on_client_connected")
    async def connected(*_: Any) -> None:
        context.set_messages([])

    @pair.user().event_handler("on_user_turn_stopped")
    async def user_said(_aggregator: Any, _strategy: Any, message: Any) -> None:
        await tell(type="user", text=message.content)

    @pair.assistant().event_handler("on_assistant_turn_stopped")
    async def assistant_said(_aggregator: Any, message: Any) -> None:
        await tell(type="assistant", text=message.content, interrupted=message.interrupted)

    @latency.event_handler("on_latency_breakdown")
    async def measured(_observer: Any, breakdown: Any) -> None:
        parts = {c.key: round(c.duration_secs * 1000) for c in breakdown.contributions}
        await tell(type="latency", total_ms=round(breakdown.total_secs * 1000), parts_ms=parts)

    runner = WorkerRunner(handle_sigterm=True)
    await runner.add_workers(worker)
    await runner.run()


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text())))
