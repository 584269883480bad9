"""A real Chromium with a file for a microphone."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
MARKS = [
    pytest.mark.page,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]
"""Of every test in a browser."""


@contextlib.contextmanager
def chromium(driver: Playwright, microphone: Path | None, allow: bool = True) -> Iterator[Browser]:
    """microphone: a WAV file, heard once, or None for a machine without one."""
    wishes = [
        "--no-sandbox",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-ui-for-media-stream" if allow else "--deny-permission-prompts",
    ]
    if microphone is not None:
        wishes += [
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-audio-capture={microphone}%noloop",
        ]
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=wishes)
    try:
        yield browser
    finally:
        browser.close()


@contextlib.contextmanager
def tab(browser: Browser | BrowserContext, **options: object) -> Iterator[Page]:
    """A page that fails the test, at its end, on anything the console complained about."""
    page = browser.new_page(**options)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type == "error" else None,
    )
    yield page
    page.close()
    away = ("ERR_CONNECTION_REFUSED", "WebSocket connection to")
    assert [c for c in complaints if not any(word in c for word in away)] == []
