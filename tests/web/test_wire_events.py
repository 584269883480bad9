"""Our own events: what the floor thinks, and playback that the client reports."""

import numpy as np
import pytest

from tests.web.help import b64, pcm16, quiet, spoken, talking, tone

pytestmark = pytest.mark.anyio


async def test_moves_words_partials_and_latency_are_told(house):
    async with talking(house) as (_at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        done = await inbox.wait("response.done")
        await inbox.wait("vivavoce.latency", times=2)
        await inbox.wait("vivavoce.word", times=3)
    moves = [e["move"] for e in inbox.all("vivavoce.move")]
    assert moves[:2] == ["listen", "hold"]
    assert set(inbox.all("vivavoce.move")[0]["p"]) >= {"echo", "speech", "owner", "turn_end"}
    assert inbox.all("vivavoce.frame") == []
    user = inbox.all("input_audio_buffer.committed")[0]["item_id"]
    ours = done["response"]["output"][0]["id"]
    said = [(w["side"], w["text"], w["item_id"]) for w in inbox.all("vivavoce.word")]
    assert said == [("user", "what", user), ("user", "is", user), ("assistant", "hello", ours)]
    partial = inbox.all("vivavoce.partial")[0]
    assert (partial["stable"], partial["tentative"], partial["item_id"]) == ("what", "is", user)
    first, last = inbox.all("vivavoce.latency")
    assert first["gap_ms"] == last["gap_ms"] == 320
    assert first["stages"] == {}
    assert "first_sound" in last["stages"]


@pytest.mark.parametrize("how", ["query", "update"])
async def test_every_frame_is_told_to_who_asks(house, how):
    query = {"frames": "1"} if how == "query" else {}
    async with talking(house, query) as (_, c, inbox):
        if how == "update":
            await c.session.update(session={"type": "realtime", "vivavoce": {"frames": True}})
        await c.input_audio_buffer.append(audio=b64(pcm16(quiet(0.81))))
        await inbox.wait("vivavoce.frame", times=10)
    assert [e["index"] for e in inbox.all("vivavoce.frame")] == list(range(10))
    assert inbox.all("vivavoce.frame")[9]["t"] == 0.72


async def test_a_client_that_reports_playback_is_told_to_flush_and_gets_the_sound_again(house):
    async with talking(house, answer="a b c d e f g h i j") as (at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        delta = await inbox.wait("response.output_audio.delta", times=5)
        await c.send({"type": "vivavoce.playback", "item_id": delta["item_id"], "played_ms": 160})
        cough = np.concatenate([tone(0.08), quiet(0.3)])
        await c.input_audio_buffer.append(audio=b64(pcm16(cough)))
        flush = await inbox.wait("vivavoce.flush")
        done = await inbox.wait("response.done")
        lags = [lag for lag, can_flush in at.session.lags if can_flush]
    assert (flush["item_id"], flush["final"]) == (delta["item_id"], False)
    assert flush["response_id"] == done["response"]["id"]
    assert max(lags) > 0.16  # five frames were sent, two had sounded
    assert len(inbox.all("response.output_audio.delta")) > 25
    assert "output_audio_buffer.cleared" not in inbox.types()


async def test_who_does_not_report_is_not_told_to_flush_but_to_clear(house):
    async with talking(house, answer="a b c d e f g h i j") as (at, c, inbox):
        await c.input_audio_buffer.append(audio=spoken())
        await inbox.wait("response.output_audio.delta", times=5)
        await c.output_audio_buffer.clear()
        await inbox.wait("output_audio_buffer.cleared")
        done = await inbox.wait("response.done")
        assert at.session.asked_for("clear_output") == [None]
    assert inbox.all("vivavoce.flush") == []
    assert done["response"]["status"] == "cancelled"
    assert inbox.types().count("output_audio_buffer.cleared") == 1
