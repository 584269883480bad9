"""The playground's endpoint over HTTP."""

import json
from typing import Any

import anyio
import httpx
import pytest

from tests.web.help import until
from tests.web.playground.fakes import TEXT, Scripted
from vivavoce.core import WeightsMissing

pytestmark = pytest.mark.anyio

RACE = {"prompt": "def fibonacci", "modes": ["diffusion", "lossless", "ar"], "block": 8}


async def told(client: httpx.AsyncClient, body: dict[str, Any]) -> list[dict[str, Any]]:
    """All events of a race; it must end with [DONE]."""
    async with client.stream("POST", "v1/diffusion", json=body) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = [line[6:] async for line in answer.aiter_lines() if line.startswith("data: ")]
    assert lines.pop() == "[DONE]"
    return [json.loads(line) for line in lines]


def only(events: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == kind]


async def test_lanes_run_one_after_the_other_each_by_its_own_clock(served):
    async with served(Scripted(wait_s={"ar": 0.002})) as client:
        events = await told(client, RACE)
    lanes = [event["lane"] for event in events if event["type"] in ("begin", "done")]
    assert lanes == ["diffusion", "diffusion", "lossless", "lossless", "ar", "ar"]
    for mode in RACE["modes"]:
        forwards = [e for e in only(events, "forward") if e["lane"] == mode]
        assert "".join(e["text"] for e in forwards) == TEXT
        seconds = [e["seconds"] for e in forwards]
        assert seconds == sorted(seconds)
        assert [e["forwards"] for e in forwards] == list(range(1, len(forwards) + 1))
    assert {done["ending"] for done in only(events, "done")} == {"stop"}


async def test_the_dials_reach_the_author(served):
    author = Scripted()
    asked = {"threshold": 0.5, "steps": 3, "drafts": 4, "temperature": 1, "seed": 9}
    asked |= {"max_tokens": 5, "modes": ["ar"], "block": 4}
    async with served(author) as client:
        events = await told(client, {"messages": [{"role": "user", "content": "hi"}], **asked})
    wish, mode = author.asked[0]
    assert mode == "ar"
    assert wish.messages == (("user", "hi"),)
    assert (wish.threshold, wish.steps, wish.drafts, wish.temperature, wish.seed) == (
        0.5, 3, 4, 1, 9,
    )  # fmt: skip
    assert only(events, "done")[0]["totals"]["tokens"] == 5


async def test_who_goes_away_stops_the_writing(served):
    author = Scripted()
    async with served(author) as client:
        async with client.stream(
            "POST", "v1/diffusion", json={"prompt": "endless", "modes": ["ar"]}
        ) as answer:
            async for line in answer.aiter_lines():
                if '"done"' in line:
                    break
            assert author.closed == 0
        await until(lambda: author.closed == 1)
        assert only(await told(client, RACE), "done"), "and the next one may run"


async def test_a_second_race_waits_until_the_first_is_over(served):
    author = Scripted(wait_s={"ar": 0.01})
    seen: list[list[dict[str, Any]]] = []
    async with served(author) as client, anyio.create_task_group() as group:

        async def race(modes: list[str]) -> None:
            seen.append(await told(client, RACE | {"modes": modes}))

        group.start_soon(race, ["ar"])
        await until(lambda: len(author.asked) == 1)
        group.start_soon(race, ["lossless"])
    assert [mode for _, mode in author.asked] == ["ar", "lossless"]
    assert [len(only(events, "waiting")) for events in seen] == [0, 1]


async def test_loading_is_told_and_then_what_was_loaded(served):
    async with served(Scripted(loads=("reading the weights", "unpacking, once"))) as client:
        assert (await client.get("v1/diffusion")).json()["state"] == "idle"
        states = only(await told(client, RACE), "state")
        assert [s["said"] for s in states if s["state"] == "loading"] == [
            "reading the weights",
            "unpacking, once",
        ]
        ready = {"type": "state", "state": "ready", "said": "", "model": "scripted-0.5b"}
        assert states[-1] == ready | {"trained": False}
        assert (await client.get("v1/diffusion")).json()["state"] == "ready"


async def test_without_torch_it_says_what_to_install(served):
    said = "text by diffusion needs torch: pip install 'vivavoce[diffusion]'"
    async with served(Scripted(missing=said)) as client:
        assert (await client.get("v1/diffusion")).json()["state"] == "missing"
        answer = await client.post("v1/diffusion", json=RACE)
    assert answer.status_code == 501
    assert answer.json()["error"]["code"] == "not_installed"
    assert "vivavoce[diffusion]" in answer.json()["error"]["message"]


async def test_missing_weights_end_the_stream_with_what_to_do(served):
    author = Scripted(broken=WeightsMissing("fetch them: vivavoce weights pull small"))
    async with served(author) as client:
        (error,) = only(await told(client, RACE), "error")
    assert error["error"]["code"] == "weights_missing"
    assert "weights pull" in error["error"]["message"]


@pytest.mark.parametrize(
    ("prompt", "code", "said"),
    [
        ("refuse", "refused", "shorten"),
        ("break", "broken", "again"),
        ("bug", "internal", "its log has the details"),
    ],
)
async def test_what_goes_wrong_halfway_ends_the_stream_plainly(served, prompt, code, said):
    async with served() as client:
        *_, last = await told(client, RACE | {"prompt": prompt})
    assert last["type"] == "error"
    assert last["error"]["code"] == code
    assert said in last["error"]["message"]
    assert "secret" not in json.dumps(last)


async def test_a_bad_request_has_its_own_status(served):
    async with served() as client:
        answer = await client.post("v1/diffusion", json=RACE | {"block": 1})
        assert answer.status_code == 400
        assert answer.json()["error"]["param"] == "block"
        assert (await client.post("v1/diffusion", content=b"[")).status_code == 400


async def test_only_who_may_come_in_may_race(served):
    async with served(token="sesame") as client:
        assert (await client.post("v1/diffusion", json=RACE)).status_code == 401
        assert (await client.get("v1/diffusion")).status_code == 401
        assert (await client.get("v1/diffusion?token=sesame")).status_code == 200
    async with served() as client:
        foreign = {"origin": "https://elsewhere.example"}
        assert (await client.post("v1/diffusion", json=RACE, headers=foreign)).status_code == 403


async def test_a_server_without_an_author_has_no_playground():
    from tests.web.playground.conftest import address

    async with address(None) as at, httpx.AsyncClient(base_url=at) as client:
        assert (await client.get("v1/diffusion")).status_code == 404
