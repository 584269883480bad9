"""A tiny HTTP API, as a council might have one: python server.py [PORT]."""

import json
import sys
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

EVERY = {"paper": (14, 2), "glass": (28, 9), "rest": (7, 4)}
"""Kind → every so many days, from that day of 2026 on."""


def collections(kind: str) -> list[dict[str, str]]:
    today, found = date.today(), []
    for name, (days, first) in EVERY.items():
        gone = (today - date(2026, 1, first)).days
        found.append({"kind": name, "day": f"{today + timedelta(-gone % days):%A, %d %B}"})
    return [one for one in found if kind in ("", one["kind"])]


class Api(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        self.answer(200, collections(asked.get("kind", [""])[0]))

    def do_POST(self) -> None:
        missed = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(201, {"noted": missed["kind"]})

    def answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8099
    with ThreadingHTTPServer(("127.0.0.1", port), Api) as server:
        server.serve_forever()
