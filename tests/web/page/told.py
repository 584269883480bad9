"""What the page is made to do, and told, in most tests."""

from playwright.sync_api import Page

from tests.web.page.server import PageServer

ROUTE = {
    "type": "vivavoce.route",
    "response_id": "r",
    "model": "large",
    "why": "the words ask to think hard",
    "thought": 212,
    "granted": 256,
    "kept": "exact",
    "fell_from": [],
    "shortened": 0,
}


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


def answers(server: PageServer, text: str) -> None:
    item = {"id": "a1", "type": "message", "role": "assistant", "content": []}
    about = {"response_id": "r", "item_id": "a1"}
    server.send(
        {"type": "response.output_item.added", "response_id": "r", "item": item},
        {"type": "response.output_audio_transcript.delta", **about, "delta": text},
        ROUTE,
        {"type": "response.done", "response": {"id": "r", "status": "completed"}},
        {"type": "output_audio_buffer.stopped", "response_id": "r"},
    )
