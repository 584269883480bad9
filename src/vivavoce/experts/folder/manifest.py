"""expert.toml: what may stand in it, and errors that say where it is wrong."""

import difflib
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from vivavoce.core import ConfigError, Rank
from vivavoce.experts.expert import Manifest, Rule, Setting, Yes
from vivavoce.experts.tool import Effect

FILE = "expert.toml"
MOST_BYTES = 200_000
WORD = r"^[a-z][a-z0-9]{0,31}$"
NAME = r"^[a-z][a-z0-9_]{0,63}$"

_Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\n]*$")]
_Name = Annotated[str, Field(pattern=NAME)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RuleTable(_Table):
    """[rules.TOOL]"""

    least: Rank = "guest"
    yes: Yes = "untrusted"
    sure: float = Field(0.0, ge=0, le=1, strict=False)


class SettingTable(_Table):
    """[settings.NAME]"""

    about: _Line
    default: str = ""
    secret: bool = False


class McpTable(_Table):
    """[mcp]: a server that has the tools. Of command and url exactly one."""

    command: list[str] = []
    """The program and its arguments; {setting} is put in."""
    url: str = ""
    """Of a server over Streamable HTTP; {setting} is put in."""
    env: dict[str, str] = {}
    """For a command; {setting} is put in. One whose settings are all empty is left out."""
    headers: dict[str, str] = {}
    """For a URL; as env."""
    trusted: bool = False
    """Its results are this house's own words."""
    effects: dict[str, Effect] = {}
    """By tool, where the owner knows better than the server tells."""
    timeout_s: float = Field(30.0, gt=0, le=3600, strict=False)
    """For one call."""


class OpenApiTable(_Table):
    """[openapi]: a document that describes the tools. Of file and url exactly one."""

    file: str = ""
    """Beside expert.toml, or a whole path."""
    url: str = ""
    """Where the document is fetched from; {setting} is put in."""
    server: str = ""
    """Address of the API, if not the document's own; {setting} is put in."""
    only: list[str] = []
    """Operations to offer; empty: all."""
    trusted: bool = False
    effects: dict[str, Effect] = {}
    timeout_s: float = Field(20.0, gt=0, le=600, strict=False)


class Written(_Table):
    """The whole file."""

    name: str = Field(pattern=WORD)
    about: _Line
    when: list[_Line] = Field(min_length=1)
    always: list[str] = []
    settings: dict[_Name, SettingTable] = {}
    rules: dict[str, RuleTable] = {}
    mcp: McpTable | None = None
    openapi: OpenApiTable | None = None

    def manifest(self) -> Manifest:
        """As the rest of the house knows it."""
        return Manifest(
            self.name,
            self.about,
            tuple(self.when),
            {tool: Rule(r.least, r.yes, r.sure) for tool, r in self.rules.items()},
            tuple(Setting(n, s.about, s.default, s.secret) for n, s in self.settings.items()),
            tuple(self.always),
        )


_HINTS = {
    "name": "choose a word of small letters, like weather",
    "about": "say in one line what the expert is for",
    "when": 'write requests as people put them: when = ["is it going to rain", …]',
}


def read_written(folder: Path) -> Written:
    """A folder's expert.toml. ConfigError names the file, the line and what would do."""
    path = folder / FILE
    text = read_text(path, f"write one; vivavoce experts new {folder.name} shows how")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"{path} is not TOML: {broken}; mend it") from None
    try:
        written = Written.model_validate(raw)
    except ValidationError as invalid:
        _explain(path, text, invalid)
    if written.mcp and bool(written.mcp.command) == bool(written.mcp.url):
        _wrong(path, text, ("mcp",), "of command and url write exactly one")
    if written.openapi and bool(written.openapi.file) == bool(written.openapi.url):
        _wrong(path, text, ("openapi",), "of file and url write exactly one")
    return written


def read_text(path: Path, otherwise: str) -> str:
    """A file of an expert's. ConfigError: it can't be read; otherwise says what would do if there
    is none."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path} has more than {MOST_BYTES:,} bytes; make it shorter")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path} is missing; {otherwise}") from None
    except (OSError, UnicodeDecodeError) as unreadable:
        why = unreadable.strerror if isinstance(unreadable, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path} can't be read ({why}); mend it") from None


def line_of(text: str, where: tuple[str | int, ...]) -> int | None:
    """The line, from 1, on which a key stands; None: it can't be told."""
    names = [str(part) for part in where if isinstance(part, str)]
    lines = text.split("\n")
    for depth in range(len(names), -1, -1):
        start = 0
        if depth:
            header = re.compile(r"\s*\[\s*" + r"\s*\.\s*".join(map(_key, names[:depth])) + r"\s*\]")
            start = next((i for i, line in enumerate(lines, 1) if header.match(line)), 0)
            if not start:
                continue
        if depth == len(names):
            return start or None
        key = re.compile(rf"\s*{_key(names[depth])}\s*[=.]")
        for i, line in enumerate(lines[start:], start + 1):
            if line.lstrip().startswith("["):
                break
            if key.match(line):
                return i
        if depth:
            return start
    return None


def _key(name: str) -> str:
    return rf"[\"']?{re.escape(name)}[\"']?"


def _explain(path: Path, text: str, invalid: ValidationError) -> NoReturn:
    first = invalid.errors(include_input=False, include_url=False)[0]
    where = first["loc"]
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(where[-1]), _known(where[:-1]), 1)
        instead = f"is it {near[0]}?" if near else f"there are: {', '.join(_known(where[:-1]))}"
        _wrong(path, text, where, f"there is no such setting; {instead}")
    said = "it is missing" if first["type"] == "missing" else _lower(first["msg"])
    hint = _HINTS.get(str(where[0]), "") if len(where) < 3 else ""
    _wrong(path, text, where, f"{said}{'; ' if hint else ''}{hint}")


def _wrong(path: Path, text: str, where: tuple[str | int, ...], what: str) -> NoReturn:
    line = line_of(text, where)
    named = ".".join(str(part) for part in where if part != "[key]")
    raise ConfigError(f"{path}{f', line {line}' if line else ''}: {named}: {what}") from None


def _known(where: tuple[str | int, ...]) -> list[str]:
    """The keys that a table has."""
    tables: dict[str, type[BaseModel]] = {
        "settings": SettingTable,
        "rules": RuleTable,
        "mcp": McpTable,
        "openapi": OpenApiTable,
    }
    table = tables.get(str(where[0]), Written) if where else Written
    return list(table.model_fields)


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]


Kind = Literal["tools.py", "mcp", "openapi"]


def kind_of(written: Written, folder: Path) -> Kind:
    """Where the tools come from. ConfigError: from nowhere, or from more than one place."""
    has = {
        "tools.py": (folder / "tools.py").is_file(),
        "mcp": written.mcp is not None,
        "openapi": written.openapi is not None,
    }
    found: list[Any] = [kind for kind, there in has.items() if there]
    if len(found) != 1:
        what = f"it has {' and '.join(found)}; keep one" if found else "it has no tools"
        raise ConfigError(
            f"{folder / FILE}: {what}: a tools.py beside it, or a table [mcp] or [openapi]"
        )
    kind: Kind = found[0]
    return kind
