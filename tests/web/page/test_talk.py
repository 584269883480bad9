"""The page in a conversation: one button, then hands-free."""

import time
from pathlib import Path

from playwright.sync_api import expect

from tests.web.page.browser import MARKS, chromium, tab
from tests.web.page.server import RATE
from tests.web.page.told import answer_begins, begin, says

pytestmark = MARKS


def test_one_click_begins_and_tells_the_server_what_the_page_wants(page, server):
    begin(page, server)
    session = server.all("session.update")[0]["session"]
    assert server.came[0][1]["type"] == "session.update", "before any sound"
    assert session["type"] == "realtime"
    assert session["output_modalities"] == ["audio"]
    assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": RATE}
    assert session["audio"]["input"]["turn_detection"]["type"] == "semantic_vad"
    assert session["vivavoce"] == {
        "frames": True,
        "nods": True,
        "bystanders": "medium",
        "thinking": None,
        "chains": None,
        "model": "auto",
        "show_thinking": True,
    }
    expect(page.get_by_text("The floor is free")).to_be_visible()


def test_the_words_of_both_sides_appear(page, server):
    begin(page, server)
    server.send(
        {"type": "vivavoce.partial", "item_id": "u1", "stable": "What is", "tentative": "the"}
    )
    expect(page.locator(".turn.user .words")).to_have_text("What is the")
    expect(page.locator(".turn.user .tentative")).to_have_text("the")
    server.send(
        {
            "type": "conversation.item.input_audio_transcription.completed",
            "item_id": "u1",
            "transcript": "What is the time?",
        }
    )
    answer_begins(server, "a1", "It is half past nine.")
    says(server, "a1", "It", "is")
    expect(page.locator(".turn.user .words")).to_have_text("What is the time?")
    expect(page.locator(".turn.assistant .said")).to_have_text("It is ")
    expect(page.locator(".turn.assistant .ahead")).to_have_text("half past nine.")


def test_an_interrupted_answer_strikes_out_what_was_not_heard(page, server):
    begin(page, server)
    answer_begins(server, "a1", "Rome has 2.8 million people and seven hills.")
    says(server, "a1", "Rome", "has", "two", "point", "eight", "million")
    server.send({"type": "vivavoce.flush", "item_id": "a1", "final": True})
    expect(page.locator(".turn.assistant .said")).to_have_text("Rome has 2.8 million ")
    expect(page.locator(".turn.assistant s")).to_have_text("people and seven hills.")


def test_the_floor_and_what_it_thinks_and_the_gap_are_shown(page, server):
    begin(page, server)
    chances = {"echo": 0.01, "speech": 0.98, "owner": 0.5, "addressed": 0.9, "turn_end": 0.12}
    server.send(
        {"type": "vivavoce.frame", "t": 0.08, "move": "duck", "why": "an overlap", "p": chances},
        {
            "type": "response.output_item.added",
            "response_id": "r",
            "item": {"type": "message", "id": "a1", "role": "assistant"},
        },
        {"type": "vivavoce.latency", "response_id": "r", "gap_ms": 640.4, "stages": {"floor": 80}},
    )
    expect(page.locator("#floor-says")).to_have_text("Vivavoce lowers its voice")
    expect(page.locator("#why")).to_have_text("an overlap")
    expect(page.locator("#thoughts")).to_contain_text("Somebody speaks98 %")
    expect(page.locator("#gap")).to_have_text("640 ms")
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Show what the floor thinks").uncheck()
    expect(page.locator("#mind")).to_be_hidden()


