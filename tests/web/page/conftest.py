"""The page in a real browser, beside a server of its own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.web.page.browser import chromium, tab
from tests.web.page.server import PageServer, page_server
from tests.web.page.sounds import voice_like


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For a browser of one's own: it is heard once."""
    path = tmp_path_factory.mktemp("microphone") / "speech.wav"
    soundfile.write(path, voice_like(3, 48_000), 48_000, subtype="PCM_16")
    return path


@pytest.fixture(scope="module")
def browser(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """With a microphone that hears nothing."""
    quiet = tmp_path_factory.mktemp("microphone") / "quiet.wav"
    soundfile.write(quiet, np.zeros(16_000), 16_000)
    with chromium(driver, quiet) as browser:
        yield browser


@pytest.fixture
def server() -> Iterator[PageServer]:
    with page_server() as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with tab(browser) as page:
        yield page
