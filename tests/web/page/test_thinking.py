"""An answer's thinking, its vote and its model on the page."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.axe import overflow, violations
from tests.web.page.browser import MARKS, tab
from tests.web.page.server import PageServer
from tests.web.page.told import answers, begin

pytestmark = MARKS


def thinks(server: PageServer, delta: str) -> None:
    server.send({"type": "vivavoce.thinking", "response_id": "r", "delta": delta})


def votes(server: PageServer, counts: dict[str, int], stopped: str = "") -> None:
    vote = {"chains": 9, "counts": counts, "tokens": 90, "stopped": stopped}
    server.send({"type": "vivavoce.vote", "response_id": "r", **vote})


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
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
