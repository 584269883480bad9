"""A server for the page alone: serves it strictly, keeps what it sends, says what it is told."""

import asyncio
import base64
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from vivavoce.web.app import POLICY

Json = dict[str, Any]
RATE = 24_000
PAGE = Path(str(files("vivavoce"))) / "web" / "page"


def pcm16(samples: NDArray[np.float32]) -> str:
    """Samples (n,) in base64, as the wire carries them."""
    return base64.b64encode((samples * 32767).astype("<i2").tobytes()).decode()


async def _strict(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


class PageServer:
    """Runs in its own thread; the test drives it step by step."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self.came: list[tuple[float, Json]] = []
        """(seconds by the clock, event), every event of every connection."""
        self.connections = 0
        self.url = ""
        self.most = 4
        self.full = False
        """All conversations are taken: a handshake is refused."""
        self._port = 0
        self._socket: WebSocket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self) -> None:
        """Listen (again, on the same port, after a stop)."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}/"
        config = uvicorn.Config(
            self._app(), log_level="warning", ws="websockets-sansio", timeout_graceful_shutdown=1
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, args=(listener,), daemon=True)
        self._thread.start()
        self.until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()

    def send(self, *events: Json) -> None:
        """To the page, in this order."""
        assert self._loop is not None

        async def all_of_them() -> None:
            assert self._socket is not None
            for event in events:
                await self._socket.send_text(json.dumps(event))

        asyncio.run_coroutine_threadsafe(all_of_them(), self._loop).result(5)

    def sound(self, item: str, samples: NDArray[np.float32]) -> None:
        """Send an answer's audio at once, in 80 ms pieces."""
        self.send(
            *(
                {"type": "response.output_audio.delta", "item_id": item, "delta": pcm16(piece)}
                for piece in np.array_split(samples, max(1, len(samples) // 1920))
            )
        )

    def all(self, kind: str) -> list[Json]:
        return [event for _, event in self.came if event["type"] == kind]

    def microphone(self) -> NDArray[np.float32]:
        """All that the microphone sent, (n,) at 24 kHz."""
        raw = b"".join(base64.b64decode(e["audio"]) for e in self.all("input_audio_buffer.append"))
        return np.frombuffer(raw, "<i2").astype(np.float32) / 32768

    def played_ms(self, item: str) -> list[float]:
        return [e["played_ms"] for e in self.all("vivavoce.playback") if e["item_id"] == item]

    def until(self, true: Callable[[], object], seconds: float = 10) -> None:
        """Wait for it; what does not come in time fails the test."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"did not come within {seconds} s"
            time.sleep(0.01)

    def _run(self, listener: socket.socket) -> None:
        async def serve() -> None:
            self._loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[listener])

        asyncio.run(serve())

    async def _talk(self, websocket: WebSocket) -> None:
        if self.full or (self.token and websocket.query_params.get("token") != self.token):
            await websocket.close()
            return
        await websocket.accept()
        self._socket = websocket
        self.connections += 1
        await websocket.send_json({"type": "session.created", "session": {"id": "sess_1"}})
        with contextlib.suppress(WebSocketDisconnect):
            while True:
                self.came.append((time.monotonic(), json.loads(await websocket.receive_text())))

    def _app(self) -> Starlette:
        async def health(_: Request) -> Response:
            return JSONResponse({"conversations": self.most if self.full else 0, "most": self.most})

        async def models(_: Request) -> Response:
            return JSONResponse({"object": "list", "data": [{"id": "small"}, {"id": "large"}]})

        return Starlette(
            routes=[
                Route("/v1/models", models),
                Route("/healthz", health),
                WebSocketRoute("/v1/realtime", self._talk),
                Mount("/", StaticFiles(directory=PAGE, html=True)),
            ],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=_strict)],
        )


@contextlib.contextmanager
def page_server(token: str | None = None) -> Iterator[PageServer]:
    server = PageServer(token)
    server.start()
    try:
        yield server
    finally:
        server.stop()
