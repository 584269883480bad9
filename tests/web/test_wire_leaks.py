"""Clients come and go; nothing of them stays."""

import asyncio
import gc
import json

import anyio
import psutil
import pytest
from websockets.asyncio.client import connect

from tests.web.help import spoken, until
from vivavoce.web import ServeConfig

pytestmark = pytest.mark.anyio


async def settle(at, tasks: int) -> None:
    await until(lambda: len(asyncio.all_tasks()) <= tasks, 3)


async def test_a_client_that_vanishes_mid_word_is_closed_within_a_second(house):
    async with house(answer="a b c d e f g h i j") as at:
        await anyio.sleep(0.05)
        tasks = len(asyncio.all_tasks())
        ws = await connect(at.ws)
        await ws.send(json.dumps({"type": "input_audio_buffer.append", "audio": spoken()}))
        while b"output_audio.delta" not in (await ws.recv(decode=False)):
            pass
        ws.transport.abort()
        await until(lambda: at.session.closed, 1)
        await settle(at, tasks)


async def test_fifty_connects_a_second_leave_nothing_behind(house):
    async with house(limits=ServeConfig(max_conversations=100)) as at:
        await anyio.sleep(0.05)
        tasks = len(asyncio.all_tasks())

        async def visit() -> None:
            async with connect(at.ws) as ws:
                await ws.recv()
                await ws.send(json.dumps({"type": "input_audio_buffer.append", "audio": spoken()}))

        async def crowd() -> None:
            async with anyio.create_task_group() as group:
                for _ in range(50):
                    group.start_soon(visit)
                    await anyio.sleep(0.02)

        async def rest() -> int:
            await settle(at, tasks)
            assert all(s.closed for s in at.opener.sessions)
            at.opener.sessions.clear()
            gc.collect()
            return psutil.Process().memory_info().rss

        await crowd()  # the first crowd fills caches and pools
        before = await rest()
        await crowd()
        assert await rest() - before < 5_000_000
        shown = at.app.state.metrics.text().decode()
        assert "vivavoce_conversations_open 0.0" in shown
        assert "vivavoce_conversations_total 100.0" in shown


async def test_the_server_stops_while_people_talk(house):
    async with house(answer="a b c d e f g h i j") as at:
        ws = await connect(at.ws)
        await ws.send(json.dumps({"type": "response.create"}))
        while b"output_audio.delta" not in (await ws.recv(decode=False)):
            pass
        session = at.session
    assert session.closed
    assert ws.close_code in (None, 1012) or ws.state.name == "CLOSED"
    await ws.close()
