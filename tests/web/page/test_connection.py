"""The page where something is missing: the server, the microphone, the right to either."""

from playwright.sync_api import expect

from tests.web.page.browser import MARKS, chromium, tab
from tests.web.page.server import RATE, page_server
from tests.web.page.sounds import voice_like
from tests.web.page.told import answer_begins, begin, says

pytestmark = MARKS


def test_a_server_that_goes_away_is_found_again_and_told_what_was_said(page, server):
    begin(page, server)
    server.send(
        {
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": "u1",
            "transcript": "My name is Ada.",
        }
    )
    answer_begins(server, "a1", "Hello Ada, how are you?")
    says(server, "a1", "Hello", "Ada,")
    expect(page.locator(".turn.assistant .said")).to_have_text("Hello Ada, ")
    unanswered = {"type": "vivavoce.partial", "item_id": "u2", "stable": "Hm.", "tentative": ""}
    server.send(unanswered)
    expect(page.locator(".turn.user")).to_have_count(2)
    server.stop()
    expect(page.locator("#note")).to_contain_text("The server is away")
    expect(page.locator("#floor-says")).to_have_text("Not connected")
    server.came.clear()
    server.start()
    server.until(lambda: server.connections == 2)
    server.until(lambda: len(server.all("conversation.item.create")) == 2)
    told = [e["item"] for e in server.all("conversation.item.create")]
    assert [item["content"][0]["text"] for item in told] == ["My name is Ada.", "Hello Ada,"]
    expect(page.locator("#note")).to_be_empty()
    server.until(lambda: server.all("input_audio_buffer.append"))

    answer_begins(server, "a1", "Here I am.")  # a new connection may count its items anew
    server.sound("a1", voice_like(0.4, RATE))
    server.until(lambda: server.played_ms("a1")[-1:] == [400])
    expect(page.locator(".turn.assistant")).to_have_count(2)


def test_a_blocked_microphone_says_what_to_do_and_typing_still_works(driver, speech, server):
    with chromium(driver, speech, allow=False) as browser, tab(browser) as page:
        page.goto(server.url)
        page.get_by_role("button", name="Begin", exact=True).click()
        expect(page.locator("#note")).to_contain_text("The microphone is blocked for this page")
        page.get_by_role("button", name="Type instead").click()
        server.until(lambda: server.all("input_audio_buffer.append"))
        assert not server.microphone().any(), "silence keeps the conversation's clock"
        expect(page.get_by_role("button", name="Mute")).to_be_hidden()


def test_no_microphone_says_so(driver, server):
    with chromium(driver, None) as browser, tab(browser) as page:
        page.goto(server.url)
        page.get_by_role("button", name="Begin", exact=True).click()
        expect(page.locator("#note")).to_contain_text("No microphone was found")


def test_without_a_secure_context_it_says_so_and_offers_text_alone(browser, server):
    with tab(browser) as page:
        page.add_init_script("Object.defineProperty(window, 'isSecureContext', {value: false})")
        page.goto(server.url)
        page.get_by_role("button", name="Begin", exact=True).click()
        expect(page.locator("#note")).to_contain_text("https")
        page.get_by_role("button", name="Type instead").click()
        server.until(lambda: server.all("session.update"))
        assert server.all("session.update")[0]["session"]["output_modalities"] == ["text"]
        server.send(
            {
                "type": "response.output_text.delta",
                "item_id": "a",
                "response_id": "r",
                "delta": "Buongiorno.",
            },
        )
        expect(page.locator(".turn.assistant .said")).to_have_text("Buongiorno.")


def test_the_token_reaches_the_server_and_leaves_the_address_bar(browser):
    with page_server(token="s3cret") as server, tab(browser) as page:
        begin(page, server, "?token=s3cret")
        assert "token" not in page.url
        page.reload()
        page.get_by_role("button", name="Begin", exact=True).click()
        server.until(lambda: server.connections == 2)


def test_a_refused_token_is_not_tried_for_ever(browser):
    with page_server(token="s3cret") as server, tab(browser) as page:
        page.goto(server.url)
        page.get_by_role("button", name="Begin", exact=True).click()
        expect(page.locator("#note")).to_contain_text("refused the conversation", timeout=8000)
        assert page.locator("body").get_attribute("data-state") == "ready"


def test_a_full_server_is_tried_again_until_there_is_room(page, server):
    server.full = True
    page.goto(server.url)
    page.get_by_role("button", name="Begin", exact=True).click()
    expect(page.locator("#note")).to_contain_text("The server is busy")
    server.full = False
    server.until(lambda: server.connections == 1)
    expect(page.locator("#note")).to_be_empty()


def test_a_second_tab_does_not_talk_over_the_first(browser, server):
    context = browser.new_context()
    with tab(context) as first, tab(context) as second:
        begin(first, server)
        second.goto(server.url)
        second.get_by_role("button", name="Begin", exact=True).click()
        expect(second.locator("#note")).to_contain_text("another tab")
        second.get_by_role("button", name="Talk here instead").click()
        expect(first.locator("#note")).to_contain_text("went to another tab")
        server.until(lambda: server.connections == 2)
    context.close()
