"""A talk over a real loopback socket, with a fake session behind the real server."""

import time

import numpy as np
import pytest

from tests.web.fakes import Opener
from tests.web.help import tone
from vivavoce.client import Realtime, talk
from vivavoce.core import Retry
from vivavoce.web import create_app, serving

COMPLETED = "conversation.item.input_audio_transcription.completed"
ANSWER_S = 0.6
"""Of "hello there you", as the fake session says it."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def wire(address: str, **session: object) -> Realtime:
    return Realtime(address.replace("http", "ws", 1) + "v1/realtime", dict(session))


@pytest.mark.anyio
async def test_a_question_is_heard_and_its_answer_sounds_after_it():
    opener = Opener()
    told: list[str] = []
    async with serving(create_app(opener)) as address:
        async with talk(wire(address), lambda event: told.append(event["type"])) as talking:
            began = await talking.say(tone(0.6))
            assert await talking.quiet(began + 0.6, rest_s=0.3, timeout_s=10)
        first = talking.speaker.first_audible(began)
        item = talking.speaker.stretches[0].item
    assert first is not None
    assert first > began + 0.6
    assert talking.speaker.sounded(item).size / 24_000 == pytest.approx(ANSWER_S, abs=0.1)
    assert talking.since(began, COMPLETED)[0]["transcript"] == "what is"
    assert talking.since(time.monotonic(), COMPLETED) == []
    assert told == [event["type"] for _, event in talking.events]
    assert not any("delta" in e for _, e in talking.events if "audio.delta" in e["type"])
    assert min(lag for lag, reports in opener.last.lags if reports) < ANSWER_S


@pytest.mark.anyio
async def test_an_interruption_leaves_on_the_loudspeaker_only_what_had_sounded():
    long = Opener(answer="word " * 40)
    async with serving(create_app(long)) as address, talk(wire(address)) as talking:
        asked = await talking.say(tone(0.6))
        speaker = talking.speaker
        assert await talking.until(lambda: speaker.first_audible(asked) is not None, 10)
        cut = await talking.say(tone(0.8))
        assert await talking.until(
            lambda: bool(talking.since(cut, "output_audio_buffer.cleared")), 10
        )
        item = speaker.stretches[0].item
    last = speaker.last_audible(item)
    assert last is not None
    assert cut < last + 0.5 < cut + 2.0
    assert speaker.sounded(item).size / 24_000 < 4.0


@pytest.mark.anyio
async def test_an_event_gets_its_answer_and_a_wrong_one_gets_none():
    async with serving(create_app(Opener())) as address, talk(wire(address)) as talking:
        item = {"type": "message", "role": "user", "content": []}
        item["content"] = [{"type": "input_text", "text": "hello"}]
        create = {"type": "conversation.item.create", "item": item}
        added = await talking.ask(create, "conversation.item.added")
        assert added is not None
        assert added["item"]["content"][0]["text"] == "hello"
        missing = {"type": "conversation.item.retrieve", "item_id": "item_none"}
        assert await talking.ask(missing, "conversation.item.retrieved") is None


@pytest.mark.anyio
async def test_a_condition_that_does_not_come_is_told_in_time():
    async with serving(create_app(Opener())) as address, talk(wire(address)) as talking:
        began = time.monotonic()
        assert not await talking.until(lambda: False, 0.1)
        assert 0.1 <= time.monotonic() - began < 2.0


@pytest.mark.anyio
async def test_a_connection_that_breaks_is_an_error_to_whoever_waits():
    async with serving(create_app(Opener())) as address, talk(wire(address)) as talking:
        await talking.socket.close()
        with pytest.raises(Retry, match="the connection broke"):
            await talking.say(np.zeros(48_000, np.float32))
