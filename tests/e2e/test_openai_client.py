"""The official openai package talks with the real server."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.e2e.inbox import Inbox, answer
from tests.e2e.served import Served
from tests.e2e.sounds import bridged, differs, quiet, said, sound, understood, words
from vivavoce.audio.pcm import to_int16
from vivavoce.client import Microphone
from vivavoce.core import Pcm

pytestmark = [pytest.mark.real, pytest.mark.anyio]

WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The present weather of a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    },
}


def b64(pcm: Pcm) -> str:
    return base64.b64encode(to_int16(pcm)).decode()


def text(words: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": words}]
    return {"type": "message", "role": "user", "content": content}


@asynccontextmanager
async def connected(served: Served) -> AsyncIterator[tuple[Any, Inbox]]:
    inbox = Inbox()
    async with served.client() as client, client.realtime.connect(model="vivavoce") as connection:
        reading = asyncio.create_task(inbox.read(connection))
        try:
            yield connection, inbox
        finally:
            reading.cancel()


@asynccontextmanager
async def microphone(connection: Any) -> AsyncIterator[Microphone]:
    """20 ms packets in real time for as long as the block lasts."""

    async def send(pcm: Pcm) -> None:
        await connection.input_audio_buffer.append(audio=b64(pcm))

    mic = Microphone(send)
    recording = asyncio.create_task(mic.run())
    try:
        yield mic
    finally:
        recording.cancel()


async def test_two_spoken_turns(served: Served) -> None:
    async with connected(served) as (connection, inbox), microphone(connection) as mic:
        await inbox.wait("session.created")
        mic.say(said("questions", "q01"))
        await inbox.wait("response.done")
        first = sound(inbox.all("response.output_audio.delta"))
        await asyncio.sleep(0.5)
        mic.say(said("questions", "q17"))  # the same voice: it owns the conversation
        await inbox.wait("response.done", times=2)
        item = text("What did I ask you about a capital before?")
        await connection.conversation.item.create(item=item)
        await connection.response.create(response={"output_modalities": ["text"]})
        recalled = (await inbox.wait("response.output_text.done"))["text"]
        await inbox.wait("response.done", times=3)
    assert words(inbox.heard[0]) == words("What is the capital of Australia?")
    assert "canberra" in words(inbox.answers[0])
    heard = bridged(understood(first))
    assert "canberra" in words(heard)
    assert differs(inbox.answers[0], heard) <= 0.2, heard
    assert "kilogram" in words(inbox.heard[1])
    assert {"kilogram", "iron", "feathers"} & set(words(inbox.answers[1]))
    assert (len(inbox.heard), len(inbox.answers)) == (2, 3)
    assert "australia" in words(recalled)
    assert not inbox.all("error")
    print(f"gaps {inbox.gaps_ms} ms; answers {inbox.answers}")


async def test_text_only(served: Served) -> None:
    async with connected(served) as (connection, inbox):
        await connection.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await connection.conversation.item.create(item=text("What is the capital of Australia?"))
        await connection.response.create()
        done = await inbox.wait("response.done")
    written = "".join(e["delta"] for e in inbox.all("response.output_text.delta"))
    assert "Canberra" in written
    assert written == answer(done) == inbox.all("response.output_text.done")[0]["text"]
    assert not [kind for kind in inbox.kinds() if "audio" in kind]
    assert done["response"]["usage"]["output_tokens"] > 0


async def test_turns_by_hand(served: Served) -> None:
    by_hand = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
    async with connected(served) as (connection, inbox):
        await connection.session.update(session=by_hand)
        await connection.input_audio_buffer.append(audio=b64(said("questions", "q18")))
        await connection.input_audio_buffer.append(audio=b64(quiet(3)))
        await asyncio.sleep(1)
        assert not inbox.all("input_audio_buffer.committed")
        await connection.input_audio_buffer.commit()
        await inbox.wait("conversation.item.input_audio_transcription.completed")
        await asyncio.sleep(1)
        assert not inbox.all("response.created")
        await connection.response.create()
        await inbox.wait("response.done")
    assert words(inbox.heard[0]) == words("What language do people speak in Brazil?")
    assert "portuguese" in words(inbox.answers[0])
    assert "portuguese" in words(understood(sound(inbox.all("response.output_audio.delta"))))
    assert not inbox.all("error")


async def test_a_function_is_called_and_its_result_is_spoken(served: Served) -> None:
    async with connected(served) as (connection, inbox):
        session = {"type": "realtime", "tools": [WEATHER], "instructions": "Be brief."}
        await connection.session.update(session=session)
        await connection.conversation.item.create(item=text("What is the weather in Rome?"))
        await connection.response.create()
        (call,) = (await inbox.wait("response.done"))["response"]["output"]
        await connection.conversation.item.create(
            item={
                "type": "function_call_output",
                "call_id": call["call_id"],
                "output": '{"temperature_celsius": 31, "sky": "thunderstorm"}',
            }
        )
        await connection.response.create()
        await inbox.wait("response.done", times=2)
    assert (call["type"], call["name"]) == ("function_call", "get_weather")
    assert "Rome" in call["arguments"]
    assert inbox.all("response.function_call_arguments.done")[0]["arguments"] == call["arguments"]
    assert "31" in words(inbox.answers[1])
    assert "31" in words(understood(sound(inbox.all("response.output_audio.delta"))))


async def test_the_beta_client(served: Served) -> None:
    inbox = Inbox()
    async with (
        served.client() as client,
        client.beta.realtime.connect(model="vivavoce") as connection,
    ):
        reading = asyncio.create_task(inbox.read(connection))
        await connection.session.update(
            session={"modalities": ["audio", "text"], "turn_detection": {"type": "server_vad"}}
        )
        async with microphone(connection) as mic:
            mic.say(said("questions", "q05"))
            await inbox.wait("response.done")
        reading.cancel()
    heard = "".join(e["delta"] for e in inbox.all("response.audio_transcript.delta"))
    assert "Shakespeare" in heard
    assert "shakespeare" in words(understood(sound(inbox.all("response.audio.delta"))))
    assert "response.output_audio.delta" not in inbox.kinds()
