"""Whole conversations with the real server, in real time, as a person holds them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from tests.e2e.inbox import Inbox
from tests.e2e.served import Served
from tests.e2e.sounds import said, typed, understood, words
from vivavoce.client import Realtime, Talk, talk

pytestmark = [pytest.mark.real, pytest.mark.anyio]


@asynccontextmanager
async def conversation(served: Served) -> AsyncIterator[tuple[Talk, Inbox]]:
    inbox = Inbox()
    async with talk(Realtime(served.ws), inbox) as talking:
        await asyncio.sleep(0.5)
        try:
            yield talking, inbox
        except AssertionError as wrong:
            late_ms = 1000 * talking.mic.late_s
            wrong.add_note(f"connection: {talking.failed!r}; microphone {late_ms:.0f} ms late")
            raise
    assert not inbox.all("error")


async def speaking_for(talking: Talk, seconds: float) -> None:
    """Wait until an answer has been heard for so long."""
    assert await talking.until(lambda: bool(talking.speaker.stretches), timeout_s=30)
    began = talking.speaker.stretches[0].start
    assert await talking.until(lambda: time.monotonic() > began + seconds, timeout_s=60)


async def test_an_interruption_leaves_in_the_history_what_was_heard(served: Served) -> None:
    async with conversation(served) as (talking, inbox):
        await talking.say(said("phrases", "long2"))
        await speaking_for(talking, 7)  # Whisper drops a sentence that was hardly begun
        cut_in = time.monotonic()
        talking.mic.say(said("phrases", "interruption2"))
        cut = await inbox.wait("response.done")
        stopped_s = inbox.at[inbox.events.index(cut)] - cut_in
        item = cut["response"]["output"][0]["id"]
        silent_s = (talking.speaker.last_audible(item) or cut_in) - cut_in
        sounded = [s.pcm for s in talking.speaker.stretches if s.item == item]
        await talking.send({"type": "conversation.item.retrieve", "item_id": item})
        kept = (await inbox.wait("conversation.item.retrieved"))["item"]["content"][0]["transcript"]
        await inbox.wait("response.done", times=2)
    assert cut["response"]["status_details"]["reason"] == "turn_detected"
    assert silent_s < 2
    heard = words(understood(np.concatenate(sounded)))
    kept_words = words(kept)
    assert abs(len(kept_words) - len(heard)) <= 1, (kept_words, heard)
    assert set(kept_words[-4:]) & set(heard[-4:]), (kept_words, heard)
    assert {"wait", "weight"} & set(words(inbox.heard[1])), inbox.heard  # they sound alike
    assert inbox.answers[1]
    print(f"silent {silent_s:.1f} s after the first word, given up {stopped_s:.1f} s after it")
    print(f"gaps {inbox.gaps_ms} ms")
    print(f"kept {kept_words[-5:]}, heard {heard[-5:]}")


@pytest.mark.parametrize("name", ["backchannel2", "cough"])
async def test_what_is_no_turn_does_not_stop_the_answer(served: Served, name: str) -> None:
    async with conversation(served) as (talking, inbox):
        await talking.say(said("phrases", "long2"))
        await speaking_for(talking, 4)
        await talking.say(said("phrases", name))
        after = time.monotonic()
        await asyncio.sleep(3.5)
        later = [s for s in talking.speaker.stretches if s.start > after + 2.5]
        assert later
        assert len(inbox.all("response.created")) == 1
        assert not inbox.all("response.done")
        assert len(inbox.all("input_audio_buffer.speech_started")) == 1
    moves = [e["move"] for e in inbox.all("vivavoce.move")]
    assert "yield" not in moves
    print(name, moves)


async def test_a_thinking_pause_is_waited_through(served: Served) -> None:
    question = [typed("What is the capital of, um,"), np.zeros(24_000 * 3 // 2, np.float32)]
    question.append(typed("of Australia?"))
    async with conversation(served) as (talking, inbox):
        await talking.say(np.concatenate(question))
        await inbox.wait("response.done")
        await asyncio.sleep(1)
    assert len(inbox.all("input_audio_buffer.committed")) == 1
    assert len(inbox.all("response.created")) == 1
    assert words(inbox.heard[0]).count("australia") == 1, inbox.heard
    assert "canberra" in words(inbox.answers[0])
    print(f"gap {inbox.gaps_ms} ms; {inbox.heard}")


async def test_silence_brings_nothing(served: Served) -> None:
    async with conversation(served) as (_talking, inbox):
        await asyncio.sleep(20)
    assert not [k for k in inbox.kinds() if k.startswith(("response.", "conversation."))]
    assert not inbox.all("input_audio_buffer.speech_started")
    assert {e["move"] for e in inbox.all("vivavoce.move")} <= {"idle"}


async def test_two_conversations_at_once(served: Served) -> None:
    async def ask(name: str) -> Inbox:
        async with conversation(served) as (talking, inbox):
            await talking.say(said("questions", name))
            await inbox.wait("response.done")
        return inbox

    one, two = await asyncio.gather(ask("q01"), ask("q05"))
    assert "canberra" in words(one.answers[0])
    assert "shakespeare" in words(two.answers[0])
    assert "shakespeare" not in words(one.answers[0])
    print(f"gaps {one.gaps_ms + two.gaps_ms} ms")


async def test_asked_by_voice_to_think_it_says_so_thinks_and_then_answers(served: Served) -> None:
    shown = {"type": "realtime", "vivavoce": {"show_thinking": True}}
    async with conversation(served) as (talking, inbox):
        await talking.send({"type": "session.update", "session": shown})
        await talking.say(said("phrases", "think1"))
        await inbox.wait("response.done", within_s=200)  # reads tools first
    (route,) = inbox.all("vivavoce.route")
    assert "think for 6 s" in route["why"] or "6 s of thinking" in route["why"]
    assert 0 < route["thought"] <= route["granted"]
    assert route["kept"] == "exact"
    thought = "".join(e["delta"] for e in inbox.all("vivavoce.thinking"))
    assert len(thought.split()) > 10
    spoken = understood(np.concatenate([s.pcm for s in talking.speaker.stretches]))
    assert "let me think" in spoken.lower()
    assert thought[:40] not in inbox.answers[0]
    print(f"thought {route['thought']} of {route['granted']}: {inbox.answers[0]!r}")
