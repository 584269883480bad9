"""A real HTTP API on loopback, and its OpenAPI document."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "House", "version": "1"},
    "servers": [{"url": "{scheme}://127.0.0.1:1/v1", "variables": {"scheme": {"default": "http"}}}],
    "security": [{"key": []}],
    "paths": {
        "/rooms/{room}": {
            "parameters": [{"$ref": "#/components/parameters/room"}],
            "get": {
                "operationId": "getRoom",
                "summary": "How a room is.",
                "parameters": [
                    {"name": "what", "in": "query", "schema": {
                        "type": "array", "items": {"type": "string"}}},
                    {"name": "joined", "in": "query", "explode": False, "schema": {
                        "type": "array", "items": {"type": "integer"}}},
                    {"name": "X-Unit", "in": "header", "schema": {
                        "type": "string", "enum": ["C", "F"], "nullable": True}},
                ],
            },
            "put": {
                "operationId": "set-room",
                "requestBody": {"required": True, "content": {"application/json": {
                    "schema": {"$ref": "#/components/schemas/Room"}}}},
            },
            "delete": {"summary": "Tear it down."},
        },
        "/form": {"post": {"operationId": "form", "security": [], "requestBody": {"content": {
            "application/x-www-form-urlencoded": {"schema": {
                "type": "object", "properties": {"a": {"type": "boolean"}}}}}}}},
        "/many": {"post": {"operationId": "many", "security": [{}], "requestBody": {
            "required": True, "content": {"application/json": {
                "schema": {"type": "array", "items": {"type": "integer"}}}}}}},
        "/flood": {"get": {"operationId": "flood", "security": []}},
        "/busy": {"get": {"operationId": "busy", "security": []}},
        "/away": {"get": {"operationId": "away", "security": []}},
        "/picture": {"get": {"operationId": "picture", "security": []}},
        "/slow": {"get": {"operationId": "slow", "security": []}},
        "/both": {"get": {"operationId": "both", "security": [{"basic": []}, {"bearer": []}]}},
        "/upload": {"post": {"operationId": "upload", "requestBody": {
            "content": {"multipart/form-data": {}}}}},
        "/elsewhere": {"get": {"operationId": "elsewhere", "parameters": [
            {"$ref": "https://example.org/x"}]}},
        "/lost/{id}": {"get": {"operationId": "lost"}},
    },
    "components": {
        "parameters": {"room": {
            "name": "room", "in": "path", "required": True, "schema": {"type": "string"}}},
        "schemas": {"Room": {
            "type": "object",
            "required": ["id", "warm"],
            "properties": {
                "id": {"type": "integer", "readOnly": True},
                "warm": {"type": "number", "minimum": 5, "exclusiveMinimum": True},
                "parent": {"$ref": "#/components/schemas/Room"},
            }}},
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "basic": {"type": "http", "scheme": "basic"},
            "bearer": {"type": "http", "scheme": "bearer"},
        },
    },
}  # fmt: skip


async def room(request: Request) -> Response:
    if request.headers.get("x-key") != "k1":
        return JSONResponse({"error": "who are you"}, 401)
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.url.query,
            "unit": request.headers.get("x-unit"),
            "body": json.loads(body) if body else None,
        }
    )


async def form(request: Request) -> Response:
    return PlainTextResponse((await request.body()).decode())


async def many(request: Request) -> Response:
    return PlainTextResponse((await request.body()).decode())


async def flood(request: Request) -> Response:
    return PlainTextResponse("x" * 3_000_000)


async def busy(request: Request) -> Response:
    return PlainTextResponse("later", 503)


async def away(request: Request) -> Response:
    return RedirectResponse("http://127.0.0.1:1/")


async def picture(request: Request) -> Response:
    return Response(b"\x89PNG", media_type="image/png")


async def both(request: Request) -> Response:
    return PlainTextResponse(request.headers.get("authorization", ""))


async def slow(request: Request) -> Response:
    await anyio.sleep(3)
    return PlainTextResponse("slow")


async def document(request: Request) -> Response:
    return JSONResponse(DOCUMENT)


APP = Starlette(
    routes=[
        Route("/v1/rooms/{room:path}", room, methods=["GET", "PUT", "DELETE"]),
        Route("/v1/form", form, methods=["POST"]),
        Route("/v1/many", many, methods=["POST"]),
        Route("/v1/flood", flood),
        Route("/v1/busy", busy),
        Route("/v1/away", away),
        Route("/v1/picture", picture),
        Route("/v1/both", both),
        Route("/v1/slow", slow),
        Route("/openapi.json", document),
    ]
)


@contextmanager
def served(app: Starlette = APP) -> Iterator[str]:
    """Its address, while it runs."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
