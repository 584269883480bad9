"""Servers of feeds on loopback: they tell when nothing has changed, are slow, huge or gone."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

FEEDS = Path(__file__).with_name("feeds")


@dataclass
class Paper:
    """One feed's address."""

    body: bytes = b""
    content_type: str = "application/rss+xml; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = ""
    slow: bool = False
    """It sends its first bytes, and nothing more."""
    endless: bytes = b""
    """Sent after the body until nobody listens."""


@dataclass
class Press:
    """All that one server has, by path."""

    papers: dict[str, Paper] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Paths and headers."""
    sent: int = 0
    """Bytes of endless ones."""
    over: Event = field(default_factory=Event)

    def put(self, path: str, body: bytes | str = b"", **more: object) -> Paper:
        raw = body.encode() if isinstance(body, str) else body
        self.papers[path] = Paper(raw, **more)  # type: ignore[arg-type]
        return self.papers[path]

    def count(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.asked)


def real(name: str) -> bytes:
    """A feed as its kind really looks."""
    return (FEEDS / name).read_bytes()


def rss(*items: str, title: str = "A paper") -> str:
    """The items of a channel."""
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>'
        f"<link>http://a.example</link><description/>{''.join(items)}</channel></rss>"
    )


def item(title: str, at: str = "", key: str = "", text: str = "", link: str = "") -> str:
    """at: as RFC 822 has it."""
    told = f"<title>{title}</title><guid isPermaLink='false'>{key or title}</guid>"
    told += f"<description>{text}</description>" if text else ""
    told += f"<link>{link}</link>" if link else ""
    return f"<item>{told}{f'<pubDate>{at}</pubDate>' if at else ''}</item>"


@contextmanager
def printing(press: Press) -> Iterator[str]:
    """The server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            press.asked.append((self.path, dict(self.headers)))
            paper = press.papers.get(self.path, Paper(status=404))
            known = paper.etag and self.headers["If-None-Match"] == paper.etag
            self.send_response(304 if known else paper.status)
            if paper.etag:
                self.send_header("ETag", paper.etag)
            self.send_header("Content-Type", paper.content_type)
            for name, value in paper.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if known:
                return
            with suppress(OSError):  # they had read enough
                self.wfile.write(paper.body)
                if paper.slow:
                    press.over.wait(20)
                while paper.endless and not press.over.is_set():
                    self.wfile.write(paper.endless)
                    press.sent += len(paper.endless)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        press.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
