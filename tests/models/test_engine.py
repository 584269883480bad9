"""llama.cpp's server inside our process, asked over loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import anyio
import pytest

from vivavoce.core import Retry
from vivavoce.models.engine import Engine


@contextmanager
def counting(status: int = 200) -> Iterator[Engine]:
    """An engine whose server takes each word for a token."""

    class Counts(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert (self.path, asked["parse_special"]) == ("/tokenize", True)
            body = json.dumps({"tokens": asked["content"].split()}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Counts) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        at = f"http://127.0.0.1:{server.server_port}"
        engine = Engine(SimpleNamespace(listening_address=at), 2)
        try:
            yield engine
        finally:
            engine.close()
            server.shutdown()
            thread.join()


def test_what_is_counted_here_goes_past_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with counting() as engine:
        assert anyio.run(engine.count, "three little words") == 3
        assert anyio.run(engine.count, "in another loop") == 3


def test_a_server_that_fails_or_is_gone_may_be_asked_again() -> None:
    with counting(status=503) as engine, pytest.raises(Retry, match="can't count"):
        anyio.run(engine.count, "words")
    gone = Engine(SimpleNamespace(listening_address="http://127.0.0.1:9"), 1)
    with pytest.raises(Retry, match="can't count"):
        anyio.run(gone.count, "words")
    gone.close()
