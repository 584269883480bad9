"""The web application: the socket, the page, health and metrics."""

from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket

from vivavoce.core import VivavoceError
from vivavoce.web import apis
from vivavoce.web.api.desk import Desk
from vivavoce.web.api.minds import Minds
from vivavoce.web.conversation import OpenSession
from vivavoce.web.gate import answer_protocol, refusal, wants_beta
from vivavoce.web.limits import ServeConfig
from vivavoce.web.metrics import Metrics
from vivavoce.web.playground import room
from vivavoce.web.playground.author import Author
from vivavoce.web.realtime.connection import Connection
from vivavoce.web.realtime.settings import Extras

PAGE = Path(__file__).parent / "page"
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
"""A page of somebody else's that showed ours in a frame could have its visitors press a yes."""


def create_app(
    open_session: OpenSession,
    *,
    token: str | None = None,
    limits: ServeConfig | None = None,
    mind: Minds | None = None,
    author: Author | None = None,
) -> Starlette:
    """open_session is called once a connection, on the event loop. mind: who answers the HTTP
    APIs; without one they are not there. author: who writes in the playground, beside a mind."""
    hall = _Hall(open_session, token, limits or ServeConfig(), mind)
    routes: list[BaseRoute] = [
        WebSocketRoute("/v1/realtime", hall.realtime),
        Route("/healthz", hall.health),
        Route("/metrics", hall.show_metrics),
    ]
    if mind is not None:
        desk = Desk(mind, token, hall.limits, hall.metrics)
        if author is not None:
            routes += room.routes(author, desk)
        routes += apis.routes(desk)
    if PAGE.is_dir():
        routes.append(Mount("/", _Page(directory=PAGE, html=True)))
    app = Starlette(routes=routes)
    app.state.metrics = hall.metrics
    return app


class _Page(StaticFiles):
    """The page loads nothing from elsewhere, and its address may hold a token: it tells nobody."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-cache"
        return response


class _Hall:
    """The endpoints, and how many are in."""

    def __init__(
        self, open_session: OpenSession, token: str | None, limits: ServeConfig, mind: Minds | None
    ) -> None:
        self.metrics = Metrics()
        self._mind = mind
        self._open_session = open_session
        self._token = token
        self.limits = limits
        self._open = 0

    async def health(self, _request: Request) -> Response:
        return JSONResponse(
            {"status": "ok", "conversations": self._open, "most": self.limits.max_conversations}
        )

    async def show_metrics(self, request: Request) -> Response:
        if why := refusal(request, self._token):
            return PlainTextResponse(why, 403 if self._token is None else 401)
        return Response(self.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def realtime(self, socket: WebSocket) -> None:
        if why := refusal(socket, self._token):
            status = 403 if self._token is None else 401
            await self._refuse(socket, status, "unauthorized", why)
            return
        if self._open >= self.limits.max_conversations:
            most = self.limits.max_conversations
            why = f"all {most} conversations are taken; try again when one has ended"
            await self._refuse(socket, 503, "too_many_conversations", why)
            return
        self._open += 1
        self.metrics.open.set(self._open)
        try:
            await self._converse(socket)
        finally:
            self._open -= 1
            self.metrics.open.set(self._open)

    async def _converse(self, socket: WebSocket) -> None:
        extras = Extras(
            frames=socket.query_params.get("frames") in ("1", "true"), model=self.limits.answers
        )
        try:
            connection = Connection(
                socket,
                self._open_session,
                self.limits,
                self.metrics,
                wants_beta(socket),
                extras,
                self._mind.cards if self._mind else None,
            )
        except VivavoceError as error:
            await self._refuse(socket, 503, error.code, str(error))
            return
        self.metrics.begun.inc()
        await connection.run(answer_protocol(socket))

    async def _refuse(self, socket: WebSocket, status: int, code: str, why: str) -> None:
        self.metrics.refused.labels(code).inc()
        error = {"type": "invalid_request_error", "code": code, "message": why}
        await socket.send_denial_response(JSONResponse({"error": error}, status))
