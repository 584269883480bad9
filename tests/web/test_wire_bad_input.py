"""Whatever a client sends, it is told what is wrong, and everybody else goes on."""

import json
import socket
import struct
from contextlib import suppress
from typing import Any

import anyio
import pytest
from anyio.lowlevel import checkpoint
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.web.fakes import Opener
from tests.web.help import b64, pcm16, quiet, spoken, tone, until
from vivavoce.core import ConfigError
from vivavoce.web import ServeConfig, bind, create_app

pytestmark = pytest.mark.anyio


class Plain:
    """A bare socket."""

    def __init__(self, ws: Any) -> None:
        self.ws = ws

    async def send(self, **event: Any) -> None:
        await self.ws.send(json.dumps(event))

    async def until(self, kind: str) -> dict[str, Any]:
        with anyio.fail_after(5):
            while True:
                event = json.loads(await self.ws.recv())
                if event["type"] == kind:
                    return event

    async def error(self) -> dict[str, Any]:
        return (await self.until("error"))["error"]


async def is_well(plain: Plain) -> bool:
    """A whole spoken turn works."""
    await plain.send(type="input_audio_buffer.append", audio=spoken(0.2))
    return (await plain.until("response.done"))["response"]["status"] == "completed"


AUDIO = {"audio": {"input": {"format": {"type": "audio/pcm", "rate": 16000}}}}
BAD = [
    ("not json", "invalid_json", None),
    ("[1, 2]", "invalid_json", None),
    ("[" * 100_000, "invalid_json", None),
    ('{"type": "response.create", "event_id": NaN}', "invalid_json", None),
    ("{}", "missing_required_parameter", "type"),
    ('{"type": "session.destroy"}', "invalid_value", "type"),
    ('{"type": ["x"]}', "invalid_value", "type"),
    ('{"type": "input_audio_buffer.append"}', "missing_required_parameter", "audio"),
    ('{"type": "input_audio_buffer.append", "audio": 3}', "invalid_type", "audio"),
    ('{"type": "input_audio_buffer.append", "audio": "%%%"}', "invalid_value", "audio"),
    ('{"type": "input_audio_buffer.append", "audio": "é"}', "invalid_value", "audio"),
    ('{"type": "input_audio_buffer.commit"}', "input_audio_buffer_commit_empty", None),
    ('{"type": "response.cancel", "extra": 1}', "unknown_parameter", "extra"),
    ('{"type": "conversation.item.delete", "item_id": "x"}', "item_not_found", "item_id"),
    ('{"type": "conversation.item.create", "item": {"type": "dream"}}', "invalid_value", "item"),
    ('{"type": "vivavoce.playback", "item_id": "x", "played_ms": -1}',
     "invalid_value", "played_ms"),
    ('{"type": "response.create", "response": {"conversation": "none"}}',
     "unsupported_parameter", "response.conversation"),
    ('{"type": "response.create", "response": {"instructions": "\\ud800"}}',
     "invalid_value", "response.instructions"),
    ('{"type": "session.update", "session": {"a": ' + '{"a": ' * 260 + "1" + "}" * 262,
     "invalid_value", None),
]  # fmt: skip
SESSIONS = [
    ({"output_modalities": ["audio", "text"]}, "invalid_value", "session.output_modalities"),
    ({"modalities": ["audio"]}, "unknown_parameter", "session.modalities"),
    (AUDIO, "invalid_value", "session.audio.input.format.rate"),
    ({"audio": {"output": {"speed": 1.2}}}, "invalid_value", "session.audio.output.speed"),
    ({"audio": {"input": {"turn_detection": {"type": "magic"}}}}, "invalid_value",
     "session.audio.input.turn_detection"),
    ({"audio": {"input": {"turn_detection": {"type": "server_vad", "threshold": 2}}}},
     "invalid_value", "session.audio.input.turn_detection.threshold"),
    ({"max_output_tokens": 5000}, "invalid_value", "session.max_output_tokens"),
    ({"prompt": {"id": "x"}}, "unsupported_parameter", "session.prompt"),
    ({"tools": [{"type": "mcp", "server_label": "x"}]}, "unsupported_parameter", "session.tools"),
    ({"tools": [{"type": "function", "name": "a b"}]}, "invalid_value", "session.tools.0.name"),
    ({"tool_choice": {"type": "function", "name": "x"}}, "invalid_value", "session"),
    *(
        ({"vivavoce": {"thinking": bad}}, "invalid_value", "session.vivavoce.thinking")
        for bad in (-1, 128_001, 1.5, True, "hard", [])
    ),
    ({"vivavoce": {"chains": 0}}, "invalid_value", "session.vivavoce.chains"),
    ({"vivavoce": {"chains": 65}}, "invalid_value", "session.vivavoce.chains"),
    ({"vivavoce": {"model": ""}}, "invalid_value", "session.vivavoce.model"),
    ({"reasoning": {"effort": "hard"}}, "invalid_value", "session.reasoning.effort"),
    *(
        ({"tools": [{"type": "function", "name": "f", "parameters": {"a": bad}}]},
         "invalid_value", None)
        for bad in ("\ud800", json.loads("[" * 260 + "]" * 260))
    ),
    *(({"tools": bad}, "invalid_type", "session.tools") for bad in (5, True)),
    ({"instructions": "x" * 32_001}, "string_above_max_length", "session.instructions"),
]  # fmt: skip


