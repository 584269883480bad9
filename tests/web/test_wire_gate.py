"""Who may come in, and what the other addresses show."""

import httpx
import pytest
from starlette.requests import HTTPConnection
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.web.api.fakes import RuleMind
from vivavoce.web.app import POLICY
from vivavoce.web.gate import refusal

pytestmark = pytest.mark.anyio


async def refused(ws: str, **how: object) -> int:
    with pytest.raises(InvalidStatus) as caught:
        await connect(ws, **how)  # type: ignore[arg-type]
    return caught.value.response.status_code


async def test_a_token_opens_in_each_of_its_three_ways(house):
    async with house(token="s3cret") as at:
        async with connect(at.ws, additional_headers={"Authorization": "Bearer s3cret"}):
            pass
        async with connect(at.ws + "?token=s3cret"):
            pass
        offered = ["realtime", "openai-insecure-api-key.s3cret"]
        async with connect(at.ws, subprotocols=offered) as ws:
            assert ws.subprotocol == "realtime"


async def test_a_wrong_or_missing_token_does_not(house):
    async with house(token="s3cret") as at:
        assert await refused(at.ws) == 401
        assert await refused(at.ws + "?token=s3cre") == 401
        assert await refused(at.ws, additional_headers={"Authorization": "Bearer é"}) == 401
        assert at.opener.sessions == []


async def test_without_a_token_any_key_will_do_here(house):
    any_key = {"Authorization": "Bearer any"}
    async with house() as at, connect(at.ws, additional_headers=any_key):
        pass


async def test_a_foreign_page_may_not_connect(house):
    async with house() as at:
        here = at.address.rstrip("/")
        async with connect(at.ws, origin=here):
            pass
        assert await refused(at.ws, origin="https://evil.example") == 403
        assert await refused(at.ws, origin="http://127.0.0.1:1") == 403
        assert await refused(at.ws, origin="null") == 403


async def test_nor_one_whose_own_name_leads_to_this_machine():
    """DNS rebinding: origin and host agree, and both are the attacker's."""

    def came(host: str) -> HTTPConnection:
        headers = [(b"host", host.encode()), (b"origin", f"http://{host}".encode())]
        return HTTPConnection({"type": "websocket", "headers": headers, "query_string": b""})

    assert refusal(came("localhost:8765"), None) is None
    assert refusal(came("[::1]:8765"), None) is None
    assert refusal(came("127.0.0.2:8765"), None) is None
    assert refusal(came("evil.example:8765"), None) is not None
    assert refusal(came("127.0.0.1.evil.example"), None) is not None
    assert refusal(came("[::1"), None) is not None
    assert refusal(came(""), None) is not None


async def test_nor_may_it_read_what_a_page_reads_without_an_origin(house):
    async with house(mind=RuleMind()) as at, httpx.AsyncClient(base_url=at.address) as web:
        for path in ("/v1/models", "/v1/models/small", "/metrics"):
            assert (await web.get(path)).status_code == 200
            assert (await web.get(path, headers={"Host": "localhost:1"})).status_code == 200
            foreign = await web.get(path, headers={"Host": "evil.example:8765"})
            assert foreign.status_code == 403
            assert "small" not in foreign.text
    async with house(token="s3cret", mind=RuleMind()) as at:
        named = {"Host": "home.example", "Authorization": "Bearer s3cret"}
        async with httpx.AsyncClient(base_url=at.address, headers=named) as web:
            assert (await web.get("/v1/models")).status_code == 200


async def test_the_beta_is_chosen_by_header_query_or_subprotocol(house):
    async with house() as at:
        for where, how in (
            (at.ws, {"additional_headers": {"OpenAI-Beta": "realtime=v1"}}),
            (at.ws + "?beta=1", {}),
            (at.ws, {"subprotocols": ["realtime", "openai-beta.realtime-v1"]}),
        ):
            async with connect(where, **how) as ws:
                assert '"input_audio_format":"pcm16"' in await ws.recv()


async def test_health_metrics_and_page(house):
    async with house() as at, httpx.AsyncClient(base_url=at.address) as web:
        async with connect(at.ws) as ws:
            await ws.recv()
            await ws.send("nonsense")
            await ws.recv()
            assert (await web.get("/healthz")).json()["conversations"] == 1
            shown = (await web.get("/metrics")).text
        assert "vivavoce_conversations_open 1.0" in shown
        assert 'vivavoce_errors_total{code="invalid_json"} 1.0' in shown
        page = await web.get("/")
        assert page.status_code == 200
        assert page.headers["Content-Security-Policy"] == POLICY
        assert "frame-ancestors 'none'" in POLICY


async def test_metrics_want_the_token_health_does_not(house):
    async with house(token="s3cret") as at, httpx.AsyncClient(base_url=at.address) as web:
        assert (await web.get("/metrics")).status_code == 401
        key = {"Authorization": "Bearer s3cret"}
        assert (await web.get("/metrics", headers=key)).status_code == 200
        assert (await web.get("/healthz")).status_code == 200
