"""The playground page in a real Chromium, on a real server, written by a script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright

from tests.web.page.axe import overflow, violations
from tests.web.page.browser import MARKS, chromium, tab
from tests.web.playground.conftest import beside
from tests.web.playground.fakes import TEXT, WORDS, Scripted
from vivavoce.core import WeightsMissing
from vivavoce.web.app import POLICY

pytestmark = MARKS

SLOW = {"diffusion": 0.05, "lossless": 0.04, "ar": 0.03}


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(driver: Playwright) -> Iterator[Browser]:
    with chromium(driver, None, allow=False) as browser:
        yield browser


@pytest.fixture
def author() -> Scripted:
    return Scripted(wait_s=dict(SLOW))


@pytest.fixture
def url(author: Scripted) -> Iterator[str]:
    with beside(author) as at:
        yield at + "playground"


def run(page: Page, state: str = "done") -> None:
    """Press Run, and wait until it came so far."""
    page.get_by_role("button", name="Run").click()
    expect(page.locator(f"body[data-state={state}]")).to_be_attached(timeout=20_000)


def text(page: Page, lane: str) -> str:
    return page.locator(f"article[data-lane={lane}] .written").inner_text()


def lane(page: Page, name: str) -> Locator:
    """Its box in the form."""
    return page.get_by_role("checkbox", name=re.compile(f"^{name}"))


def at_rest(page: Page) -> None:
    """Nothing plays, everything is shown."""
    expect(page.locator("#play")).to_have_attribute("data-playing", "false", timeout=20_000)
    page.locator("#at").press("End")


def test_a_block_sharpens_from_masks_to_text_and_the_twin_follows(browser, url):
    with tab(browser) as page:
        page.goto(url)
        run(page, "writing")
        diffusion = page.locator("article[data-lane=diffusion]")
        expect(diffusion.locator(".mask").first).to_be_visible()
        expect(diffusion.locator(".new").first).to_be_visible()
        expect(diffusion).to_contain_text("of 4 settled")
        expect(page.locator("body[data-state=done]")).to_be_attached(timeout=20_000)
        at_rest(page)
        for lane in ("diffusion", "ar"):
            assert text(page, lane) == TEXT
        expect(diffusion.locator(".mask")).to_have_count(0)
        expect(diffusion).to_contain_text("the same text as one by one")
        rows = page.locator("#totals tr")
        expect(rows).to_have_count(2)
        expect(rows.nth(1)).to_contain_text(f"One by one{len(WORDS)}{len(WORDS)}1.00")
        expect(page.locator("#verdict")).to_contain_text("times as fast as one by one")


def test_it_can_be_stepped_through_forward_by_forward_with_keys(browser, url):
    with tab(browser, reduced_motion="reduce") as page:
        page.goto(url)
        run(page)
        slider = page.get_by_label("Moment")
        slider.press("Home")
        expect(page.locator("#where")).to_contain_text("forward 0 of")
        assert text(page, "diffusion") == ""
        slider.press("ArrowRight")
        expect(page.locator("#where")).to_contain_text("forward 1 of")
        assert slider.get_attribute("aria-valuetext").startswith("Diffusion: forward 1 of")
        masks = page.locator("article[data-lane=diffusion] .mask")
        first = masks.count()
        assert first > 0
        page.get_by_role("button", name="A forward forth").click()
        expect(page.locator("#where")).to_contain_text("forward 2 of")
        assert masks.count() < first
        page.get_by_role("button", name="A forward back").click()
        assert masks.count() == first
        for _ in range(40):
            page.get_by_role("button", name="A forward forth").click()
        assert text(page, "ar") == TEXT


def test_the_race_is_played_again_on_one_clock_and_can_be_paused(browser, url):
    with tab(browser) as page:
        page.goto(url)
        run(page)
        at_rest(page)
        page.get_by_label("Speed of the replay").select_option("0.1")
        page.get_by_role("button", name="Race").click()
        pause = page.get_by_role("button", name="Pause")
        twin = page.locator("article[data-lane=ar] .written")
        expect(twin).not_to_have_text(TEXT)  # what stood there before is gone
        expect(twin).to_have_text(re.compile(r"\S"))
        pause.click()
        where = page.locator("#where").inner_text()
        written = text(page, "ar")
        assert 0 < len(written) < len(TEXT), "the twin is as far as it was at that moment"
        page.wait_for_timeout(300)
        assert page.locator("#where").inner_text() == where
        assert text(page, "ar") == written


def test_stop_stops_the_server_too_and_keeps_what_came(browser, url, author):
    author.wait_s["ar"] = 5.0
    with tab(browser) as page:
        page.goto(url)
        run(page, "writing")
        expect(page.locator("#says")).to_have_text("One by one writes")
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#says")).to_have_text("Stopped")
        page.wait_for_function("() => document.getElementById('run').textContent === 'Run'")
        assert text(page, "diffusion") == TEXT
        expect(page.locator("#totals tr")).to_have_count(1)
        for _ in range(100):
            if author.closed == 2:
                break
            page.wait_for_timeout(20)
        assert author.closed == 2


def test_a_gap_is_filled_between_what_stands_around_it(browser, url, author):
    with tab(browser, reduced_motion="reduce") as page:
        page.goto(url)
        page.get_by_label("Fill a gap").check()
        page.get_by_label("Before the gap").fill("before\n")
        page.get_by_label("Behind the gap").fill("behind\n")
        run(page)
        wish, _ = author.asked[0]
        assert (wish.prompt, wish.suffix) == ("before\n", "behind\n")
        pane = page.locator("article[data-lane=diffusion]")
        assert pane.locator("pre").inner_text() == f"before\n{TEXT}behind\n"
        assert pane.locator("mark").inner_text() == TEXT


def test_the_dials_reach_the_server_and_stay_in_this_browser(browser, url, author):
    with browser.new_context() as context, tab(context) as page:
        page.goto(url)
        lane(page, "Lossless").check()
        lane(page, "Diffusion").uncheck()
        page.get_by_label("Sure enough from").fill("0.5")
        page.get_by_label("Tokens of a block").press("ArrowRight")
        page.get_by_label("Forwards a block").fill("3")
        page.get_by_label("Tokens at most").fill("16")
        page.get_by_text("More dials").click()
        page.get_by_label("Drafts at once").fill("4")
        page.get_by_label("Temperature").fill("0.5")
        page.get_by_label("Seed").fill("7")
        page.get_by_label("What you ask").fill("Why?")
        run(page)
        assert [mode for _, mode in author.asked] == ["lossless", "ar"]
        wish, _ = author.asked[0]
        assert wish.messages == (("user", "Why?"),)
        assert (wish.threshold, wish.block, wish.steps, wish.max_tokens) == (0.5, 8, 3, 16)
        assert (wish.drafts, wish.temperature, wish.seed) == (4, 0.5, 7)
        page.reload()
        expect(lane(page, "Lossless")).to_be_checked()
        expect(lane(page, "Diffusion")).not_to_be_checked()
        expect(page.locator("output[for=threshold]")).to_have_text("50 %")


def test_nobody_chosen_is_said_and_nothing_is_asked(browser, url, author):
    with browser.new_context() as context, tab(context) as page:
        page.goto(url)
        lane(page, "Diffusion").uncheck()
        lane(page, "One by one").uncheck()
        page.get_by_role("button", name="Run").click()
        says = page.evaluate("document.querySelector('[name=lane]').validationMessage")
        assert says == "Choose at least one that writes."
        assert author.asked == []


def test_without_the_extra_it_says_what_to_install(browser):
    missing = "text by diffusion needs an extra: pip install 'vivavoce[diffusion]'"
    with beside(Scripted(missing=missing)) as at, tab(browser) as page:
        page.goto(at + "playground/")
        expect(page.locator("#note")).to_contain_text("pip install 'vivavoce[diffusion]'")
        expect(page.get_by_role("button", name="Run")).to_be_disabled()
        assert violations(page) == []


def test_loading_shows_what_is_done_and_then_it_writes(browser):
    loads = Scripted(loads=("reading the weights", "unpacking, once"), load_s=1.5)
    with beside(loads) as at, tab(browser) as page:
        page.goto(at + "playground/")
        expect(page.locator("#adds")).to_contain_text("loaded with the first run")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#progress")).to_be_visible()
        expect(page.locator("#adds")).to_have_text("unpacking, once")
        expect(page.locator("#untrained")).to_be_visible(timeout=20_000)
        expect(page.locator("body[data-state=done]")).to_be_attached(timeout=20_000)
        expect(page.locator("#progress")).to_be_hidden()


@pytest.mark.parametrize(
    ("prompt", "says"), [("refuse", "shorten the prompt"), ("bug", "the server has a fault")]
)
def test_what_goes_wrong_is_said_and_it_can_be_run_again(browser, url, prompt, says):
    with tab(browser) as page:
        page.goto(url)
        page.get_by_label("What you ask").fill(prompt)
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#note")).to_contain_text(says)
        page.get_by_label("What you ask").fill("Why?")
        run(page)
        expect(page.locator("#note")).to_be_empty()


def test_missing_weights_are_said(browser):
    broken = Scripted(broken=WeightsMissing("run: vivavoce weights pull small"))
    with beside(broken) as at, tab(browser) as page:
        page.goto(at + "playground/")
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#note")).to_contain_text("vivavoce weights pull small")


def test_a_server_that_goes_away_is_said(browser):
    with tab(browser) as page:
        with beside(Scripted()) as at:
            page.goto(at + "playground/")
            expect(page.locator("body[data-state=ready]")).to_be_attached()
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#note")).to_contain_text("The server is away")


def test_the_token_of_the_main_page_opens_the_playground_too(browser):
    with beside(Scripted(), token="sesame") as at, tab(browser) as page:
        page.goto(at + "?token=sesame")
        page.get_by_role("link", name="Watch text being written by diffusion").click()
        expect(page).to_have_url(at + "playground/")
        run(page)
        page.get_by_role("link", name="Talk").click()
        expect(page.get_by_role("button", name="Begin", exact=True)).to_be_visible()


def test_run_cannot_be_pressed_before_the_script_listens(browser, url):
    with tab(browser) as page:
        page.route("**/playground.js", lambda r: r.fulfill(body="", content_type="text/javascript"))
        page.goto(url)
        expect(page.get_by_role("button", name="Run")).to_be_disabled()
        page.unroute("**/playground.js")
        page.reload()
        expect(page.get_by_role("button", name="Run")).to_be_enabled()


def test_a_wrong_token_is_said(browser):
    with beside(Scripted(), token="sesame") as at:
        page = browser.new_page()
        page.goto(at + "playground?token=wrong")
        expect(page.locator("#note")).to_contain_text("refused")
        page.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_axe_finds_nothing_and_nothing_overflows(browser, url, author, scheme, width):
    looks = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with browser.new_context(**looks, reduced_motion="reduce") as context, tab(context) as page:
        page.goto(url)
        assert violations(page) == []
        page.get_by_label("Fill a gap").check()
        lane(page, "Lossless").check()
        page.get_by_text("More dials").click()
        run(page)
        for _ in range(5):
            page.locator("#at").press("ArrowLeft")
        page.locator("#at").press("Home")
        page.locator("#at").press("ArrowRight")
        expect(page.locator(".mask").first).to_be_visible()
        assert violations(page) == []
        assert overflow(page) == 0


@pytest.mark.parametrize(("motion", "name"), [("reduce", "none"), ("no-preference", "sharpen")])
def test_who_wants_no_motion_gets_none(browser, url, motion, name):
    with tab(browser, reduced_motion=motion) as page:
        page.goto(url)
        run(page)
        playing = "false" if motion == "reduce" else "true"
        expect(page.locator("#play")).to_have_attribute("data-playing", playing)
        page.locator("#at").press("Home")
        page.locator("#at").press("ArrowRight")
        moves = "getComputedStyle(document.querySelector('.new')).animationName"
        assert page.evaluate(moves) == name


def test_it_can_be_run_by_keyboard_alone(browser, url):
    with tab(browser, reduced_motion="reduce") as page:
        page.goto(url)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name="Go on")).to_be_checked()
        page.keyboard.press("Tab")
        page.keyboard.type("x = ")
        page.keyboard.press("Control+Enter")
        expect(page.locator("body[data-state=done]")).to_be_attached(timeout=20_000)
        assert text(page, "diffusion") == TEXT


def test_the_page_is_guarded_and_asks_nothing_of_any_other_host(browser, url):
    asked: list[str] = []
    with tab(browser) as page:
        page.on("request", lambda request: asked.append(request.url))
        answer = page.goto(url)
        assert answer is not None
        assert answer.headers["content-security-policy"] == POLICY
        run(page)
    assert all(one.startswith(url.removesuffix("playground")) for one in asked)


def test_every_file_of_it_is_small_and_plain() -> None:
    from pathlib import Path

    import vivavoce

    files = (Path(vivavoce.__file__).parent / "web/page/playground").iterdir()
    assert sum(file.stat().st_size for file in files) < 60_000
