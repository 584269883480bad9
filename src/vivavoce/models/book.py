"""The owner's book of models: which there are elsewhere, and which of them may be used."""

import difflib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from vivavoce.core import ConfigError
from vivavoce.models.remote import Remote, Server, connect

SECRETS = ("key", "api_key", "apikey", "token", "secret", "password", "authorization")
_FIELDS = [f.name for f in fields(Server) if f.name != "name"]
_SERVER = TypeAdapter(Server)


@dataclass(frozen=True, slots=True)
class Book:
    """What was read from a file."""

    path: Path
    servers: tuple[Server, ...] = ()

    @property
    def on(self) -> tuple[Server, ...]:
        """Those that their owner has turned on."""
        return tuple(server for server in self.servers if server.on)


def default_path() -> Path:
    """VIVAVOCE_MODELS, else vivavoce/models.toml in the user's folder of settings."""
    if own := os.environ.get("VIVAVOCE_MODELS"):
        return Path(own).expanduser().absolute()
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "vivavoce/models.toml"


def read_book(path: Path | None = None) -> Book:
    """The book; an empty one if there is no file where one may be. ConfigError names the file, the
    entry and the field."""
    named = path is not None or bool(os.environ.get("VIVAVOCE_MODELS"))
    path = path or default_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as missing:
        if not named:
            return Book(path)
        raise ConfigError(f"{path} is missing; write your models there") from missing
    except (OSError, UnicodeDecodeError) as unreadable:
        why = unreadable.strerror if isinstance(unreadable, OSError) else "it is not text"
        raise ConfigError(f"{path} can't be read ({why}); mend it") from unreadable
    return parse(text, path)


def parse(text: str, path: Path) -> Book:
    """The book in a TOML text; a relative key_file counts from the folder of path."""
    try:
        whole = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"{path} is not TOML: {broken}; mend it") from None
    for other in whole.keys() - {"models"}:
        raise ConfigError(f"{path}: there is no {other!r} here; entries begin with [models.NAME]")
    tables = whole.get("models", {})
    if not isinstance(tables, dict):
        raise ConfigError(f"{path}: models is a table; entries begin with [models.NAME]")
    return Book(path, tuple(_entry(path, name, table) for name, table in tables.items()))


def open_models(book: Book) -> dict[str, Remote]:
    """Name → model, of all that are on; nothing is sent before a model is asked something."""
    return {server.name: connect(server) for server in book.on}


def _entry(path: Path, name: str, table: object) -> Server:
    def wrong(what: str) -> NoReturn:
        raise ConfigError(f"{path}, [models.{name}]: {what}") from None

    if not isinstance(table, dict):
        wrong("an entry is a table of settings")
    if name in ("auto", ""):
        wrong("choose another name; auto means that we choose the model")
    for field in table:
        if field.lower() in SECRETS:
            wrong(
                f"{field}: a key does not belong into this file; put it into a file of its own and "
                'write key_file = "PATH", or into the environment and write key_env = "NAME"'
            )
        if field not in _FIELDS:
            near = difflib.get_close_matches(field, _FIELDS, 1)
            wrong(f"{field}: there is no such setting{f'; is it {near[0]}?' if near else ''}")
    try:
        server = _SERVER.validate_json(_json(table | {"name": name}), strict=True)
    except ValidationError as invalid:
        first = invalid.errors(include_input=False, include_url=False)[0]
        wrong(f"{'.'.join(map(str, first['loc']))}: {first['msg'][:1].lower()}{first['msg'][1:]}")
    except ConfigError as invalid:
        wrong(str(invalid))
    if not server.key_file:
        return server
    file = Path(server.key_file).expanduser()
    return replace(server, key_file=str(path.parent / file))


def _json(table: Mapping[str, Any]) -> str:
    return json.dumps(table, default=str)
