"""Sound in both directions: at its pace, whole, and stopped at once."""

import time

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.web.page.browser import MARKS, chromium, tab
from tests.web.page.server import RATE
from tests.web.page.sounds import likeness_of_pieces, voice_like
from tests.web.page.told import begin

pytestmark = MARKS


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


def test_muted_it_sends_silence_because_the_clock_is_audio(driver, speech, server):
    with chromium(driver, speech) as fresh, tab(fresh) as page:
        begin(page, server)
        server.until(lambda: server.microphone().any())
        page.get_by_role("button", name="Mute").click()
        unmute = page.get_by_role("button", name="Unmute")
        expect(unmute).to_have_attribute("aria-pressed", "true")
        time.sleep(0.3)
        before = len(server.microphone())
        server.until(lambda: len(server.microphone()) > before + RATE)
        assert not server.microphone()[before:].any()
