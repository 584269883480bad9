"""Servers that fail, in every way that we know of."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from typing import Any, cast

import anyio
import pytest

from tests.models.remote.peers import DIE, HELLO, STALL, Peer, Says, ask, model, serving, sse, told
from tests.models.remote.test_openai import ANSWER, chunk, counts
from vivavoce.core import Broken, Retry, Unable
from vivavoce.models import Piece, Text, Thinking, Usage

KEY = "sk-very-secret-1234567890"
WHOLE = Says(sse(*ANSWER, chunk("stop"), counts()))
HALF = sse(*ANSWER)[:-1]


def error(status: int, body: Any = None, **headers: str) -> Says:
    text = json.dumps({"error": {"message": "Oh no.", "type": "x"}} if body is None else body)
    return Says([text], status, "application/json", headers)


def test_a_busy_server_is_asked_once_more() -> None:
    for first in (error(503), error(429, **{"retry-after": "0"}), Says([DIE]), Says([])):
        peer = Peer(first, WHOLE)
        assert isinstance(ask(peer)[-1], Usage)
        assert len(peer.seen) == 2


def test_once_more_and_not_again() -> None:
    peer = Peer(error(500))
    _, failed = told(peer)
    assert isinstance(failed, Retry)
    assert len(peer.seen) == 2


@pytest.mark.parametrize("pause", ["30", "Wed, 01 Jan 2127 00:00:00 GMT"])
def test_nobody_waits_for_a_server_that_asks_for_a_long_pause(pause: str) -> None:
    peer = Peer(error(429, **{"retry-after": pause}), WHOLE)
    _, failed = told(peer)
    assert isinstance(failed, Retry)
    assert "wait" in str(failed)
    assert len(peer.seen) == 1


@pytest.mark.parametrize(
    ("status", "body", "todo"),
    [
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}."}}, "MY_KEY"),
        (403, {"type": "error", "error": {"type": "permission_error", "message": "No."}}, "MY_KEY"),
        (
            400,
            {"object": "error", "message": "maximum context length is 4", "code": 400},
            "shorter",
        ),
        (404, {"detail": "Not Found"}, "base_url"),
        (404, {"error": "model 'm-1' not found"}, "model"),
        (402, {"error": {"message": "Insufficient credits", "code": 402}}, "credit"),
        (429, {"error": {"message": "Quota.", "code": "insufficient_quota"}}, "credit"),
        (422, {"detail": [{"loc": ["body"]}]}, "change"),
        (307, {}, "base_url"),
        (200, {"error": {"code": 402, "message": "Insufficient credits"}}, ""),
    ],
)
def test_what_would_fail_again_is_refused_with_what_to_do(
    status: int,
    body: Any,
    todo: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("MY_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    peer = Peer(error(status, body, location="http://elsewhere.example/"))
    _, failed = told(peer, key_env="MY_KEY")
    assert peer.seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert isinstance(failed, Unable)
    assert todo in str(failed)
    assert len(peer.seen) == 1
    assert KEY not in str(failed)
    assert KEY not in caplog.text
    assert HELLO.messages[1].text not in caplog.text


def test_a_key_of_any_shape_is_blotted_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "correct horse battery")
    long = {"message": "x" * 190 + " correct horse battery"}
    for body in (
        long,
        {"message": "No: correct horse battery"},
        {"error": "correct horse battery?"},
    ):
        _, failed = told(Peer(error(400, body)), key_env="MY_KEY")
        assert "***" in str(failed)
        assert "correct" not in str(failed)


def test_a_missing_key_says_where_it_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MY_KEY", raising=False)
    _, failed = told(Peer(WHOLE), key_env="MY_KEY")
    assert isinstance(failed, Unable)
    assert "MY_KEY" in str(failed)


def test_a_stream_that_dies_after_words_is_broken_and_not_begun_again() -> None:
    for parts in ([*HALF, DIE], HALF):
        peer = Peer(Says(parts), WHOLE)
        pieces, failed = told(peer)
        assert pieces == [Text("Hel"), Text("lo")]
        assert isinstance(failed, Broken)
        assert len(peer.seen) == 1


def test_a_stream_that_dies_after_thoughts_only_is_left_to_another_model() -> None:
    thoughts = sse(chunk(reasoning="Let me "), chunk(reasoning="see."))[:-1]
    for parts in ([*thoughts, DIE], thoughts):
        peer = Peer(Says(parts), WHOLE)
        pieces, failed = told(peer)
        assert "".join(p.text for p in pieces if isinstance(p, Thinking)) == "Let me see."
        assert isinstance(failed, Retry)
        assert len(peer.seen) == 1  # it is not thought again


def test_an_error_amid_the_stream_is_broken() -> None:
    late = sse({"error": {"message": "Server disconnected", "code": 502}})[0]
    pieces, failed = told(Peer(Says([*HALF, late]), WHOLE))
    assert len(pieces) == 2
    assert isinstance(failed, Broken)
    assert "502" in str(failed)


@pytest.mark.parametrize("ping", ["", ": ping\n\n"], ids=["silent", "pinging"])
@pytest.mark.parametrize("spoken", [False, True])
def test_a_server_that_stalls_is_left(ping: str, spoken: bool) -> None:
    parts = [*(HALF if spoken else []), *([ping] * 20 if ping else []), STALL]
    peer = Peer(Says(parts, pause_s=0.05 if ping else 0.0))
    pieces, failed = told(peer, idle_s=0.5)
    assert len(pieces) == (2 if spoken else 0)
    assert isinstance(failed, Broken if spoken else Retry)
    assert len(peer.seen) == 1


def test_a_server_that_never_even_begins_is_left() -> None:
    async def run() -> None:
        async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()  # until we hang up
            writer.close()
            gone.set()

        gone = asyncio.Event()

        async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            remote = model(f"http://127.0.0.1:{port}", idle_s=0.4)
            with anyio.fail_after(3), pytest.raises(Retry, match="said nothing"):
                async for _ in remote.stream(HELLO):
                    pass
            await gone.wait()
            await remote.aclose()

    asyncio.run(run())


def test_a_connection_that_is_lost_after_the_last_word_does_no_harm() -> None:
    assert isinstance(ask(Peer(Says([*WHOLE.parts, DIE])))[-1], Usage)


@pytest.mark.parametrize(
    "junk",
    [
        "data: {nonsense\n\n",
        "data: [1, 2]\n\n",
        'data: {"choices": "many"}\n\n',
        'data: {"choices": [{"delta": {"content": 5}}]}\n\n',
        b"data: \xff\xfe\n\n",
        f"data: {'[' * 9999}\n\n",
    ],
)
def test_nonsense_is_not_taken_for_an_answer(junk: str | bytes) -> None:
    _, failed = told(Peer(Says([junk])))
    assert isinstance(failed, Retry)
    _, failed = told(Peer(Says([*HALF, junk])))
    assert isinstance(failed, Broken)


def test_a_web_page_is_not_a_model() -> None:
    _, failed = told(Peer(Says(["<html>Log in</html>"], 200, "text/html")))
    assert isinstance(failed, Unable)
    assert "base_url" in str(failed)


def test_a_server_that_is_not_there_is_named() -> None:
    async def run() -> list[Piece]:
        async with serving(Peer(WHOLE)) as base:
            pass
        return [p async for p in model(base).stream(HELLO)]

    with pytest.raises(Retry, match="can't be reached"):
        asyncio.run(run())


def test_closing_the_stream_hangs_up_at_once() -> None:
    async def run() -> None:
        peer = Peer(Says([*HALF, STALL]))
        async with serving(peer) as base:
            remote = model(base)
            stream = cast("AsyncGenerator[Piece, None]", remote.stream(HELLO))
            assert await anext(stream) == Text("Hel")
            await stream.aclose()
            with anyio.fail_after(2):
                await peer.hung_up.wait()
            await remote.aclose()

    asyncio.run(run())


def test_cancelling_hangs_up_at_once() -> None:
    async def run() -> None:
        peer = Peer(Says([STALL]))
        async with serving(peer) as base:
            remote = model(base)
            with anyio.move_on_after(0.3):
                async for _ in remote.stream(HELLO):
                    pass
            with anyio.fail_after(2):
                await peer.hung_up.wait()
            await remote.aclose()

    asyncio.run(run())


def test_a_connection_serves_several_answers_and_its_loss_is_mended() -> None:
    async def run() -> None:
        peer = Peer(WHOLE)
        async with serving(peer) as base:
            remote = model(base)
            for _ in range(3):
                assert [p async for p in remote.stream(HELLO)][-1].finish == "stop"  # type: ignore[union-attr]
            ports = {s.headers["host"] for s in peer.seen}
            assert len(ports) == 1
            await remote.aclose()
            assert [p async for p in remote.stream(HELLO)]
            await remote.aclose()

    asyncio.run(run())
