"""The official openai package holds conversations with a real server."""

import base64

import anyio
import numpy as np
import pytest

from tests.web.help import b64, listening, pcm16, quiet, spoken, talking, tone
from vivavoce.audio.g711 import decode, encode
from vivavoce.core import Message
from vivavoce.web import FloorTuning

pytestmark = pytest.mark.anyio


async def test_a_spoken_turn_gets_a_spoken_answer_in_the_protocols_order(house):
    async with talking(house) as (_at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        done = await inbox.wait("response.done")
        await inbox.wait("output_audio_buffer.stopped")
    order = [t for t in inbox.types() if not t.endswith(".delta")]
    assert order == [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "conversation.item.input_audio_transcription.completed",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
        "output_audio_buffer.started",
        "response.output_audio.done",
        "response.output_audio_transcript.done",
        "response.content_part.done",
        "conversation.item.done",
        "response.output_item.done",
        "response.done",
        "output_audio_buffer.stopped",
    ]
    response = done["response"]
    assert response["status"] == "completed"
    assert response["usage"]["total_tokens"] == 18
    assert response["output"][0]["content"][0]["transcript"].split() == ["hello", "there", "you"]
    started = inbox.all("input_audio_buffer.speech_started")[0]
    assert started["item_id"] == inbox.all("input_audio_buffer.committed")[0]["item_id"]
    user, ours = inbox.all("conversation.item.added")
    assert ours["previous_item_id"] == user["item"]["id"] == started["item_id"]


async def test_all_of_the_sound_arrives_and_no_silence(house):
    async with talking(house, answer="one two three four five") as (_at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.done")
    sent = b"".join(base64.b64decode(e["delta"]) for e in inbox.all("response.output_audio.delta"))
    samples = np.frombuffer(sent, "<i2")
    assert len(samples) == 12 * 1920
    assert np.abs(samples).reshape(12, 1920).max(axis=1).min() > 9000


async def test_sound_is_sent_two_frames_ahead_and_then_in_real_time(house):
    async with talking(house, answer="a b c d e f g h i j") as (_at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.done")
    when = [
        t
        for e, t in zip(inbox.events, inbox.at, strict=True)
        if e["type"] == "response.output_audio.delta"
    ]
    assert len(when) == 25
    took = when[-1] - when[0]
    assert 25 * 0.08 - 0.32 < took < 25 * 0.08
    assert when[1] - when[0] < 0.06


async def test_manual_turns_are_told_only_by_the_client(house):
    async with talking(house) as (at, c, inbox):
        await c.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        )
        updated = await inbox.wait("session.updated")
        await c.input_audio_buffer.append(audio=b64(pcm16(tone(0.43))))
        await c.input_audio_buffer.commit()
        await inbox.wait("conversation.item.input_audio_transcription.completed")
        assert "response.created" not in inbox.types()
        await c.response.create()
        await inbox.wait("response.done")
        assert at.session.floor == FloorTuning(mode="manual")
        assert len(at.session.frames) == 6  # 430 ms, the last frame filled up
        assert at.session.asked_for("commit") == [6]
    assert updated["session"]["audio"]["input"].get("turn_detection") is None
    assert not [t for t in inbox.types() if "speech_st" in t]


async def test_text_in_and_text_out(house):
    async with talking(house) as (at, c, inbox):
        await c.session.update(session={"type": "realtime", "output_modalities": ["text"]})
        await c.conversation.item.create(
            item={
                "type": "message",
                "role": "user",
                "content": [{"type": "input_text", "text": "Who are you?"}],
            }
        )
        await c.response.create(response={"max_output_tokens": 50, "metadata": {"k": "v"}})
        done = await inbox.wait("response.done")
        assert at.session.asked_for("add") == [(Message("user", "Who are you?"), None)]
        assert at.session.asked_for("respond") == [{"max_tokens": 50}]
    assert inbox.all("response.output_text.done")[0]["text"].split() == ["hello", "there", "you"]
    assert not [t for t in inbox.types() if "audio" in t]
    assert done["response"]["metadata"] == {"k": "v"}
    assert done["response"]["output"][0]["content"][0]["type"] == "output_text"


async def test_one_answer_may_be_text_in_a_spoken_session(house):
    async with talking(house) as (at, c, inbox):
        await c.response.create(response={"output_modalities": ["text"]})
        done = await inbox.wait("response.done")
        assert at.session.asked_for("respond") == [{"aloud": False}]
    assert done["response"]["output_modalities"] == ["text"]


async def test_an_answer_as_long_as_its_limit_is_incomplete(house):
    async with talking(house) as (_at, c, inbox):
        await c.response.create(response={"max_output_tokens": 7})
        done = await inbox.wait("response.done")
    assert done["response"]["status"] == "incomplete"
    assert done["response"]["status_details"]["reason"] == "max_output_tokens"


async def test_a_function_call_passes_through_and_its_result_comes_back(house):
    tool = {
        "type": "function",
        "name": "weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    }
    async with talking(house, tool="weather") as (at, c, inbox):
        await c.session.update(session={"type": "realtime", "tools": [tool]})
        await c.response.create()
        done = await inbox.wait("response.done")
        await c.conversation.item.create(
            item={"type": "function_call_output", "call_id": "call_1", "output": "sunny"}
        )
        await c.response.create()
        await inbox.wait("response.done", times=2)
        await c.conversation.item.create(
            item={"type": "function_call_output", "call_id": "call_1", "output": "again"}
        )
        error = await inbox.wait("error")
        described = {k: v for k, v in tool.items() if k != "type"}
        assert at.session.asked_for("configure") == [{"tools": (described,)}]
        assert at.session.asked_for("tool_result") == [("call_1", "sunny")]
    (call,) = done["response"]["output"]
    assert (call["type"], call["name"], call["call_id"]) == ("function_call", "weather", "call_1")
    arguments = inbox.all("response.function_call_arguments.done")[0]
    assert arguments["arguments"] == call["arguments"] == '{"city":"Rome"}'
    assert arguments["item_id"] == call["id"]
    assert error["error"]["code"] == "invalid_tool_call_id"


@pytest.mark.parametrize(("kind", "law"), [("audio/pcmu", "ulaw"), ("audio/pcma", "alaw")])
async def test_telephone_sound_both_ways(house, kind, law):
    form = {"type": kind}
    turn = encode(np.concatenate([tone(0.4, 8000), quiet(0.5, 8000)]), law)
    async with talking(house) as (at, c, inbox):
        await c.session.update(
            session={
                "type": "realtime",
                "audio": {"input": {"format": form}, "output": {"format": form}},
            }
        )
        await c.input_audio_buffer.append(audio=b64(turn))
        done = await inbox.wait("response.done")
        loudest = max(float(np.abs(frame).max()) for frame in at.session.frames)
    assert loudest == pytest.approx(0.3, abs=0.03)
    assert done["response"]["audio"]["output"]["format"]["type"] == kind
    sent = b"".join(base64.b64decode(e["delta"]) for e in inbox.all("response.output_audio.delta"))
    assert len(sent) == 8 * 640  # eight frames of 80 ms at 8 kHz, to the sample
    assert float(np.abs(decode(sent, law)).max()) == pytest.approx(0.3, abs=0.03)


async def test_an_interruption_cuts_the_answer_to_what_was_heard(house):
    async with talking(house, answer="a b c d e f g h i j") as (at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.output_audio.delta", times=8)
        await c.input_audio_buffer.append(audio=b64(pcm16(tone(0.4))))
        done = await inbox.wait("response.done")
        await inbox.wait("input_audio_buffer.speech_started", times=2)
        item = done["response"]["output"][0]["id"]
        await c.conversation.item.truncate(item_id=item, content_index=0, audio_end_ms=400)
        truncated = await inbox.wait("conversation.item.truncated", times=2)
        await c.conversation.item.truncate(item_id=item, content_index=0, audio_end_ms=60_000)
        error = await inbox.wait("error")
        await c.conversation.item.retrieve(item_id=item)
        shown = await inbox.wait("conversation.item.retrieved")
        assert at.session.asked_for("truncate") == [(1, 0.4)]
    assert done["response"]["status"] == "cancelled"
    assert done["response"]["status_details"]["reason"] == "turn_detected"
    assert "output_audio_buffer.cleared" in inbox.types()
    assert truncated["audio_end_ms"] == 400
    assert "already shorter" in error["error"]["message"]
    assert shown["item"]["content"][0]["transcript"] == "a b"


async def test_a_cough_is_no_turn(house):
    async with talking(house, answer="a b c d e f g h i j") as (_at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.output_audio.delta", times=5)
        cough = np.concatenate([tone(0.08), quiet(0.3)])
        await c.input_audio_buffer.append(audio=b64(pcm16(cough)))
        done = await inbox.wait("response.done")
    assert len(inbox.all("input_audio_buffer.speech_started")) == 1
    assert done["response"]["status"] == "completed"
    assert len(inbox.all("response.output_audio.delta")) == 25
    assert "duck" in [e["move"] for e in inbox.all("vivavoce.move")]


async def test_cancel_stops_the_answer_and_says_who_did(house):
    async with talking(house, answer="a b c d e f g h i j") as (_at, c, inbox):
        await c.response.create()
        await inbox.wait("response.output_audio.delta")
        await c.response.create()
        busy = await inbox.wait("error")
        await c.response.cancel()
        done = await inbox.wait("response.done")
        await c.response.cancel()
        nothing = await inbox.wait("error", times=2)
    assert busy["error"]["code"] == "conversation_already_has_active_response"
    assert done["response"]["status_details"]["reason"] == "client_cancelled"
    assert nothing["error"]["code"] == "response_cancel_not_active"


async def test_items_are_put_where_the_client_says(house):
    def message(item_id: str) -> dict[str, object]:
        content = [{"type": "input_text", "text": item_id}]
        return {"id": item_id, "type": "message", "role": "user", "content": content}

    async with talking(house) as (at, c, inbox):
        await c.conversation.item.create(item=message("one"))
        await c.conversation.item.create(item=message("zero"), previous_item_id="root")
        await c.conversation.item.create(item=message("half"), previous_item_id="zero")
        await c.conversation.item.create(item=message("lost"), previous_item_id="nowhere")
        error = await inbox.wait("error")
        await c.conversation.item.delete(item_id="half")
        await inbox.wait("conversation.item.deleted")
        places = [(m.text, after) for m, after in at.session.asked_for("add")]
        assert places == [("one", None), ("zero", 0), ("half", 2)]
        assert at.session.asked_for("remove") == [3]
    before = [e.get("previous_item_id") for e in inbox.all("conversation.item.added")]
    assert before == [None, None, "zero"]
    assert error["error"]["code"] == "item_not_found"


async def test_the_beta_client_gets_beta_names(house):
    async with (
        house() as at,
        at.client(beta=True) as client,
        client.beta.realtime.connect(model="vivavoce") as c,
        listening(c) as inbox,
    ):
        await c.session.update(
            session={
                "modalities": ["audio", "text"],
                "input_audio_format": "g711_ulaw",
                "output_audio_format": "pcm16",
                "turn_detection": {"type": "server_vad", "silence_duration_ms": 300},
                "max_response_output_tokens": 99,
                "temperature": 0.7,
            }
        )
        updated = await inbox.wait("session.updated")
        turn = encode(np.concatenate([tone(0.4, 8000), quiet(0.5, 8000)]), "ulaw")
        await c.input_audio_buffer.append(audio=b64(turn))
        done = await inbox.wait("response.done")
        (configured,) = at.session.asked_for("configure")
        assert configured["floor"].silence_ms == 300
        assert (configured["max_tokens"], configured["temperature"]) == (99, 0.7)
    kinds = set(inbox.types())
    assert {
        "conversation.created",
        "conversation.item.created",
        "response.audio.delta",
        "response.audio.done",
        "response.audio_transcript.delta",
        "response.audio_transcript.done",
    } <= kinds
    assert not [k for k in kinds if "output_audio." in k or k.startswith("conversation.item.add")]
    assert updated["session"]["input_audio_format"] == "g711_ulaw"
    assert updated["session"]["modalities"] == ["audio", "text"]
    assert done["response"]["modalities"] == ["audio", "text"]
    assert done["response"]["output"][0]["content"][0]["type"] == "audio"


async def test_every_event_is_as_the_package_describes_it(house):
    """The package is lenient when it reads; its models are not."""
    seen: set[str] = set()
    async with (
        house(answer="a b", tool="weather") as at,
        at.client() as client,
        client.realtime.connect(model="vivavoce") as c,
    ):
        await c.response.create()
        await c.input_audio_buffer.append(audio=spoken())
        await c.send({"type": "nonsense"})
        with anyio.fail_after(5):
            async for event in c:
                if not event.type.startswith("vivavoce."):
                    type(event).model_validate(event.to_dict())
                    seen.add(event.type)
                if event.type == "output_audio_buffer.stopped":
                    break
    assert len(seen) >= 20
    assert "response.function_call_arguments.done" in seen


async def test_the_user_who_says_nothing_to_an_answer_is_asked_again(house):
    detection = {"type": "server_vad", "idle_timeout_ms": 5000}
    async with talking(house, answer="a") as (_at, c, inbox):
        await c.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
        )
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.done")
        await c.input_audio_buffer.append(audio=b64(pcm16(quiet(5.2))))
        nothing = await inbox.wait("input_audio_buffer.timeout_triggered")
        await inbox.wait("response.done", times=2)
    kinds = inbox.types()
    asked_again = kinds[kinds.index("input_audio_buffer.timeout_triggered") :]
    assert asked_again[1:4] == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    assert inbox.all("input_audio_buffer.committed")[1]["item_id"] == nothing["item_id"]


@pytest.mark.parametrize(("tool", "kind"), [("weather", "audio"), ("", "text")])
async def test_only_an_answer_that_sounded_waits_for_the_user(house, tool, kind):
    """Not one that a client's function works for, nor one that nobody heard."""
    detection = {"type": "server_vad", "idle_timeout_ms": 5000}
    async with talking(house, answer="a", tool=tool) as (_at, c, inbox):
        await c.session.update(
            session={
                "type": "realtime",
                "output_modalities": [kind],
                "audio": {"input": {"turn_detection": detection}},
            }
        )
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.done")
        await c.input_audio_buffer.append(audio=b64(pcm16(quiet(5.2))))
        await c.input_audio_buffer.clear()
        await inbox.wait("input_audio_buffer.cleared")
    assert "input_audio_buffer.timeout_triggered" not in inbox.types()


async def test_a_commit_ends_the_turn_that_the_floor_has_open(house):
    async with talking(house) as (_at, c, inbox):
        for times in (1, 2):
            await c.input_audio_buffer.append(audio=b64(pcm16(tone(0.4))))
            await inbox.wait("input_audio_buffer.speech_started", times=times)
            await c.input_audio_buffer.commit()
            await inbox.wait("input_audio_buffer.committed", times=times)
    turn = [t.rpartition(".")[2] for t in inbox.types() if t.startswith("input_audio_buffer")]
    assert turn == ["speech_started", "speech_stopped", "committed"] * 2
    assert [e["audio_end_ms"] for e in inbox.all("input_audio_buffer.speech_stopped")] == [400, 800]
