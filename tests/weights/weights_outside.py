"""A hub and a package index on loopback, whose connections tear and stall as told."""

import hashlib
import html
import io
import json
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from vivavoce.weights.entry import File
from vivavoce.weights.settings import Settings


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file(name: str, data: bytes) -> File:
    return File(name, len(data), sha(data))


def wheel(members: Mapping[str, bytes]) -> bytes:
    """A wheel's bytes; the same for the same members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@dataclass
class Outside:
    """What is out there; paths start with a slash."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    pages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """path → (content type, body)"""
    tears: dict[str, list[int]] = field(default_factory=dict)
    """path → after how many bytes the first, second, … answer breaks off"""
    gates: dict[str, tuple[int, threading.Event]] = field(default_factory=dict)
    """path → after how many bytes to stall until the event"""
    broken: dict[str, list[int]] = field(default_factory=dict)
    """path → statuses to answer with at first"""
    ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """(path, Range) of every request"""
    stalled: threading.Event = field(default_factory=threading.Event)

    def settings(self, **other: object) -> Settings:
        made = {"hub": f"{self.url}/hub", "indexes": (f"{self.url}/simple",), "backoff_s": 0.01}
        return Settings(**(made | other))  # type: ignore[arg-type]

    def hub(self, repository: str, name: str, data: bytes, revision: str = "main") -> str:
        path = f"/hub/{repository}/resolve/{revision}/{name}"
        self.files[path] = data
        return path

    def publish(
        self, requirement: str, members: Mapping[str, bytes], *, as_html: bool = False
    ) -> str:
        """Put a wheel into the index; its path."""
        package, _, version = requirement.partition("==")
        filename = f"{package.replace('-', '_')}-{version}-py3-none-any.whl"
        data = wheel(members)
        path = f"/packages/{filename}"
        self.files[path] = data
        if as_html:
            body = f'<a href="../..{path}#sha256={sha(data)}">{html.escape(filename)}</a>'
            kind = "text/html"
        else:
            row = {"filename": filename, "url": f"../..{path}", "hashes": {"sha256": sha(data)}}
            older = {"filename": f"{package}-0.0.1.tar.gz", "url": "x", "hashes": {}}
            body = json.dumps({"files": [older, row | {"size": len(data)}]})
            kind = "application/vnd.pypi.simple.v1+json"
        self.pages[f"/simple/{package}/"] = (kind, body.encode())
        return path

    def asked_for(self, path: str) -> list[str | None]:
        """The Range of each request for path."""
        return [given for where, given in self.asked if where == path]


@contextmanager
def outside() -> Iterator[Outside]:
    """Listening until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its base's name
            """Silent."""

        def do_GET(self) -> None:
            given = self.headers.get("Range")
            world.asked.append((self.path, given))
            if world.broken.get(self.path):
                self._send(world.broken[self.path].pop(0), b"")
            elif self.path in world.pages:
                kind, body = world.pages[self.path]
                self._send(200, body, {"Content-Type": kind})
            elif self.path in world.files:
                self._file(world.files[self.path], given)
            else:
                self._send(404, b"")

        def _file(self, data: bytes, given: str | None) -> None:
            more = dict(world.headers.get(self.path, {}))
            if not (given and world.ranges):
                self._send(200, data, more)
                return
            start = int(given.removeprefix("bytes=").removesuffix("-"))
            if start >= len(data):
                self._send(416, b"")
                return
            more["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self._send(206, data[start:], more)

        def _send(self, status: int, body: bytes, more: Mapping[str, str] | None = None) -> None:
            self.send_response(status)
            for name, value in (more or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if world.tears.get(self.path):
                self.wfile.write(body[: world.tears[self.path].pop(0)])
                self.close_connection = True
                return
            if self.path in world.gates:
                size, gate = world.gates[self.path]
                self.wfile.write(body[:size])
                self.wfile.flush()
                world.stalled.set()
                gate.wait(30)
                body = body[size:]
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):  # the client was killed
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    world = Outside(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield world
    finally:
        for _, gate in world.gates.values():
            gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


class Told:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.moved = 0
        self.waits = threading.Event()

    def start(self, name: str, source: str, total: int | None, done: int) -> None:
        self.moved = done

    def advance(self, size: int) -> None:
        self.moved += size

    def stop(self) -> None:
        """Nothing."""

    def say(self, line: str) -> None:
        self.lines.append(line)
        if "waiting" in line:
            self.waits.set()