def test_each_person_has_a_colour_by_name_and_others_are_faint(driver, speech, server):
    colours = """() => {
      const canvas = document.getElementById("voice-line");
      const half = Math.round(canvas.height / 2);
      const pen = canvas.getContext("2d");
      const { data } = pen.getImageData(0, half + 8, canvas.width, half - 8);
      const count = {};
      for (let i = 0; i < data.length; i += 4) {
        const dots = [data[i], data[i + 1], data[i + 2]];
        const name = "#" + dots.map((dot) => dot.toString(16).padStart(2, "0")).join("");
        count[name] = (count[name] ?? 0) + (data[i + 3] === 255);
      }
      const style = getComputedStyle(canvas);
      return ["you", "second", "third", "others"].map(
        (name) => count[style.getPropertyValue(`--${name}`).trim()] ?? 0);
    }"""
    with chromium(driver, speech) as fresh, tab(fresh) as page:  # a file is heard once a browser
        begin(page, server)
        heard = [("Anna", 0.9, 0.1), ("Tim", 0.9, 0.1), ("Anna", 0.1, 0.9)]
        for index in range(38):
            person, owner, other = heard[index * 3 // 38]
            chances = {"speech": 1.0, "owner": owner, "other": other}
            told = {"t": index * 0.08, "move": "listen", "why": "", "person": person, "p": chances}
            server.send({"type": "vivavoce.frame", **told})
        server.until(lambda: len(server.microphone()) >= 3 * RATE)
        expect(page.locator("#people li")).to_have_text(["Anna", "Tim", "Others"])
        you, second, third, others = page.evaluate(colours)
        assert min(you, second, others) > 100
        assert third == 0
        server.send(
            {"type": "vivavoce.partial", "item_id": "u1", "stable": "Ciao", "tentative": ""},
            {"type": "vivavoce.speaker", "item_id": "u1", "name": "Tim", "confidence": 0.97},
        )
        who = page.locator(".turn.user .who")
        expect(who).to_have_text("Tim")
        swatch = "[...document.querySelectorAll('#people span')].map(e => e.style.background)[1]"
        assert who.evaluate("element => element.style.color") == page.evaluate(swatch)


def test_a_typed_line_is_sent_and_asks_for_an_answer(page, server):
    begin(page, server)
    page.get_by_label("Type a line").fill("Ciao")
    page.keyboard.press("Enter")
    server.until(lambda: server.all("response.create"))
    item = server.all("conversation.item.create")[0]["item"]
    assert item["role"] == "user"
    assert item["content"] == [{"type": "input_text", "text": "Ciao"}]
    server.send({"type": "conversation.item.added", "previous_item_id": None, "item": item})
    expect(page.locator(".turn.user .words")).to_have_text("Ciao")


def test_a_line_typed_over_an_answer_stops_it_first(page, server):
    begin(page, server)
    server.send({"type": "response.created", "response": {"id": "r"}})
    answer_begins(server, "a", "It is a long story.")
    expect(page.locator(".turn.assistant")).to_be_visible()
    page.get_by_label("Type a line").fill("Stop")
    page.keyboard.press("Enter")
    server.until(lambda: server.all("response.create"))
    asked = [e["type"] for _, e in server.came if "append" not in e["type"]]
    assert asked[-3:] == [
        "output_audio_buffer.clear",
        "conversation.item.create",
        "response.create",
    ]


def test_a_yes_waits_for_the_questions_end_and_may_be_said_again_if_it_was_refused(page, server):
    begin(page, server)
    server.send(
        {"type": "response.created", "response": {"id": "r"}},
        {
            "type": "vivavoce.acted",
            "response_id": "r",
            "tool": "home_unlock",
            "arguments": "{}",
            "verdict": "ask",
            "reason": "it opens the house",
        },
    )
    yes = page.get_by_role("button", name="Yes")
    yes.click()
    expect(yes).to_be_disabled()
    time.sleep(0.3)
    assert not server.all("response.create")
    server.send({"type": "response.done", "response": {"id": "r", "status": "completed"}})
    server.until(lambda: server.all("response.create"))
    assert not server.all("output_audio_buffer.clear")
    (asked,) = server.all("response.create")
    error = {"code": "conversation_already_has_active_response", "message": "Wait."}
    server.send({"type": "error", "error": {**error, "event_id": asked["event_id"]}})
    expect(yes).to_be_enabled()


def test_settings_reach_the_server_at_once_and_stay(page, server):
    begin(page, server)
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Instructions").fill("Speak like a pirate.")
    page.get_by_label("Eager").check()
    server.until(lambda: len(server.all("session.update")) >= 3)
    session = server.all("session.update")[-1]["session"]
    assert session["instructions"] == "Speak like a pirate."
    assert session["audio"]["input"]["turn_detection"]["eagerness"] == "high"
    page.reload()
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label("Instructions")).to_have_value("Speak like a pirate.")


def test_a_complaint_of_the_server_is_shown(page, server):
    begin(page, server)
    server.send({"type": "error", "error": {"code": "x", "message": "Too long: send less."}})
    expect(page.locator("#note")).to_contain_text("Too long: send less.")


def test_the_transcript_can_be_kept(page, server):
    begin(page, server)
    answer_begins(server, "a1", "One two three.")
    says(server, "a1", "One")
    server.send({"type": "vivavoce.flush", "item_id": "a1", "final": True})
    expect(page.locator("s")).to_have_text("two three.")
    server.send(
        {"type": "vivavoce.partial", "item_id": "u1", "stable": "Go on.", "tentative": ""},
        {"type": "vivavoce.speaker", "item_id": "u1", "name": "Tim", "confidence": 0.9},
    )
    expect(page.locator(".turn.user .who")).to_have_text("Tim")
    with page.expect_download() as text:
        page.get_by_role("button", name="Save as text").click()
    kept = Path(text.value.path()).read_text()
    assert "Vivavoce: One [not heard: two three.]" in kept
    assert "Tim: Go on." in kept
    with page.expect_download() as data:
        page.get_by_role("button", name="Save as JSON").click()
    assert '"heard": "One"' in Path(data.value.path()).read_text()


def test_the_end_lets_the_microphone_go_and_it_can_begin_again(page, server):
    begin(page, server)
    says(server, "u1", "Ciao", side="user")
    page.get_by_role("button", name="End", exact=True).click()
    expect(page.locator("body")).not_to_have_attribute("data-state", "live")
    time.sleep(0.3)
    count = len(server.all("input_audio_buffer.append"))
    time.sleep(0.3)
    assert len(server.all("input_audio_buffer.append")) == count
    page.get_by_role("button", name="Begin").click()
    server.until(lambda: server.connections == 2)