async def test_every_bad_event_is_answered_and_the_connection_stays(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        for text, code, param in BAD:
            await ws.send(text)
            error = await plain.error()
            assert (error["code"], error["param"]) == (code, param), text[:80]
            assert error["type"] == "invalid_request_error"
        await ws.send(b"\x00\x01")
        assert (await plain.error())["code"] == "binary_not_supported"
        assert await is_well(plain)


async def test_every_bad_session_is_refused_whole(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        for session, code, param in SESSIONS:
            await plain.send(
                type="session.update", event_id="mine", session=session | {"temperature": 0.9}
            )
            error = await plain.error()
            assert (error["code"], error["param"]) == (code, param), session
            assert error["event_id"] == "mine"
        assert at.session.asked_for("configure") == []
        assert await is_well(plain)


async def test_a_number_without_an_end_is_refused(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        await ws.send(
            '{"type": "session.update", "session":'
            ' {"audio": {"input": {"noise_reduction": {"strength": 1e999}}}}}'
        )
        assert (await plain.error())["code"] == "invalid_value"
        assert await is_well(plain)


async def test_a_bad_turn_detection_under_beta_names_is_refused(house):
    async with house() as at, connect(at.ws + "?beta=1") as ws:
        plain = Plain(ws)
        await plain.send(type="session.update", session={"turn_detection": {"type": []}})
        assert (await plain.error())["code"] == "invalid_value"
        assert await is_well(plain)


async def test_an_event_that_trips_the_session_is_refused_and_the_log_quotes_none_of_it(
    house, caplog
):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        await plain.until("session.created")

        def broken() -> None:
            at.session.fail = None
            raise KeyError("secret")

        at.session.fail = broken
        await plain.send(type="input_audio_buffer.append", audio=spoken())
        assert (await plain.error())["code"] == "invalid_value"
        assert await is_well(plain)
    assert "secret" not in caplog.text
    assert "KeyError" in caplog.text


@pytest.mark.parametrize("kind", ["input_audio", "input_image"])
async def test_items_with_sound_or_pictures_are_refused(house, kind):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        item = {"type": "message", "role": "user", "content": [{"type": kind, "audio": "AAAA"}]}
        await plain.send(type="conversation.item.create", item=item)
        assert (await plain.error())["code"] == "unsupported_content_type"


async def test_a_text_that_is_too_long_is_refused(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        content = [{"type": "input_text", "text": "x" * 32_001}]
        item = {"type": "message", "role": "user", "content": content}
        await plain.send(type="conversation.item.create", item=item)
        assert (await plain.error())["code"] == "string_above_max_length"
        assert at.session.asked_for("add") == []


async def test_half_a_sample_waits_for_the_next_packet(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        data = pcm16(tone(1.0))
        for i in range(0, len(data), 777):
            await plain.send(type="input_audio_buffer.append", audio=b64(data[i : i + 777]))
        await plain.send(type="input_audio_buffer.clear")
        await plain.until("input_audio_buffer.cleared")
        loud = [float((f**2).mean() ** 0.5) for f in at.session.frames]
        assert len(loud) == 12
        assert min(loud[1:]) == pytest.approx(0.3 / 2**0.5, abs=0.01)  # a slip by a byte is noise


async def test_half_a_sample_at_a_commit_is_let_go(house):
    async with house() as at, connect(at.ws) as ws:
        plain = Plain(ws)
        for data in (pcm16(tone(0.4)) + b"\x7f", pcm16(tone(0.4, level=0.01))):
            await plain.send(type="input_audio_buffer.append", audio=b64(data))
            await plain.send(type="input_audio_buffer.commit")
            await plain.until("input_audio_buffer.committed")
        assert (
            max(float(abs(f).max()) for f in at.session.frames[-4:]) < 0.02
        )  # a slip by a byte is noise


async def test_ten_minutes_at_once_are_heard_while_others_talk(house):
    """Faster than real time is fine; nobody waits for it."""
    async with house() as at, connect(at.ws) as greedy, connect(at.ws) as other:
        sound = b64(pcm16(quiet(75)))
        await Plain(greedy).send(type="input_audio_buffer.append", audio=sound)
        with anyio.fail_after(3):
            assert await is_well(Plain(other))
        await Plain(greedy).send(type="input_audio_buffer.clear")
        await Plain(greedy).until("input_audio_buffer.cleared")
        assert len(at.opener.sessions[0].frames) == 937


@pytest.mark.parametrize("size", [10_500_000, 20_000_000])
async def test_a_message_that_is_too_big_closes_its_connection_only(house, size):
    async with house() as at, connect(at.ws) as other:
        async with connect(at.ws, max_size=None) as ws:
            with pytest.raises(ConnectionClosed):  # noqa: PT012  the close may come while we send
                await ws.send("x" * size)
                while True:
                    await ws.recv()
            if size < 16_000_000:
                assert ws.close_code == 1009
                assert "at most 10000000" in (ws.close_reason or "")
        assert await is_well(Plain(other))


async def test_a_conversation_that_breaks_says_so_and_the_others_go_on(house, caplog):
    def broken() -> None:
        raise ZeroDivisionError

    async with house() as at, connect(at.ws) as other, connect(at.ws) as ws:
        plain = Plain(ws)
        await plain.until("session.created")
        at.session.fail = broken
        await plain.send(type="input_audio_buffer.append", audio=spoken())
        assert (await plain.error())["type"] == "server_error"
        with pytest.raises(ConnectionClosed), anyio.fail_after(3):
            await ws.recv()
        assert ws.close_code == 1011
        assert at.session.closed
        assert await is_well(Plain(other))
    assert "broke" in caplog.text


async def test_a_client_that_goes_before_it_is_let_in_leaves_no_session_open():
    opener = Opener()
    scope = {
        "type": "websocket",
        "path": "/v1/realtime",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "subprotocols": [],
    }

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def gone(_message: object) -> None:
        raise OSError

    with suppress(OSError):
        await create_app(opener)(scope, receive, gone)
    assert opener.last.closed


async def test_one_conversation_too_many_is_told_to_come_later(house):
    async with house(limits=ServeConfig(max_conversations=2)) as at:
        async with connect(at.ws) as one, connect(at.ws):
            with pytest.raises(InvalidStatus) as refused:
                await connect(at.ws)
            assert refused.value.response.status_code == 503
            assert b"all 2 conversations are taken" in refused.value.response.body
            assert await is_well(Plain(one))
        await anyio.sleep(0.2)
        async with connect(at.ws) as ws:
            assert await is_well(Plain(ws))


async def test_a_client_that_does_not_read_is_let_go(house):
    limits = ServeConfig(max_unsent_events=64, farewell_s=0.3)
    async with house(limits=limits, answer="x") as at, connect(at.ws) as other:
        host, port = at.address.removeprefix("http://").rstrip("/").split(":")
        with socket.create_connection((host, int(port))) as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            _shake_hands(deaf)
            ask = json.dumps({"type": "nonsense", "event_id": "x" * 500}).encode()
            deaf.setblocking(False)
            with anyio.fail_after(20):
                while not (len(at.opener.sessions) == 2 and at.session.closed):
                    try:
                        deaf.send(_frame(ask) * 50)
                    except BlockingIOError:
                        await anyio.sleep(0.01)
                    except OSError:
                        break
                    await checkpoint()
            await until(lambda: at.session.closed, 3)
        assert await is_well(Plain(other))


async def test_a_second_server_on_the_port_says_what_to_do(house):
    async with house() as at:
        port = int(at.address.rstrip("/").rsplit(":", 1)[1])
        with pytest.raises(ConfigError, match="--port"):
            bind("127.0.0.1", port)


def test_nobody_listens_to_the_world_without_a_token():
    with pytest.raises(ConfigError, match="--token"):
        bind("0.0.0.0", 0)
    bind("0.0.0.0", 0, token="secret").close()


def _shake_hands(sock: socket.socket) -> None:
    sock.sendall(
        b"GET /v1/realtime HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )


def _frame(payload: bytes) -> bytes:
    """A masked text frame with a mask of zeros."""
    return b"\x81\xfe" + struct.pack(">H", len(payload)) + bytes(4) + payload
