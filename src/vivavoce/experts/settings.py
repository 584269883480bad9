"""What an expert's owner has set up: the environment, experts.toml, or the default."""

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any

from vivavoce.core import ConfigError
from vivavoce.experts.announcer import Announce, silent
from vivavoce.experts.expert import Expert, Setting, Setup
from vivavoce.files import storable, write_whole


def config_root() -> Path:
    """vivavoce in the user's folder of settings."""
    config = os.environ.get("XDG_CONFIG_HOME")
    return (Path(config) if config else Path.home() / ".config") / "vivavoce"


def settings_path() -> Path:
    """experts.toml: a table of settings for each expert; its owner alone may read it."""
    return config_root() / "experts.toml"


def data_root() -> Path:
    """Where experts keep their own data, in experts/NAME of VIVAVOCE_EXPERTS_DATA, else of
    vivavoce in the user's data folder."""
    if own := os.environ.get("VIVAVOCE_EXPERTS_DATA"):
        return Path(own).expanduser().absolute() / "experts"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local/share") / "vivavoce/experts"


def variable(expert: str, setting: str) -> str:
    """The environment's name of a setting."""
    return f"VIVAVOCE_{expert}_{setting}".upper()


def setup_of(
    expert: Expert,
    folder: Path | None = None,
    announce: Announce = silent,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> Setup:
    """What an expert is opened with. folder: of all experts' data; each gets one of its own in it,
    made here. ConfigError: a file of settings can't be read."""
    name = expert.manifest.name
    mine = (folder or data_root()) / name
    mine.mkdir(parents=True, exist_ok=True, mode=0o700)

    def announces(text: str, *, about: str = "", good_s: float = inf) -> None:
        announce(text, about=about and f"{name}: {about}", good_s=good_s)

    return Setup(values(expert), mine, announces, now)


def values(expert: Expert) -> dict[str, str]:
    """Setting → value; empty: not set. ConfigError: a file can't be read."""
    table = _table(settings_path(), expert.manifest.name)
    return {s.name: _value(expert.manifest.name, s, table) for s in expert.manifest.settings}


def origins(expert: Expert) -> dict[str, str]:
    """Setting → where its value is from: a variable's name, the file, "default", or "not set"."""
    name, found = expert.manifest.name, {}
    table = _table(settings_path(), name)
    for setting in expert.manifest.settings:
        variables = (variable(name, setting.name), f"{variable(name, setting.name)}_FILE")
        used = next((v for v in variables if v in os.environ), "")
        in_file = any(key in table for key in (setting.name, f"{setting.name}_file"))
        default = "default" if setting.default else "not set"
        found[setting.name] = used or (str(settings_path()) if in_file else default)
    return found


def save(expert: str, given: Mapping[str, str], path: Path | None = None) -> Path:
    """Into experts.toml, what else stands there stays; an empty value takes a setting out. The
    file is its owner's alone. ConfigError: what is there can't be changed."""
    path = path or settings_path()
    if bad := next((name for name, value in given.items() if storable(value) != value), ""):
        raise ConfigError(f"{expert} {bad}: the value is not UTF-8 text; type it again")
    old = _read(path)
    want = {k: v for k, v in {**_table(path, expert), **given}.items() if v != ""}
    try:
        text = _edited(path.read_text(encoding="utf-8") if path.exists() else "", expert, given)
        if tomllib.loads(text) != {**old, expert: want}:
            raise ValueError("the table is written in another way")
    except ValueError as error:
        raise ConfigError(f"{path} can't be changed ({error}); change it by hand") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(OSError):  # it is not there yet, or not ours
        path.chmod(0o600)
    write_whole(path, text)
    return path


def filled(template: str, given: Mapping[str, str], where: str) -> str:
    """A template's {setting} put in. ConfigError: there is no such setting. where: names it."""

    def put(found: re.Match[str]) -> str:
        if found[1] not in given:
            raise ConfigError(
                f"{where}: {{{found[1]}}} is no setting; there are: {', '.join(given) or 'none'}"
            )
        return given[found[1]]

    return re.sub(r"\{([a-z][a-z0-9_]*)\}", put, template)


def quoted(value: str) -> str:
    """As TOML has it."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(expert: str, setting: Setting, table: Mapping[str, Any]) -> str:
    name = variable(expert, setting.name)
    if name in os.environ:
        return os.environ[name]
    if setting.secret and (file := os.environ.get(f"{name}_FILE")):
        return _secret(Path(file), f"{name}_FILE")
    if setting.name in table:
        return _text(table[setting.name], expert, setting.name)
    if setting.secret and (kept := table.get(f"{setting.name}_file")):
        file_path = settings_path().parent / Path(str(kept)).expanduser()
        return _secret(file_path, f"{settings_path()}, [{expert}] {setting.name}_file")
    return setting.default


def _text(value: object, expert: str, setting: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ConfigError(f"{settings_path()}, [{expert}]: {setting} is a text; write it in quotes")


def _secret(path: Path, where: str) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{where}: {path} can't be read ({type(error).__name__})") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as broken:
        raise ConfigError(f"{path} is not TOML: {broken}; mend it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read ({type(error).__name__}); mend it") from None


def _table(path: Path, expert: str) -> dict[str, Any]:
    table = _read(path).get(expert, {})
    if not isinstance(table, dict):
        raise ConfigError(f"{path}: {expert} is a table; write [{expert}] and its settings below")
    return table


def _edited(text: str, expert: str, given: Mapping[str, str]) -> str:
    """The text with these lines in the expert's table; comments and the rest stay."""
    lines = text.removesuffix("\n").split("\n") if text else []  # as TOML counts lines
    header = re.compile(rf"\s*\[\s*[\"']?{re.escape(expert)}[\"']?\s*\]")
    start = next((i for i, line in enumerate(lines) if header.match(line)), None)
    if start is None:
        lines += [*([""] if lines and lines[-1].strip() else []), f"[{expert}]"]
        start = len(lines) - 1
    rest = range(start + 1, len(lines))
    end = next((i for i in rest if lines[i].lstrip().startswith("[")), len(lines))
    body = lines[start + 1 : end]
    for name, value in given.items():
        at = re.compile(rf"\s*[\"']?{re.escape(name)}[\"']?\s*=")
        was = next((i for i, line in enumerate(body) if at.match(line)), None)
        fresh = [f"{name} = {quoted(value)}"] if value != "" else []
        if was is not None:
            body[was : was + 1] = fresh
        else:
            last = len(body)
            while last and not body[last - 1].strip():
                last -= 1
            body[last:last] = fresh
    return "\n".join([*lines[: start + 1], *body, *lines[end:]]) + "\n"
