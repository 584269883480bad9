"""Pictures of the playground: python -m tests.web.playground.shots DIR [--real] [--threshold .9]

--real: written by the network of the catalog, on this machine; otherwise by a script, figures too.
The docs' picture is DIR/playground.png."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.page.browser import chromium
from tests.web.playground.conftest import beside
from tests.web.playground.fakes import Scripted
from vivavoce.web.playground.author import Author

DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
LOOKS = {
    "desktop-light": (DESKTOP, "light", 1),
    "desktop-dark": (DESKTOP, "dark", 1),
    "phone-light": (PHONE, "light", 2),
    "phone-dark": (PHONE, "dark", 2),
}
SCRIPTED_S = {"diffusion": 0.07, "lossless": 0.06, "ar": 0.05}
DONE_MS = 240_000


@contextmanager
def author(real: bool) -> Iterator[Author]:
    """Who writes."""
    if not real:
        yield Scripted(wait_s=SCRIPTED_S)
        return
    from vivavoce.models.diffusion.engine import Engine
    from vivavoce.models.diffusion.settings import WEIGHTS
    from vivavoce.web.playground.by_engine import ByEngine

    engine = Engine()
    yield ByEngine(engine, WEIGHTS)
    engine.close()


def ran(page: Page) -> None:
    """A run, to its end; nothing plays."""
    page.get_by_role("button", name="Run").click()
    page.locator("body[data-state=writing]").wait_for(timeout=DONE_MS)
    page.locator("body[data-state=done]").wait_for(timeout=DONE_MS)
    page.wait_for_timeout(300)


def back_to(page: Page, share: float) -> None:
    """The moment after such a share of the first lane's forwards, inside a block."""
    page.locator("#at").press("Home")
    forwards = int(page.locator("#where").inner_text().split(" of ")[1].split(",")[0])
    for _ in range(round(share * forwards)):
        page.locator("#at").press("ArrowRight")
    for _ in range(8):
        if page.locator(".mask").count() >= 2 and page.locator(".settled").count() >= 2:
            break
        page.locator("#at").press("ArrowRight")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(100)


def shoot(page: Page, url: str, out: Path, name: str) -> None:
    """Before a run, in the middle of it, and a gap."""
    page.goto(url)
    page.locator("body[data-state=ready], body[data-state=idle]").wait_for()
    page.screenshot(path=out / f"{name}-begin.png", full_page=True)
    page.get_by_label("Go on").check()
    ran(page)
    page.screenshot(path=out / f"{name}-done.png", full_page=True)
    back_to(page, 0.5)
    page.screenshot(path=out / f"{name}-writing.png", full_page=True)
    page.get_by_label("Fill a gap").check()
    page.get_by_role("checkbox", name="Lossless").check()
    ran(page)
    back_to(page, 0.5)
    page.screenshot(path=out / f"{name}-gap.png", full_page=True)


def for_docs(page: Page, url: str, out: Path, threshold: str) -> None:
    """One picture of all of it."""
    page.goto(url)
    page.get_by_label("Go on").check()
    page.get_by_role("checkbox", name="Lossless").check()
    page.get_by_label("Sure enough from").fill(threshold)
    page.get_by_label("Tokens at most").fill("64")
    ran(page)
    back_to(page, 0.55)
    page.screenshot(path=out / "playground.png", full_page=True)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("out", type=Path)
    given.add_argument("--real", action="store_true")
    given.add_argument("--threshold", default="0.9")
    given.add_argument("--only", choices=[*LOOKS, "docs"])
    args = given.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with (
        author(args.real) as writes,
        beside(writes) as at,
        sync_playwright() as driver,
        chromium(driver, None, allow=False) as browser,
    ):
        for name, (viewport, scheme, scale) in LOOKS.items():
            if args.only in (None, name):
                page = browser.new_page(
                    viewport=viewport,
                    color_scheme=scheme,
                    device_scale_factor=scale,
                    reduced_motion="reduce",
                )
                page.on("console", lambda message: print("console:", message.text))
                page.on("pageerror", lambda error: print("page error:", error))
                shoot(page, at + "playground/", args.out, name)
                page.close()
        if args.only in (None, "docs"):
            page = browser.new_page(
                viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
            )
            for_docs(page, at + "playground/", args.out, args.threshold)


if __name__ == "__main__":
    main()
