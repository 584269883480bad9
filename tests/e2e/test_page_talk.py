"""The page in a real browser talks with the real server: one click, then by voice alone."""

import json
import os
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Playwright, WebSocket, expect, sync_playwright

from tests.e2e.served import Served
from tests.e2e.sounds import quiet, said
from tests.web.page.browser import CHROMIUM, chromium, tab
from vivavoce.audio.files import write_wav
from vivavoce.core import OUT_RATE, Pcm

pytestmark = [
    pytest.mark.real,
    pytest.mark.page,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]
ROOM = np.random.default_rng(3)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


def microphone(folder: Path, *parts: Pcm) -> Path:
    """What Chromium takes for a microphone, in a quiet room."""
    pcm = np.concatenate(parts)
    pcm = pcm + 5e-4 * ROOM.standard_normal(len(pcm)).astype(np.float32)
    write_wav(folder / "microphone.wav", pcm, OUT_RATE)
    return folder / "microphone.wav"


def metric(served: Served, name: str) -> float:
    with urllib.request.urlopen(served.address + "metrics") as answer:
        found = re.search(rf"^{re.escape(name)} (\S+)$", answer.read().decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_one_click_then_two_turns_by_voice(
    driver: Playwright, served: Served, tmp_path: Path
) -> None:
    speech = microphone(
        tmp_path, quiet(3), said("questions", "q01"), quiet(9), said("questions", "q17"), quiet(30)
    )
    played: list[int] = []

    def watch(socket: WebSocket) -> None:
        def sent(frame: str | bytes) -> None:
            event = json.loads(frame)
            if event["type"] == "vivavoce.playback":
                played.append(event["played_ms"])

        socket.on("framesent", sent)

    before = metric(served, 'vivavoce_answers_total{status="completed"}')
    look = {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"}
    with chromium(driver, speech) as browser, tab(browser, **look) as page:
        page.on("websocket", watch)
        page.goto(served.address)
        page.get_by_role("button", name="Begin", exact=True).click()
        transcript = page.locator("#transcript")
        expect(transcript).to_contain_text("capital of Australia", timeout=20_000)
        expect(transcript).to_contain_text("Canberra", timeout=20_000)
        expect(transcript).to_contain_text("heavier, a kilogram", timeout=30_000)
        expect(transcript).to_contain_text(
            re.compile("is heavier than|the same|weigh", re.IGNORECASE), timeout=30_000
        )
        page.wait_for_timeout(2000)
        page.screenshot(path=tmp_path / "page.png")
        if kept := os.environ.get("VIVAVOCE_PAGE_SHOT"):
            page.screenshot(path=kept)
        assert page.locator("#note").inner_text() == ""
        assert max(played) > 1000
        assert metric(served, 'vivavoce_answers_total{status="completed"}') > before
        page.get_by_role("button", name="End", exact=True).click()
