"""MCP servers as experts: real ones by the official package, and ones that misbehave."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import mcp_types
import pytest

from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Context, Result, Setup, Tool
from vivavoce.experts.folder.read import read_expert
from vivavoce.experts.mcp.approved import fingerprint, forget
from vivavoce.experts.opened import opened
from vivavoce.experts.settings import setup_of

HERE = Path(__file__).parent / "servers"
PLAIN = Context()


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("VIVAVOCE_EXPERTS_DATA", str(tmp_path / "data"))


def house(tmp_path: Path, more: str = "", where: str = "") -> Any:
    """The real server as an expert."""
    where = where or f'command = ["{{python}}", "{HERE / "mcp_house.py"}"]'
    return written(tmp_path, "house", f"{where}\n{more}")


def rogue(tmp_path: Path, way: str, more: str = "") -> Any:
    """The one that misbehaves."""
    command = f'command = ["{{python}}", "{HERE / "mcp_rogue.py"}", "{way}"]'
    return written(tmp_path, "rogue", f"{command}\n{more}")


def written(tmp_path: Path, name: str, mcp: str) -> Any:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / "expert.toml").write_text(
        f'name = "{name}"\nabout = "A test."\nwhen = ["test it"]\n[settings.key]\n'
        f'about = "A key."\nsecret = true\n[mcp]\n{mcp}\n'
    )
    return read_expert(folder, "test")


@asynccontextmanager
async def open_(expert: Any, setup: Setup | None = None) -> AsyncIterator[Sequence[Tool]]:
    async with expert.open(setup or setup_of(expert)) as tools:
        yield tools


def named(tools: Sequence[Tool], name: str) -> Tool:
    return next(tool for tool in tools if tool.name == name)


def run(test: Callable[[], Awaitable[Any]]) -> Any:
    async def limited() -> Any:
        with anyio.fail_after(50):
            return await test()

    return anyio.run(limited)


def call(expert: Any, tool: str, **arguments: object) -> Result:
    """One call of a fresh connection."""

    async def test() -> Result:
        async with open_(expert) as tools:
            return await named(tools, tool).run(arguments, PLAIN)

    made: Result = run(test)
    return made


async def until(true: Callable[[], bool], within_s: float = 15) -> None:
    with anyio.fail_after(within_s):
        while not true():  # noqa: ASYNC110  what it waits for has no event
            await anyio.sleep(0.05)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
        return number


class Http:
    """The real server over Streamable HTTP."""

    def __init__(self, port: int) -> None:
        self.port, self.running = port, self.start(port)

    @staticmethod
    def start(port: int) -> "subprocess.Popen[bytes]":
        running = subprocess.Popen(
            [sys.executable, HERE / "mcp_house.py", str(port)],
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return running
            time.sleep(0.05)
        raise TimeoutError("the MCP server does not come up")

    def stop(self) -> None:
        self.running.kill()
        self.running.wait()


@pytest.fixture
def http(port: int) -> Iterator[Http]:
    server = Http(port)
    yield server
    server.stop()


def test_a_server_on_stdio_has_its_tools_called(tmp_path: Path) -> None:
    made = call(house(tmp_path), "temperature", room="hall")
    assert made.text == "hall: 21 degrees"
    assert made.source == "mcp house"


def test_a_server_over_http_has_its_tools_called(tmp_path: Path, http: Http) -> None:
    expert = house(tmp_path, where=f'url = "http://127.0.0.1:{http.port}/mcp"')
    assert call(expert, "temperature", room="hall").text == "hall: 21 degrees"


def test_a_trusted_servers_results_are_this_houses_own(tmp_path: Path) -> None:
    assert call(house(tmp_path, "trusted = true"), "temperature", room="hall").source == ""


def test_effects_are_the_owners_word_then_the_servers_and_else_send(tmp_path: Path) -> None:
    async def test() -> dict[str, str]:
        async with open_(house(tmp_path, '[mcp.effects]\nwater_plants = "change"')) as tools:
            return {tool.name: tool.effect for tool in tools}

    effects = run(test)
    assert effects["temperature"] == "read"
    assert effects["wipe"] == "danger"
    assert effects["water_plants"] == "change"
    assert effects["fail"] == "send"


@pytest.mark.parametrize("litres", [0, 21, "many", None])
def test_arguments_that_do_not_fit_never_reach_the_server(tmp_path: Path, litres: object) -> None:
    with pytest.raises(Refused, match="litres"):
        call(house(tmp_path), "water_plants", litres=litres)


def test_what_a_tool_fails_of_is_a_result(tmp_path: Path) -> None:
    made = call(house(tmp_path), "fail")
    assert made.failed
    assert made.source == "mcp house"


def test_a_servers_error_message_is_marked_as_its_words(tmp_path: Path) -> None:
    made = call(rogue(tmp_path, "orders"), "act")
    assert made.failed
    assert made.source == "mcp rogue"


def test_a_servers_environment_has_what_the_manifest_gives_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOCE_HOUSE_KEY", "k1")
    expert = house(tmp_path, '[mcp.env]\nHOUSE_KEY = "<{key}>"')
    assert call(expert, "secret").text == "<k1> None"


def test_long_output_is_cut(tmp_path: Path) -> None:
    assert len(call(house(tmp_path), "much").text) < 21_000


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, float | None]] = []

    async def test() -> Result:
        async with open_(house(tmp_path)) as tools:
            context = replace(PLAIN, progress=lambda text, share: told.append((text, share)))
            return await named(tools, "sleep").run({"seconds": 0.01}, context)

    assert run(test).text == "awake"
    assert told == [("half asleep", 0.5)]


def test_a_tool_that_takes_too_long_fails_and_the_next_call_works(tmp_path: Path) -> None:
    async def test() -> str:
        async with open_(house(tmp_path, "timeout_s = 0.5")) as tools:
            with pytest.raises(Retry, match=r"0\.5 seconds"):
                await named(tools, "sleep").run({"seconds": 30}, PLAIN)
            return (await named(tools, "temperature").run({"room": "hall"}, PLAIN)).text

    assert run(test) == "hall: 21 degrees"


def test_a_server_that_hangs_fails_in_time(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(Retry):
        call(rogue(tmp_path, "hangs", "timeout_s = 0.5"), "act")
    assert time.monotonic() - began < 10


def test_a_server_that_never_answers_at_all_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoce.experts.mcp.server.CONNECT_S", 1.0)
    with pytest.raises(Retry, match="does not answer"):
        call(rogue(tmp_path, "mute"), "act")


def test_a_crashed_server_is_started_again(tmp_path: Path) -> None:
    async def test() -> str:
        async with open_(house(tmp_path)) as tools:
            for _ in range(2):
                with pytest.raises(Retry):
                    await named(tools, "die").run({}, PLAIN)
                made = await named(tools, "temperature").run({"room": "hall"}, PLAIN)
            return made.text

    assert run(test) == "hall: 21 degrees"


def test_a_restarted_http_server_is_found_again(tmp_path: Path, http: Http) -> None:
    async def test() -> str:
        expert = house(tmp_path, where=f'url = "http://127.0.0.1:{http.port}/mcp"')
        async with open_(expert) as tools:
            await named(tools, "temperature").run({"room": "hall"}, PLAIN)
            http.stop()
            result = None
            with suppress(Retry):
                result = await named(tools, "temperature").run({"room": "hall"}, PLAIN)
            assert result is None or result.failed
            http.running = await anyio.to_thread.run_sync(Http.start, http.port)
            with anyio.fail_after(20):
                while True:
                    try:
                        made = await named(tools, "temperature").run({"room": "hall"}, PLAIN)
                    except Retry:
                        await anyio.sleep(0.1)
                        continue
                    if not made.failed:
                        return made.text

    assert run(test) == "hall: 21 degrees"


def test_a_flood_ends_the_server_and_not_us(tmp_path: Path) -> None:
    with pytest.raises(Retry):
        call(rogue(tmp_path, "floods", "timeout_s = 20"), "act")


def test_a_server_that_prints_other_things_is_understood(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, "vivavoce"):
        assert call(rogue(tmp_path, "chatty"), "act").text == "chatty"
    assert "Welcome" not in caplog.text


def test_an_answer_that_is_none_is_a_failed_result(tmp_path: Path) -> None:
    assert call(rogue(tmp_path, "nonsense"), "act").failed


def test_a_program_that_ends_at_once_is_told_with_its_last_words_but_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOCE_ROGUE_KEY", "token-1234")
    with pytest.raises(Retry, match="no module named") as failed:
        call(rogue(tmp_path, "dead"), "act")
    assert "token-1234" not in str(failed.value)


def test_a_program_that_there_is_not_is_a_setting_to_mend(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no-such-program"):
        call(written(tmp_path, "none", 'command = ["no-such-program"]'), "act")


def test_a_server_that_is_away_is_told_and_found_when_it_is_there(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vivavoce.experts.opened.AGAIN_S", 0.1)
    expert = house(tmp_path, where=f'url = "http://127.0.0.1:{port}/mcp"')

    async def test() -> None:
        async with opened({"house": expert}, setup_of) as all_:
            with pytest.raises(Retry):
                await all_.tools("house")
            server = await anyio.to_thread.run_sync(Http, port)
            try:
                await anyio.sleep(0.2)
                tools = await all_.tools("house")
                made = await tools["house_temperature"].run({"room": "hall"}, PLAIN)
                assert made.text == "hall: 21 degrees"
            finally:
                server.stop()

    run(test)


def test_500_tools_work(tmp_path: Path) -> None:
    async def test() -> tuple[int, str, float]:
        began = time.monotonic()
        async with open_(rogue(tmp_path, "many")) as tools:
            took = time.monotonic() - began
            made = await named(tools, "tool_499").run({"n": 1}, PLAIN)
            return len(tools), made.text, took

    count, text, took = run(test)
    assert (count, text) == (500, "many")
    assert took < 10


@pytest.mark.parametrize("way", ["too_many", "endless"])
def test_a_flood_of_tools_is_cut(tmp_path: Path, way: str) -> None:
    async def test() -> tuple[int, int]:
        async with open_(rogue(tmp_path, way)) as tools:
            return len(tools), len(tools.off)  # type: ignore[attr-defined]

    count, off = run(test)
    assert 1 <= count <= 1000
    assert off


def test_tools_whose_schema_lies_are_left_out_with_a_reason(tmp_path: Path) -> None:
    async def test() -> tuple[list[str], dict[str, str], Result]:
        async with open_(rogue(tmp_path, "lies")) as tools:
            slow = await named(tools, "regex").run({"a": "a" * 40 + "!"}, PLAIN)
            return [t.name for t in tools], dict(tools.off), slow  # type: ignore[attr-defined]

    names, off, slow = run(test)
    assert names == ["good", "circle", "regex"]
    assert set(off) == {"wrong_type", "elsewhere", "bomb", "GOOD", "list", "!!!"}
    assert all(off.values())
    assert not slow.failed


def test_a_tool_that_changed_is_off_until_its_owner_approves_it(tmp_path: Path) -> None:
    expert = house(tmp_path)

    async def test() -> None:
        async with open_(expert) as tools:
            first = {tool.name for tool in tools}
            await named(tools, "grow").run({}, PLAIN)
            await until(lambda: "temperature" not in {t.name for t in tools})
            assert {tool.name for tool in tools} == first - {"temperature"}
            assert "approve house" in tools.off["temperature"]  # type: ignore[attr-defined]
            assert "later" in tools.off  # type: ignore[attr-defined]
            forget(setup_of(expert).folder)
            await named(tools, "shrink").run({}, PLAIN)
            await until(lambda: "later" in {t.name for t in tools})
            assert "unlock" in named(tools, "temperature").about

    run(test)


def test_what_was_approved_outlives_the_connection(tmp_path: Path) -> None:
    call(rogue(tmp_path, "good"), "good")

    async def test() -> list[str]:
        async with open_(rogue(tmp_path, "lies")) as tools:
            return [tool.name for tool in tools]

    assert run(test) == ["good"]


def test_a_new_title_is_not_approved_where_it_is_all_that_a_model_is_told(tmp_path: Path) -> None:
    call(rogue(tmp_path, "good"), "good")

    async def test() -> list[str]:
        async with open_(rogue(tmp_path, "titled")) as tools:
            return [tool.name for tool in tools]

    assert run(test) == ["act"]


def test_a_title_beside_a_description_is_told_to_nobody_and_changes_no_approval() -> None:
    plain = mcp_types.Tool(name="a", description="It is told.", input_schema={"type": "object"})
    titled = plain.model_copy(update={"title": "It is not."})
    assert fingerprint(titled) == fingerprint(plain)


def test_a_tool_that_goes_is_not_offered_any_more(tmp_path: Path, http: Http) -> None:
    async def test() -> None:
        expert = house(tmp_path, where=f'url = "http://127.0.0.1:{http.port}/mcp"')
        async with open_(expert) as tools:
            assert "wipe" in {tool.name for tool in tools}
            await named(tools, "shrink").run({}, PLAIN)
            await until(lambda: "wipe" not in {tool.name for tool in tools})

    run(test)


def test_leaving_ends_the_program(tmp_path: Path) -> None:
    mark = f"{HERE / 'mcp_rogue.py'}"

    def children() -> list[str]:
        found = []
        for about in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = about.read_text().rsplit(")", 1)[1].split()[1]
                line = (about.parent / "cmdline").read_text()
            except OSError:
                continue
            if parent == str(os.getpid()) and mark in line:
                found.append(line)
        return found

    async def test() -> None:
        async with open_(rogue(tmp_path, "good")):
            assert children()

    run(test)
    assert not children()
