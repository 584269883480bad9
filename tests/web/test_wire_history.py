"""The history behind the wire: a real session, with fakes for its models."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from openai import AsyncOpenAI

from tests import fakes
from tests.web.help import Inbox, b64, listening, pcm16
from vivavoce.session import engine
from vivavoce.web import create_app, serving

pytestmark = pytest.mark.anyio

BY_HAND = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}


@asynccontextmanager
async def talking(model: fakes.FakeModel) -> AsyncIterator[tuple[Any, Inbox]]:
    """The official client's connection to a server whose models are fakes."""
    async with (
        engine(fakes.parts(model)) as running,
        serving(create_app(running.open)) as address,
        AsyncOpenAI(base_url=address + "v1", api_key="x") as client,
        client.realtime.connect(model="vivavoce") as connection,
        listening(connection) as inbox,
    ):
        await connection.session.update(session=BY_HAND)
        yield connection, inbox


def said(text: str) -> str:
    """Words as an append carries them."""
    return b64(pcm16(np.repeat(fakes.speech(text), 3)[::2]))


def typed(text: str, **more: Any) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content, **more}


async def test_what_comes_behind_a_commit_finds_its_words_in_the_history():
    model = fakes.FakeModel("Yes.")
    async with talking(model) as (c, inbox):
        await c.input_audio_buffer.append(audio=said("what is gold"))
        await c.input_audio_buffer.commit()
        await c.input_audio_buffer.clear()
        await c.conversation.item.create(item=typed("and say it in French"))
        await c.response.create()
        await inbox.wait("response.done")
    heard = inbox.all("conversation.item.input_audio_transcription.completed")
    assert [e["transcript"] for e in heard] == ["what is gold"]
    assert model.asked[-1].messages[-1].text == "what is gold and say it in French"


async def test_a_line_typed_over_an_answer_is_answered():
    model = fakes.FakeModel("It is a very long story about a very long journey.")
    async with talking(model) as (c, inbox):
        await c.conversation.item.create(item=typed("Tell me."))
        await c.response.create()
        await inbox.wait("response.output_audio.delta")
        await c.output_audio_buffer.clear()
        await c.conversation.item.create(item=typed("Stop."))
        await c.response.create()
        await inbox.wait("response.created", times=2)
    assert "error" not in inbox.types()
    assert model.asked[-1].messages[-1].text == "Stop."


async def test_an_answer_cut_to_nothing_can_be_deleted_and_nothing_put_behind_it():
    async with talking(fakes.FakeModel("One two three.")) as (c, inbox):
        await c.conversation.item.create(item=typed("Count."))
        await c.response.create()
        item = (await inbox.wait("response.done"))["response"]["output"][0]["id"]
        await c.conversation.item.create(item=typed("Go on."))
        await c.conversation.item.truncate(item_id=item, content_index=0, audio_end_ms=0)
        await c.conversation.item.create(item=typed("And?"), previous_item_id=item)
        error = await inbox.wait("error")
        await c.conversation.item.delete(item_id=item)
        await inbox.wait("conversation.item.deleted")
    assert error["error"]["code"] == "unsupported_position"
