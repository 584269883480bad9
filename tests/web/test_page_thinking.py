"""An answer's thinking, its vote and its model on the page."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("playwright.sync_api", reason="needs the dev extra: pip install -e .[dev]")

from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.web.page_browser import CHROMIUM, chromium, tab
from tests.web.page_server import PageServer, page_server
from tests.web.test_page_looks import overflow, violations

pytestmark = [
    pytest.mark.page,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]

ROUTE = {
    "type": "vivavoce.route",
    "response_id": "r",
    "model": "large",
    "why": "the words ask to think hard",
    "thought": 212,
    "granted": 256,
    "kept": "exact",
    "fell_from": [],
    "shortened": 0,
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    quiet = tmp_path_factory.mktemp("microphone") / "quiet.wav"
    soundfile.write(quiet, np.zeros(16_000), 16_000)
    with sync_playwright() as driver, chromium(driver, quiet) as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[PageServer]:
    with page_server() as server:
        yield server


def begin(page: Page, server: PageServer) -> None:
    page.goto(server.url)
    page.get_by_role("button", name="Begin", exact=True).click()
    server.until(lambda: server.all("session.update"))


def thinks(server: PageServer, delta: str) -> None:
    server.send({"type": "vivavoce.thinking", "response_id": "r", "delta": delta})


def votes(server: PageServer, counts: dict[str, int], stopped: str = "") -> None:
    vote = {"chains": 9, "counts": counts, "tokens": 90, "stopped": stopped}
    server.send({"type": "vivavoce.vote", "response_id": "r", **vote})


def answers(server: PageServer, text: str) -> None:
    item = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    about = {"response_id": "r", "item_id": "a1"}
    server.send(
        {"type": "response.output_item.added", "response_id": "r", "item": item},
        {"type": "response.output_audio_transcript.delta", **about, "delta": text},
        ROUTE,
        {"type": "response.done", "response": {"id": "r", "status": "completed"}},
        {"type": "output_audio_buffer.stopped", "response_id": "r"},
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_thinking_and_a_vote_are_shown_live_and_axe_finds_nothing(browser, server, scheme, width):
    looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with tab(browser, **looks) as page:
        begin(page, server)
        thinks(server, "Six times twelve")
        summary = page.locator(".thinking summary")
        expect(summary).to_have_text("Thinking…")
        expect(page.locator(".thinking p")).to_be_hidden()
        summary.focus()
        page.keyboard.press("Enter")
        thinks(server, " is seventy-two.")
        expect(page.locator(".thinking p")).to_have_text("Six times twelve is seventy-two.")
        votes(server, {"72": 2, "70": 1})
        expect(page.locator(".vote")).to_contain_text("3 of 9, voting")
        votes(
            server, {"72": 5, "70": 1, "a much longer answer, as free text would be": 1}, "decided"
        )
        expect(page.locator(".vote")).to_contain_text("7 of 9, decided")
        expect(page.locator(".vote dt").first).to_have_text("72")
        answers(server, "It is 72.")
        expect(summary).to_have_text("Thought for 212 tokens of 256")
        expect(page.locator(".made")).to_have_text("large: the words ask to think hard")
        expect(page.locator(".turn.assistant")).to_have_count(1)
        assert overflow(page) == 0
        assert violations(page) == []
        page.get_by_role("button", name="Settings").click()
        assert violations(page) == []


def test_thinking_is_kept_in_the_text_only_when_it_is_open_and_in_the_json_always(browser, server):
    with tab(browser) as page:
        begin(page, server)
        thinks(server, "Hmm.")
        answers(server, "It is 72.")
        assert "Hmm." not in saved(page, "Save as text")
        assert "Hmm." in saved(page, "Save as JSON")
        page.locator(".thinking summary").click()
        expect(page.locator(".thinking p")).to_be_visible()
        assert "[thought: Hmm.] It is 72." in saved(page, "Save as text")


def saved(page: Page, button: str) -> str:
    with page.expect_download() as kept:
        page.get_by_role("button", name=button).click()
    return Path(kept.value.path()).read_text()


def test_the_dial_the_chains_and_the_model_reach_the_server_and_stay(browser, server):
    with tab(browser) as page:
        begin(page, server)
        first = server.all("session.update")[0]["session"]["vivavoce"]
        assert first["thinking"] is None
        assert (first["chains"], first["model"], first["show_thinking"]) == (None, "auto", True)
        page.get_by_role("button", name="Settings").click()
        expect(page.locator("[name=chains]:checked")).to_have_value("auto")
        dial = page.get_by_label("How long it thinks")
        dial.focus()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
        expect(page.locator("#thinking-says")).to_have_text("Up to 256 tokens: briefly")
        expect(dial).to_have_attribute("aria-valuetext", "Up to 256 tokens: briefly")
        page.get_by_label("5", exact=True).check()
        page.get_by_label("Who answers").select_option("large")
        page.get_by_label("Show its thinking").uncheck()

        def last() -> object:
            return server.all("session.update")[-1]["session"]["vivavoce"]

        wanted = {"thinking": 256, "chains": 5, "model": "large", "show_thinking": False}
        server.until(lambda: wanted.items() <= last().items())
        begin(page, server)
        assert wanted.items() <= last().items()
