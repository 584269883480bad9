"""The page in a real browser: one button, then hands-free."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

pytest.importorskip("playwright.sync_api", reason="needs the dev extra: pip install -e .[dev]")

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.web.page_browser import CHROMIUM, chromium, tab
from tests.web.page_server import RATE, PageServer, page_server

pytestmark = [
    pytest.mark.page,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


def voice_like(seconds: float, rate: int, seed: int = 7) -> NDArray[np.float32]:
    """A sweep with syllables: like no shifted copy of itself, in the band of speech."""
    t = np.arange(int(seconds * rate)) / rate
    beats = np.random.default_rng(seed).uniform(0.2, 1, int(seconds * 5) + 2)
    loud = np.interp(t, np.arange(len(beats)) / 5, beats)
    phase = 2 * np.pi * (200 * t + (2500 - 200) / (2 * seconds) * t**2)
    return (0.4 * loud * np.sin(phase)).astype(np.float32)


def likeness(heard: NDArray[np.float32], said: NDArray[np.float32]) -> tuple[float, int]:
    """Highest normalised correlation of `said` within `heard`, and the sample where it lies."""
    size = 1 << (len(heard) + len(said)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size)), size)
    last = len(heard) - len(said) + 1
    energy = np.cumsum(np.concatenate([[0.0], heard.astype(np.float64) ** 2]))
    there = energy[len(said) :][:last] - energy[:last]
    scores = cross[:last] / np.sqrt(np.sum(said**2) * np.maximum(there, 1e-9))
    return float(scores.max()), int(scores.argmax())


def likeness_of_pieces(heard: NDArray[np.float32], said: NDArray[np.float32]) -> float:
    """The worst but one of pieces of a quarter of a second: a busy machine makes the browser's
    false microphone skip now and then, which is none of ours."""
    pieces = np.split(said, len(said) // (RATE // 4))
    return sorted(likeness(heard, piece)[0] for piece in pieces)[1]


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("microphone") / "speech.wav"
    soundfile.write(path, voice_like(3, 48_000), 48_000, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def browser(driver: Playwright, speech: Path) -> Iterator[Browser]:
    with chromium(driver, speech) as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[PageServer]:
    with page_server() as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with tab(browser) as page:
        yield page


def begin(page: Page, server: PageServer, query: str = "") -> None:
    page.goto(server.url + query)
    page.get_by_role("button", name="Begin", exact=True).click()
    server.until(lambda: server.all("input_audio_buffer.append"))


def answer_begins(server: PageServer, item: str, text: str) -> None:
    server.send(
        {
            "type": "response.output_item.added",
            "response_id": f"resp_{item}",
            "item": {"id": item, "type": "message", "role": "assistant", "content": []},
        },
        {
            "type": "response.output_audio_transcript.delta",
            "response_id": f"resp_{item}",
            "item_id": item,
            "delta": text,
        },
    )


def says(server: PageServer, item: str, *words: str, side: str = "assistant") -> None:
    for n, text in enumerate(words):
        word = {"side": side, "text": text, "start": n * 0.3, "end": n * 0.3 + 0.25}
        server.send({"type": "vivavoce.word", "item_id": item, **word})


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


def test_the_microphone_arrives_as_it_is_at_24_khz_in_40_ms_packets(driver, speech, server):
    with chromium(driver, speech) as fresh, tab(fresh) as page:  # a file is heard once a browser
        begin(page, server)
        server.until(lambda: len(server.microphone()) >= 4 * RATE)
    packets = server.all("input_audio_buffer.append")
    assert {len(packet["audio"]) for packet in packets} == {960 * 2 * 4 // 3}
    said = voice_like(3, RATE)[RATE // 2 : 2 * RATE]
    assert likeness_of_pieces(server.microphone(), said) > 0.95


def test_where_the_browser_cant_run_at_24_khz_the_worklets_resample(driver, speech, server):
    with chromium(driver, speech) as fresh, tab(fresh) as page:
        page.add_init_script(
            """window.AudioContext = class extends AudioContext {
                 constructor(wish) {
                   if (wish.sampleRate) throw new DOMException("no", "NotSupportedError");
                   super({ ...wish, sampleRate: 44100 });
                   window.rate = this.sampleRate;
                 }
               };"""
        )
        begin(page, server)
        assert page.evaluate("window.rate") == 44100
        server.sound("item_1", voice_like(1, RATE))
        began = time.monotonic()
        start = len(server.microphone())
        server.until(lambda: len(server.microphone()) >= 4 * RATE)
        pace = (len(server.microphone()) - start) / (time.monotonic() - began)
    assert pace == pytest.approx(RATE, rel=0.05)
    said = voice_like(3, RATE)[RATE // 2 : 2 * RATE]
    assert likeness_of_pieces(server.microphone(), said) > 0.95
    assert server.played_ms("item_1")[-1] == pytest.approx(1000, abs=5)


def test_the_answer_sounds_and_what_has_sounded_is_reported(page, server):
    begin(page, server)
    began = time.monotonic()
    server.sound("item_1", voice_like(1.5, RATE))
    server.until(lambda: server.played_ms("item_1")[-1:] == [1500])
    took = time.monotonic() - began
    reports = server.played_ms("item_1")
    assert 1.4 < took < 2.2, "at the pace of sound, not of the network"
    assert reports == sorted(reports)
    assert len(reports) >= 15
    assert max(np.diff(reports)) <= 100, "about every 80 ms"


def test_a_flush_stops_the_sound_within_50_ms_and_the_count_goes_on_after_it(page, server):
    begin(page, server)
    sound = voice_like(3, RATE)
    server.sound("item_1", sound)
    server.until(lambda: server.played_ms("item_1")[-1:] > [600])
    before = server.played_ms("item_1")[-1]
    flushed = time.monotonic()
    server.send({"type": "vivavoce.flush", "item_id": "item_1", "final": False})
    server.until(lambda: server.played_ms("item_1")[-1] != before)
    time.sleep(0.4)
    stopped_at = server.played_ms("item_1")[-1]
    last_report = [when for when, e in server.came if e["type"] == "vivavoce.playback"][-1]
    assert last_report - flushed < 0.2
    assert stopped_at - before < 80 + 50, "at most a report's worth was on its way, and 50 ms"

    server.sound("item_1", sound[round(stopped_at * RATE / 1000) :])
    server.until(lambda: server.played_ms("item_1")[-1] >= 2995)
    assert server.played_ms("item_1")[-1] == pytest.approx(3000, abs=2)


def test_starts_stops_and_flushes_do_not_click(page, server):
    """The worklet itself, run offline: a loud tone is never cut by a step."""
    page.goto(server.url)
    sound = page.evaluate(
        """async () => {
             const rate = 24000;
             const context = new OfflineAudioContext(1, 2 * rate, rate);
             await context.audioWorklet.addModule("worklet-loudspeaker.js");
             const wishes = { numberOfInputs: 0, processorOptions: { rate } };
             const node = new AudioWorkletNode(context, "loudspeaker", wishes);
             node.connect(context.destination);
             const tone = (n) => Float32Array.from({ length: n }, (_, i) =>
               0.9 * Math.cos(2 * Math.PI * 110 * i / rate));
             node.port.postMessage({ do: "push", item: "a", pcm: tone(rate) });
             context.suspend(0.5).then(async () => {
               node.port.postMessage({ do: "flush" });
               await new Promise((resolve) => setTimeout(resolve, 50));
               context.resume();
             });
             context.suspend(1.0).then(async () => {
               node.port.postMessage({ do: "push", item: "b", pcm: tone(rate / 4) });
               await new Promise((resolve) => setTimeout(resolve, 50));
               context.resume();
             });
             return Array.from((await context.startRendering()).getChannelData(0));
           }"""
    )
    heard = np.array(sound)
    steepest = 0.9 * 2 * np.pi * 110 / RATE
    assert np.abs(heard).max() > 0.85
    assert np.abs(np.diff(heard)).max() < steepest + 0.9 / 120 + 1e-3, "tone and 5 ms ramp alone"
    quiet_from = int(0.5 * RATE) + 128 + 120
    assert np.all(heard[quiet_from : RATE - 128] == 0), "silent 5 ms after the flush"
    assert np.abs(heard[RATE:]).max() > 0.85, "and speaks again"


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


def test_muted_it_sends_silence_because_the_clock_is_audio(page, server):
    begin(page, server)
    page.get_by_role("button", name="Mute").click()
    expect(page.get_by_role("button", name="Unmute")).to_have_attribute("aria-pressed", "true")
    time.sleep(0.3)
    before = len(server.microphone())
    server.until(lambda: len(server.microphone()) > before + RATE)
    assert not server.microphone()[before:].any()


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
