"""What the house says by itself, and what its tools told, on the page."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.page.axe import overflow, violations
from tests.web.page.browser import MARKS, tab
from tests.web.page.server import PageServer
from tests.web.page.told import answers, begin

pytestmark = MARKS
TOLD = '{"rooms": ["kitchen", "hall"], "a_very_long_name_that_has_to_be_broken_somewhere": 12}'


def announce(server: PageServer, n: int, text: str) -> None:
    server.send({"type": "vivavoce.announced", "id": f"announcement_{n}", "text": text})


def over(server: PageServer, n: int, how: str) -> None:
    server.send({"type": "vivavoce.announcement_over", "id": f"announcement_{n}", "how": how})


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_an_announcement_stands_there_until_it_was_heard(
    browser: Browser, server: PageServer, scheme: str, width: int
) -> None:
    with tab(browser, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        begin(page, server)
        announce(server, 1, "The pasta timer is over.")
        announce(server, 2, "Somebody is at the door.")
        lines = page.locator(".announced")
        expect(lines).to_have_count(2)
        expect(lines.first.get_by_role("button", name="Got it")).to_be_visible()
        assert overflow(page) == 0
        assert violations(page) == []
        over(server, 1, "heard")
        expect(lines.first).to_have_text("The pasta timer is over.")
        over(server, 2, "unheard")
        expect(lines.last).to_have_text("Somebody is at the door. (not heard)")


def test_who_has_seen_it_stops_it(browser: Browser, server: PageServer) -> None:
    with tab(browser) as page:
        begin(page, server)
        announce(server, 3, "The pasta timer is over.")
        announce(server, 3, "The pasta timer is over, again.")
        expect(page.locator(".announced")).to_have_text("The pasta timer is over, again.Got it")
        page.get_by_role("button", name="Got it").click()
        server.until(lambda: server.all("vivavoce.announcement_stop"))
        (asked,) = server.all("vivavoce.announcement_stop")
        assert asked["id"] == "announcement_3"
        over(server, 3, "stopped")
        expect(page.get_by_role("button", name="Got it")).to_have_count(0)
        expect(page.locator(".announced")).to_have_text("The pasta timer is over, again.")


def test_a_lost_connection_leaves_no_button_behind(browser: Browser, server: PageServer) -> None:
    with tab(browser) as page:
        begin(page, server)
        announce(server, 1, "The pasta timer is over.")
        expect(page.get_by_role("button", name="Got it")).to_be_visible()
        server.stop()
        server.start()
        expect(page.get_by_text("Connected again")).to_be_visible(timeout=20_000)
        expect(page.get_by_role("button", name="Got it")).to_have_count(0)


def test_data_that_a_tool_told_can_be_read_word_for_word(
    browser: Browser, server: PageServer
) -> None:
    with tab(browser, viewport={"width": 360, "height": 800}) as page:
        begin(page, server)
        act = {"tool": "home_rooms", "arguments": "{}", "verdict": "allow", "reason": "may"}
        told = {"type": "vivavoce.acted", "response_id": "r", "failed": False, **act}
        server.send({**told, "result": TOLD}, {**told, "result": "the lamp [main] is on"})
        answers(server, "Rooms: kitchen and hall.")
        expect(page.locator(".acts details")).to_have_count(1)
        expect(page.get_by_text(TOLD)).to_be_hidden()
        page.get_by_text("What it told").click()
        expect(page.get_by_text(TOLD)).to_be_visible()
        assert overflow(page) == 0
        assert violations(page) == []
