"""Pictures of the page in every state: python -m tests.web.page.shots SPEECH.wav ANSWER.wav DIR"""

import sys
import threading
import time
from pathlib import Path

import numpy as np
import soundfile
import soxr
from playwright.sync_api import Page, sync_playwright

from tests.web.page.browser import chromium
from tests.web.page.server import RATE, PageServer, page_server

ASKED = "So I have half an hour, um, what could I cook with two eggs and some spinach?"
ANSWER = (
    "A frittata! Wilt the spinach in a little butter, beat the eggs with salt and some cheese, "
    "pour them over and leave the pan on a low flame for eight minutes."
)
LAST = "Feta, if you have some. Otherwise whatever is left."
CUT_IN = "Wait, which cheese would you take?"
P = {"echo": 0.02, "speech": 0.03, "owner": 0.02, "addressed": 0.9, "turn_end": 0.0}


class Play:
    """A conversation with the timing of a real one."""

    def __init__(self, server: PageServer, answer: np.ndarray) -> None:
        self.server = server
        self.answer = answer
        self.t0 = time.monotonic()
        self.move = ("idle", "nobody speaks", P)
        self.live = True
        self.thread = threading.Thread(target=self.frames, daemon=True)
        self.thread.start()

    @property
    def t(self) -> float:
        return time.monotonic() - self.t0

    def frames(self) -> None:
        while self.live:
            move, why, p = self.move
            self.server.send(
                {"type": "vivavoce.frame", "t": self.t, "move": move, "why": why, "p": p}
            )
            time.sleep(0.08)

    def user(self, item: str, text: str, seconds: float, pause_at: int = -1) -> None:
        words = text.split()
        each = seconds / len(words)
        for n in range(len(words)):
            quiet = n == pause_at
            self.move = (
                ("hold", "a thinking pause: the sentence is open", {**P, "turn_end": 0.22})
                if quiet
                else ("listen", "owner speaks", {**P, "speech": 0.98, "owner": 0.96})
            )
            time.sleep(each)
            self.server.send(
                {
                    "type": "vivavoce.partial",
                    "item_id": item,
                    "stable": " ".join(words[: max(0, n - 1)]),
                    "tentative": " ".join(words[max(0, n - 1) : n + 1]),
                },
                word("user", item, words[n], self.t - 0.1, each),
            )
        self.server.send(
            {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": item,
                "transcript": text,
            }
        )

    def answer_with(self, item: str, text: str, cut_after: int | None = None) -> None:
        response = f"resp_{item}"
        self.move = ("hold", "the turn may be over", {**P, "turn_end": 0.81})
        time.sleep(0.3)
        self.move = ("speak", "the turn is over and the answer is there", {**P, "turn_end": 0.97})
        self.server.send(
            {
                "type": "response.output_item.added",
                "response_id": response,
                "item": {"id": item, "type": "message", "role": "assistant"},
            },
            {
                "type": "response.output_audio_transcript.delta",
                "item_id": item,
                "response_id": response,
                "delta": text,
            },
            {
                "type": "vivavoce.latency",
                "response_id": response,
                "gap_ms": 612,
                "stages": {"floor": 240, "final_words": 96, "first_token": 182, "first_sound": 94},
            },
        )
        words = text.split()
        each = len(self.answer) / RATE / len(words)
        self.server.sound(item, self.answer)
        for n, said in enumerate(words):
            if n == cut_after:
                self.move = ("duck", "somebody speaks over us", {**P, "speech": 0.9, "owner": 0.7})
                time.sleep(0.2)
                self.move = ("yield", "the owner cut in", {**P, "speech": 0.97, "owner": 0.95})
                self.server.send(
                    {"type": "vivavoce.flush", "item_id": item, "final": True},
                    {
                        "type": "response.done",
                        "response": {"id": response, "status": "cancelled", "output": []},
                    },
                )
                return
            self.server.send(word("assistant", item, said, self.t, each))
            time.sleep(each)


def word(side: str, item: str, text: str, start: float, length: float) -> dict[str, object]:
    return {
        "type": "vivavoce.word",
        "side": side,
        "text": text,
        "start": start,
        "end": start + length,
        "item_id": item,
    }


def converse(page: Page, server: PageServer, answer: np.ndarray, out: Path, name: str) -> None:
    page.goto(server.url)
    page.wait_for_timeout(300)
    page.screenshot(path=out / f"{name}-begin.png")
    page.click("#begin")
    server.until(lambda: server.all("session.update"))
    play = Play(server, answer)
    page.wait_for_timeout(400)
    page.screenshot(path=out / f"{name}-empty.png")
    play.user("item_1", ASKED, 6.5, pause_at=6)
    done = threading.Thread(target=play.answer_with, args=("item_2", ANSWER, 17))
    done.start()
    page.wait_for_timeout(3000)
    page.screenshot(path=out / f"{name}-speaking.png")
    while done.is_alive():
        page.wait_for_timeout(50)
    asking = threading.Thread(target=play.user, args=("item_3", CUT_IN, 2.2))
    asking.start()
    page.wait_for_timeout(1600)
    page.screenshot(path=out / f"{name}-cut-in.png")
    while asking.is_alive():
        page.wait_for_timeout(50)
    last = threading.Thread(target=play.answer_with, args=("item_4", LAST))
    last.start()
    page.wait_for_timeout(2700)
    page.screenshot(path=out / f"{name}-talk.png")
    page.click("#open-settings")
    page.wait_for_timeout(200)
    page.screenshot(path=out / f"{name}-settings.png")
    page.keyboard.press("Escape")
    play.live = False
    play.thread.join()
    last.join()
    server.stop()
    page.wait_for_timeout(800)
    page.screenshot(path=out / f"{name}-away.png")
    page.click("#end")
    page.wait_for_timeout(200)
    page.screenshot(path=out / f"{name}-ended.png")


def main(speech: str, answer: str, to: str) -> None:
    out = Path(to)
    out.mkdir(parents=True, exist_ok=True)
    heard, rate = soundfile.read(answer, dtype="float32")
    pcm = soxr.resample(heard, rate, RATE)
    desktop = {"width": 1280, "height": 800}
    phone = {"width": 360, "height": 740}
    looks = [
        ("desktop-light", desktop, "light", 1),
        ("desktop-dark", desktop, "dark", 1),
        ("phone-light", phone, "light", 2),
        ("phone-dark", phone, "dark", 2),
    ]
    only = sys.argv[4:] or [name for name, *_ in looks]
    with sync_playwright() as driver:
        for name, viewport, scheme, scale in looks:
            if name not in only:
                continue
            with chromium(driver, Path(speech)) as browser:
                server = PageServer()
                server.start()
                page = browser.new_page(
                    viewport=viewport, color_scheme=scheme, device_scale_factor=scale
                )
                page.on("console", lambda message: print("console:", message.text))
                page.on("pageerror", lambda error: print("page error:", error))
                converse(page, server, pcm, out, name)
        with chromium(driver, None, allow=False) as browser, page_server() as server:
            page = browser.new_page(viewport=desktop)
            page.goto(server.url)
            page.click("#begin")
            page.wait_for_selector("#note strong")
            page.screenshot(path=out / "error-microphone.png")


if __name__ == "__main__":
    main(*sys.argv[1:4])
