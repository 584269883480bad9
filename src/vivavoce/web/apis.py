"""The addresses of the HTTP APIs."""

import time
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from vivavoce.web.anthropic import messages
from vivavoce.web.anthropic import models as anthropic_models
from vivavoce.web.anthropic.errors import MESSAGES
from vivavoce.web.api.desk import Asked, Desk, Shown
from vivavoce.web.api.errors import Bad
from vivavoce.web.api.seal import Seal
from vivavoce.web.openai import chat, completions, models, responses
from vivavoce.web.openai.errors import CHAT, COMPLETIONS, OTHERS, RESPONSES
from vivavoce.web.openai.store import Store


def routes(desk: Desk) -> list[BaseRoute]:
    """All of them; the last answers for what there is not."""
    rooms = _Rooms(desk)
    post, get = ["POST"], ["GET"]
    openai, anthropic = rooms.openai, rooms.anthropic
    found: list[BaseRoute] = [
        Route("/v1/chat/completions", Asked(desk, CHAT, chat.understand), methods=post),
        Route("/v1/completions", Asked(desk, COMPLETIONS, completions.understand), methods=post),
        Route("/v1/responses", Asked(desk, RESPONSES, rooms.respond), methods=post),
        Route("/v1/responses/input_tokens", openai(rooms.count_response), methods=post),
        Route("/v1/responses/{id}", openai(rooms.response), methods=get),
        Route("/v1/responses/{id}", openai(rooms.forget), methods=["DELETE"]),
        Route("/v1/messages", Asked(desk, MESSAGES, rooms.message), methods=post),
        Route("/v1/messages/count_tokens", anthropic(rooms.count), methods=post),
        Route("/v1/models", rooms.either(rooms.models), methods=get),
        Route("/v1/models/{id:path}", rooms.either(rooms.model), methods=get),
        Route("/v1/{rest:path}", rooms.either(rooms.nothing)),
    ]
    return found


class _Rooms:
    """Endpoints that look something up, and what they share."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seal = Seal()
        self._store = Store(desk.limits.max_responses)
        self._since = int(time.time())

    def openai(self, look: Any) -> Shown:
        return Shown(self._desk, OTHERS, look)

    def anthropic(self, look: Any) -> Shown:
        return Shown(self._desk, MESSAGES, look)

    def either(self, look: Any) -> "_Either":
        return _Either(self.openai(look), self.anthropic(look))

    def respond(self, body: dict[str, Any], cards: Any) -> responses.Response:
        return responses.understand(body, cards, self._store, self._seal)

    def message(self, body: dict[str, Any], cards: Any) -> messages.Reply:
        return messages.understand(body, cards, self._seal)

    async def count_response(self, request: Request) -> dict[str, Any]:
        body, cards = await self._desk.body(request), self._desk.mind.cards()
        ask = responses.to_count(body, cards, self._store, self._seal)
        tokens = await self._desk.mind.count(ask)
        return {"object": "response.input_tokens", "input_tokens": tokens}

    async def response(self, request: Request) -> dict[str, Any]:
        return self._store.find(request.path_params["id"]).shown

    async def forget(self, request: Request) -> dict[str, Any]:
        name = request.path_params["id"]
        self._store.drop(name)
        return {"id": name, "object": "response", "deleted": True}

    async def count(self, request: Request) -> dict[str, Any]:
        body, cards = await self._desk.body(request), self._desk.mind.cards()
        return {
            "input_tokens": await self._desk.mind.count(messages.to_count(body, cards, self._seal))
        }

    async def models(self, request: Request) -> dict[str, Any]:
        cards = self._desk.mind.cards()
        if _is_anthropic(request.headers):
            return anthropic_models.listed(cards, self._since, request.query_params)
        return models.listed(cards, self._since)

    async def model(self, request: Request) -> dict[str, Any]:
        name = request.path_params["id"]
        card = models.one(name, self._desk.mind.cards())
        show = anthropic_models.shown if _is_anthropic(request.headers) else models.shown
        return show(name, card, self._since)

    async def nothing(self, request: Request) -> dict[str, Any]:
        raise Bad(f"there is no {request.method} {request.url.path} here", (), "not_found", 404)


class _Either:
    """The same for both vendors' clients, told apart by Anthropic's version header."""

    def __init__(self, openai: Shown, anthropic: Shown) -> None:
        self._openai, self._anthropic = openai, anthropic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        shown = self._anthropic if _is_anthropic(headers) else self._openai
        await shown(scope, receive, send)


def _is_anthropic(headers: Headers) -> bool:
    return "anthropic-version" in headers
