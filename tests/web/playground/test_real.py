"""The playground with the network of the catalog."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.web.page.browser import CHROMIUM, chromium, tab
from tests.web.playground.conftest import beside
from vivavoce.models.diffusion.engine import Engine
from vivavoce.models.diffusion.settings import NEEDED, WEIGHTS
from vivavoce.web.playground.by_engine import ByEngine

pytestmark = [
    pytest.mark.page,
    pytest.mark.real,
    pytest.mark.timeout(900),  # unpacks the weights, if that was not done yet
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
    pytest.mark.skipif(
        any(find_spec(name) is None for name in NEEDED),
        reason="needs the extra: pip install -e .[diffusion]",
    ),
]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    engine = Engine()
    if engine.missing:
        pytest.skip(engine.missing)
    with beside(ByEngine(engine, WEIGHTS)) as at:
        yield at + "playground"
    engine.close()


def test_three_ways_of_writing_race_and_lossless_writes_what_its_twin_writes(url):
    """Loads the network in front of the user, then 16 tokens a lane."""
    with (
        sync_playwright() as driver,
        chromium(driver, None, allow=False) as browser,
        tab(browser, reduced_motion="reduce") as page,
    ):
        page.goto(url)
        page.get_by_label("Go on").check()
        page.get_by_role("textbox", name="The text to go on from").fill(
            "one, two, three, four, five, six,"
        )
        page.get_by_label("Tokens at most").fill("16")
        page.get_by_role("checkbox", name="Lossless").check()
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#says")).to_have_text("Loading the network")
        expect(page.locator("body[data-state=done]")).to_be_attached(timeout=800_000)
        lanes = page.locator("article.lane")
        expect(lanes).to_have_count(3)
        expect(page.locator("[data-lane=ar] .written")).to_contain_text("seven, eight")
        expect(page.locator("article[data-lane=lossless]")).to_contain_text(
            "the same text as one by one"
        )
        cells = page.locator("#totals [data-lane=ar] td").all_inner_texts()
        assert cells[:3] == ["16", "16", "1.00"]
        page.locator("#at").press("Home")
        page.locator("#at").press("ArrowRight")
        expect(page.locator("article[data-lane=diffusion]")).to_contain_text("of 4 settled")
