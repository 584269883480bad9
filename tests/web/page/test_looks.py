"""The page on small screens and for people who need contrast, keys or stillness."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.web.page.axe import overflow, violations
from tests.web.page.browser import MARKS, tab
from tests.web.page.server import PageServer

pytestmark = MARKS

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen " * 3


def talk(page: Page, server: PageServer) -> None:
    """A conversation with every kind of thing on the page."""
    page.goto(server.url)
    page.get_by_role("button", name="Begin", exact=True).click()
    server.until(lambda: server.all("session.update"))
    frame = {"move": "listen", "why": "owner speaks"}
    talkers = [("Anna", 0.9), ("Maximilian Alexander", 0.9), ("Zoë", 0.9), ("Tim", 0.9), ("", 0.1)]
    for index, (person, owner) in enumerate(talkers):
        chances = {"speech": 1.0, "owner": owner, "other": 1 - owner}
        told = {**frame, "t": 0.08 * index, "person": person, "p": chances}
        item = {"item_id": f"u{index}"}
        server.send(
            {"type": "vivavoce.frame", **told},
            {"type": "vivavoce.partial", **item, "stable": "Ciao", "tentative": ""},
            {"type": "vivavoce.speaker", **item, "name": person, "confidence": 0.9},
        )
    server.send(
        {"type": "vivavoce.partial", "item_id": "u9", "stable": LONG, "tentative": "perhaps"},
        {
            "type": "response.output_item.added",
            "response_id": "r",
            "item": {"id": "a1", "type": "message", "role": "assistant"},
        },
        {
            "type": "response.output_audio_transcript.delta",
            "response_id": "r",
            "item_id": "a1",
            "delta": "Well, " + LONG,
        },
        {
            "type": "vivavoce.word",
            "side": "assistant",
            "text": "Well,",
            "start": 0.1,
            "end": 0.3,
            "item_id": "a1",
        },
        {"type": "vivavoce.flush", "item_id": "a1", "final": True},
        {"type": "error", "error": {"message": LONG}},
    )
    expect(page.locator("s")).to_be_visible()
    expect(page.locator("#note strong")).to_be_visible()


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_nothing_is_wider_than_the_screen(browser, server, width):
    with tab(browser, viewport={"width": width, "height": 740}) as page:
        page.goto(server.url)
        assert overflow(page) == 0
        talk(page, server)
        assert overflow(page) == 0
        dock = page.locator("footer").bounding_box()
        assert dock is not None
        assert dock["y"] + dock["height"] <= 740
        talked = page.locator("#talk").bounding_box()
        assert talked is not None
        assert talked["height"] > 60, "the words keep some room under a note"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_against_wcag_aa(browser, server, scheme, width):
    looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with tab(browser, **looks) as page:
        page.goto(server.url)
        assert violations(page) == []
        talk(page, server)
        assert violations(page) == []
        page.get_by_role("button", name="Settings").click()
        assert violations(page) == []


def test_all_of_it_can_be_done_by_keyboard(browser, server):
    with tab(browser) as page:
        page.goto(server.url)
        page.keyboard.press("Tab")
        assert focused(page) == "open-settings"
        page.keyboard.press("Enter")
        expect(page.locator("#settings")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#settings")).to_be_hidden()
        assert focused(page) == "open-settings"
        page.keyboard.press("Tab")
        assert focused(page) == "begin"
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        page.keyboard.press("Enter")
        server.until(lambda: server.all("input_audio_buffer.append"))


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_who_wants_no_motion_sees_a_line_that_stands_still(browser, server):
    """Left to right over a standing picture: what was drawn a moment ago is where it was."""
    left = """() => {
      const canvas = document.getElementById("voice-line");
      const pen = canvas.getContext("2d");
      return Array.from(pen.getImageData(0, canvas.height / 2, 80, 1).data).join();
    }"""
    with tab(browser, reduced_motion="reduce") as page:
        page.goto(server.url)
        page.get_by_role("button", name="Begin", exact=True).click()
        server.until(lambda: len(server.microphone()) > 24_000 * 1.2)
        before = page.evaluate(left)
        page.wait_for_timeout(500)
        assert page.evaluate(left) == before


def test_the_page_asks_nothing_of_any_other_host(browser, server):
    asked: list[str] = []
    with tab(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(server.url)
        page.wait_for_load_state("networkidle")
    assert asked
    assert all(url.startswith(server.url) for url in asked)


def test_every_file_is_small_and_plain() -> None:
    """No build step: what is served is what was written."""
    import vivavoce

    files = list((Path(vivavoce.__file__).parent / "web" / "page").iterdir())
    assert sum(file.stat().st_size for file in files) < 120_000
