"""Two servers on loopback: one that answers as SearXNG's documented API does, one with pages."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, dict[str, str], bytes]
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Searxng:
    """What an instance knows; JSON may be off, as it is when it is new."""

    results: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)
    infoboxes: list[dict[str, Any]] = field(default_factory=list)
    silent: list[list[str]] = field(default_factory=list)
    json_is_on: bool = True
    body: bytes | None = None
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)

    def __call__(self, path: str) -> Answer:
        url = urlsplit(path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        self.asked.append(query)
        if url.path != "/search":
            return 404, {}, b""
        if not query.get("q"):
            return 400, {}, b"No query"
        if query.get("format") != "json" or not self.json_is_on:
            return 403, {}, b"Forbidden"
        if query.get("time_range", "day") not in ("day", "week", "month", "year"):
            return 400, {}, b"Invalid time_range"
        made = {
            "query": query["q"],
            "number_of_results": 0,
            "results": self.results,
            "answers": self.answers,
            "corrections": [],
            "infoboxes": self.infoboxes,
            "suggestions": [],
            "unresponsive_engines": self.silent,
        }
        body = self.body if self.body is not None else json.dumps(made).encode()
        return self.status, {"Content-Type": "application/json"}, body


def result(url: str, title: str, content: str, **more: Any) -> dict[str, Any]:
    """As an engine's result looks."""
    return {
        "url": url,
        "title": title,
        "content": content,
        "engine": "duckduckgo",
        "parsed_url": [*urlsplit(url), ""],
        "template": "default.html",
        "engines": ["duckduckgo"],
        "positions": [1],
        "score": 1.0,
        "category": "general",
        "publishedDate": None,
    } | more


@dataclass
class Site:
    """Pages by their paths."""

    pages: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Host and path."""

    def put(self, path: str, html: str | bytes, **headers: str) -> None:
        body = html.encode() if isinstance(html, str) else html
        self.pages[path] = 200, HTML | headers, body

    def __call__(self, path: str) -> Answer:
        return self.pages.get(path, (404, {}, b""))


def packed(html: bytes) -> bytes:
    return gzip.compress(html)


@contextmanager
def serving(answer: Callable[[str], Answer]) -> Iterator[int]:
    """The port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if isinstance(answer, Site):
                answer.asked.append((self.headers["Host"], self.path))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return  # they had read enough

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
