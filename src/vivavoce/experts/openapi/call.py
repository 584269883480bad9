"""A call of an HTTP API: the request as its document wants it, the answer of a limited size."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from vivavoce.core import ConfigError, Image, Refused, Retry
from vivavoce.experts.offered import tool_name
from vivavoce.experts.openapi.document import Operation, Slot, schemes
from vivavoce.experts.tool import Result

MOST_ANSWER = 1_000_000
"""Bytes that are read."""
MOST_CHARS = 20_000
"""…and characters of them told."""
_AGAIN = (429, 502, 503, 504)
_TEXTS = ("text/", "application/xml", "application/yaml", "application/x-ndjson")


async def fetch(client: httpx.AsyncClient, url: str, most: int) -> bytes:
    """What lies at a URL. Retry: its server is away; ConfigError: it is not there, or too large."""
    try:
        async with client.stream("GET", url) as response:
            if response.status_code != 200:
                raise ConfigError(f"{_bare(url)} answers {response.status_code}; is it right?")
            return await _limited(response, most)
    except httpx.InvalidURL:
        raise ConfigError(f"{_bare(url)} is no address") from None
    except httpx.HTTPError as error:
        raise Retry(f"{_bare(url)} can't be reached ({type(error).__name__})") from None


class Caller:
    """Knows the server, and who we are there."""

    def __init__(
        self,
        name: str,
        client: httpx.AsyncClient,
        server: str,
        document: Mapping[str, Any],
        settings: Mapping[str, str],
        trusted: bool,
    ) -> None:
        self._name, self._client, self._server = name, client, server.rstrip("/")
        self._schemes, self._settings = schemes(document), settings
        self._source = "" if trusted else f"api {name}"

    async def call(self, operation: Operation, arguments: Mapping[str, Any]) -> Result:
        """Retry: the server is away or busy. Refused: an argument can't be put into the request.
        ConfigError: who we are there is not set up."""
        request = self._request(operation, arguments)
        try:
            response = await self._client.send(request, stream=True)
            try:
                data = await _limited(response, MOST_ANSWER, cut=True)
            finally:
                await response.aclose()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Retry(f"the server of {self._name} is away; is it running?") from None
        except httpx.HTTPError as error:
            done = "" if operation.method == "get" else ": it may have been done or not"
            raise Retry(f"{self._name}: no answer ({type(error).__name__}){done}") from None
        if response.status_code in _AGAIN:
            raise Retry(f"{self._name} is busy ({response.status_code}); try again in a minute")
        return self._result(response, data)

    def _request(self, operation: Operation, arguments: Mapping[str, Any]) -> httpx.Request:
        path, query = operation.path, list[tuple[str, str]]()
        headers, cookies, body, form = (dict[str, Any]() for _ in range(4))
        for name, value in arguments.items():
            slot = operation.slots.get(name)
            if slot is None or (value is None and slot.place not in ("body", "form")):
                continue
            match slot.place:
                case "path":
                    path = path.replace(f"{{{slot.name}}}", _segment(name, value))
                case "query":
                    query += _pairs(slot, value)
                case "header":
                    headers[slot.name] = _plain(name, value)
                case "cookie":
                    cookies[slot.name] = quote(_plain(name, value))
                case "body":
                    body[slot.name] = value
                case "form":
                    form[slot.name] = value
        content: dict[str, Any] = {}
        whole = arguments.get(operation.whole) if operation.whole else None
        if operation.body.endswith("json") and (body or not operation.whole):
            content["content"] = json.dumps(whole if operation.whole else body).encode()
            headers["Content-Type"] = operation.body
        elif operation.body and form:
            fields = whole if isinstance(whole, dict) else form
            content["data"] = {k: _plain(k, v) for k, v in fields.items() if v is not None}
        self._prove(operation, headers, query, cookies)
        if cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        try:
            url = httpx.URL(self._server + path)
            url = url.copy_merge_params(tuple(query)) if query else url
            method = operation.method.upper()
            return self._client.build_request(method, url, headers=headers, **content)
        except (httpx.InvalidURL, ValueError, UnicodeError) as error:
            raise Refused(f"{operation.name}: the arguments make no request: {error}") from None

    def _prove(
        self,
        operation: Operation,
        headers: dict[str, Any],
        query: list[tuple[str, str]],
        cookies: dict[str, Any],
    ) -> None:
        """By the first alternative for which all is set up."""
        if not operation.security:
            return
        known = {name: self._secret(name) for one in operation.security for name in one}
        chosen = next((one for one in operation.security if all(known[n] for n in one)), None)
        if chosen is None:
            missing = ", ".join(tool_name(n, self._name) for n, value in known.items() if not value)
            raise ConfigError(
                f"{self._name} needs {missing} for that; run: vivavoce setup {self._name}"
            )
        for name in chosen:
            scheme, secret = self._schemes.get(name, {}), known[name]
            kind, how = scheme.get("type"), str(scheme.get("scheme", "")).lower()
            if kind == "apiKey":
                place, key = scheme.get("in"), str(scheme.get("name"))
                if place == "query":
                    query.append((key, secret))
                elif place == "cookie":
                    cookies[key] = secret
                else:
                    headers[key] = secret
            elif kind == "http" and how == "basic":
                headers["Authorization"] = f"Basic {base64.b64encode(secret.encode()).decode()}"
            else:
                headers["Authorization"] = f"Bearer {secret}"

    def _secret(self, scheme: str) -> str:
        """The setting that is called as the scheme."""
        return self._settings.get(tool_name(scheme, self._name), "")

    def _result(self, response: httpx.Response, data: bytes) -> Result:
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        failed = not response.is_success
        images: tuple[Image, ...] = ()
        if kind.startswith("image/") and not failed:
            text, images = "(a picture)", (Image(data, kind),)
        elif kind.endswith("json"):
            text = _short_json(data)
        elif kind.startswith(_TEXTS) or not kind:
            text = data.decode(response.charset_encoding or "utf-8", errors="replace")
        else:
            text = f"({len(data):,} bytes of {kind[:50]})"
        if len(text) > MOST_CHARS:
            text = f"{text[:MOST_CHARS]} … (cut here)"
        if failed:
            text = f"the server answers {response.status_code}{': ' if text else ''}{text}"
        return Result(text or "done", source=self._source, failed=failed, images=images)


async def _limited(response: httpx.Response, most: int, *, cut: bool = False) -> bytes:
    kept = bytearray()
    async for chunk in response.aiter_bytes():
        kept += chunk
        if len(kept) > most:
            if not cut:
                raise ConfigError(f"{_bare(str(response.url))} has more than {most:,} bytes")
            return bytes(kept[:most])
    return bytes(kept)


def _short_json(data: bytes) -> str:
    try:
        return json.dumps(json.loads(data), ensure_ascii=False, separators=(", ", ": "))
    except ValueError:
        return data.decode(errors="replace")


def _segment(name: str, value: Any) -> str:
    """One part of a path, which can't lead out of it."""
    text = _plain(name, value)
    if text in ("", ".", ".."):
        raise Refused(f"{name} can't be {text!r}")
    return quote(text, safe="")


def _pairs(slot: Slot, value: Any) -> list[tuple[str, str]]:
    if isinstance(value, list) and slot.explode:
        return [(slot.name, _plain(slot.name, item)) for item in value]
    if isinstance(value, dict):
        return [(f"{slot.name}[{key}]", _plain(slot.name, item)) for key, item in value.items()]
    return [(slot.name, _plain(slot.name, value))]


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(_plain(name, item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value)
    text = str(value)
    if any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in text):
        raise Refused(f"{name} must be one line of text")
    return text


def _bare(url: str) -> str:
    """Without what may be secret in it."""
    return url.partition("?")[0].partition("#")[0].rpartition("@")[2][:200]
