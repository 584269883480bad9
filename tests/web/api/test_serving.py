"""Clients that go, stall, send too much, or are too many; models; what has no end."""

from typing import Any

import anyio
import httpx
import openai
import pytest

from tests.web.api.fakes import RuleMind
from tests.web.help import until
from vivavoce.web import ServeConfig
from vivavoce.web.api import desk

pytestmark = pytest.mark.anyio

PATHS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "slow"}]},
    "/v1/responses": {"input": "slow"},
    "/v1/messages": {"messages": [{"role": "user", "content": "slow"}], "max_tokens": 9},
}


def body(path: str, **more: Any) -> dict[str, Any]:
    return {"model": "small", **PATHS[path], **more}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_goes_stops_the_work_at_once(served, path, stream):
    async with served() as at:
        with anyio.move_on_after(0.3):
            await at.http.post(path, json=body(path, stream=stream))
        await until(lambda: at.mind.closed == 1, within_s=1)


async def test_a_client_that_goes_before_the_first_word_stops_it_too(served):
    async with served() as at:
        with anyio.move_on_after(0.3):
            await at.http.post(
                "/v1/chat/completions",
                json={
                    "model": "small",
                    "messages": [{"role": "user", "content": "mute"}],
                    "stream": True,
                    "n": 3,
                },
            )
        await until(lambda: at.mind.closed == 3, within_s=1)


async def test_a_stream_says_that_it_is_still_there(served, monkeypatch):
    monkeypatch.setattr(desk, "HOLD_S", 0.05)
    monkeypatch.setattr(desk, "PING_S", 0.05)
    async with served() as at:
        for path, ping in (("/v1/responses", ":"), ("/v1/messages", "event: ping")):
            async with at.http.stream("POST", path, json=body(path, stream=True)) as got:
                pings = 0
                async for line in got.aiter_lines():
                    pings += line.startswith(ping)
                    if pings == 3:
                        break


async def test_a_model_that_says_nothing_more_has_failed(served):
    async with served(limits=ServeConfig(silence_s=0.2)) as at:
        for path in PATHS:
            whole = await at.http.post(path, json=body(path))
            assert whole.status_code in (503, 529)
            assert whole.headers["retry-after"]
            streamed = await at.http.post(path, json=body(path, stream=True))
            assert streamed.status_code == 200
            assert "said nothing" in streamed.text
        assert at.mind.closed == 6
        counted = await at.http.post(
            "/v1/responses/input_tokens", json={"model": "small", "input": "mute"}
        )
        assert counted.status_code == 503


async def test_too_many_at_once_are_told_to_come_back(served):
    async with served(limits=ServeConfig(max_asks=1)) as at:
        async with anyio.create_task_group() as group:

            async def wait() -> None:
                await at.http.post("/v1/responses", json=body("/v1/responses"))

            group.start_soon(wait)
            await at.mind.begun.wait()
            with pytest.raises(openai.RateLimitError):
                await at.openai.responses.create(model="small", input="x")
            got = await at.http.post("/v1/messages", json={})
            assert (got.status_code, got.json()["error"]["type"]) == (429, "rate_limit_error")
            group.cancel_scope.cancel()
        await until(lambda: at.mind.closed == 1)
        assert (await at.openai.responses.create(model="small", input="x")).output_text


async def test_a_body_that_is_too_long_or_too_slow_is_refused(served):
    limits = ServeConfig(max_body_bytes=1000, body_s=0.3)
    async with served(limits=limits) as at:
        got = await at.http.post("/v1/messages", content=b"x" * 2000)
        assert (got.status_code, got.json()["error"]["type"]) == (413, "request_too_large")
        got = await at.http.post("/v1/responses", content=b"x" * 2000)
        assert (got.status_code, got.json()["error"]["code"]) == (413, "too_large")

        async def slowly():
            yield b"{"
            await anyio.sleep(0.6)
            yield b"}"

        got = await at.http.post("/v1/responses", content=slowly())
        assert got.status_code == 408
        assert at.mind.asked == []


async def test_each_vendors_clients_see_the_models_in_their_own_shape(served):
    async with served() as at:
        ours = [model async for model in at.openai.models.list()]
        assert [m.id for m in ours] == ["auto", "small", "house/far"]
        assert ours[1].vivavoce["budget"] == "exact"
        assert ours[2].vivavoce["place"] == "far.example"
        assert (await at.openai.models.retrieve("house/far")).owned_by == "anthropic"
        with pytest.raises(openai.NotFoundError):
            await at.openai.models.retrieve("gpt-9")
        theirs = [model async for model in at.anthropic.models.list(limit=2)]
        assert [m.id for m in theirs] == ["auto", "small", "house/far"]
        assert theirs[1].capabilities.image_input.supported
        assert (await at.anthropic.models.retrieve("small")).max_input_tokens == 8192


async def test_without_a_mind_there_are_no_apis(house):
    async with house() as at, httpx.AsyncClient(base_url=at.address) as http:
        assert (await http.get("/v1/models")).status_code == 404


async def test_requests_are_counted_by_how_they_ended(served):
    async with served() as at:
        await at.openai.responses.create(model="small", input="x")
        await at.http.post("/v1/messages", content=b"{")
        shown = (await at.http.get("/metrics")).text
    assert 'vivavoce_asked_total{api="responses",status="200"} 1.0' in shown
    assert 'vivavoce_asked_total{api="messages",status="400"} 1.0' in shown


async def test_what_people_said_is_not_in_the_log(served, caplog):
    async with served(RuleMind()) as at:
        await at.http.post("/v1/responses", json={"model": "small", "input": "bug"})
    assert "a request failed" in caplog.text
    assert '"bug"' not in caplog.text
