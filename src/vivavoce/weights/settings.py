"""Which hub, package index, certificates and proxy this machine uses: what pip and the
environment say."""

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from pip._internal.models.index import PyPI

HUB = "https://huggingface.co"
INDEX: str = PyPI.simple_url
"""Where pip itself looks when nobody tells it otherwise."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to reach what is outside."""

    hub: str = HUB
    indexes: tuple[str, ...] = (INDEX,)
    """Simple-API roots, in the order to ask."""
    cert: str | None = None
    """A CA bundle to trust in place of the system's."""
    proxy: str | None = None
    """For everything; None leaves it to HTTPS_PROXY and the like."""
    connect_s: float = 3.0
    """A hub that is cut off must not hold up the second source."""
    read_s: float = 10.0
    """Without a byte; then the connection counts as torn."""
    tries: int = 5
    """Attempts in a row that bring nothing before a transfer is given up."""
    backoff_s: float = 0.5
    """The first pause between attempts; doubles."""


def settings() -> Settings:
    """As HF_ENDPOINT and pip's configuration (files and environment) have it."""
    pip = parse_pip_config(_pip_config_list())
    roots = [pip.get("index-url", INDEX), *pip.get("extra-index-url", "").split()]
    return Settings(
        hub=(os.environ.get("HF_ENDPOINT") or HUB).rstrip("/"),
        indexes=tuple(r.rstrip("/") for r in roots if r.startswith(("http://", "https://"))),
        cert=pip.get("cert"),
        proxy=pip.get("proxy"),
    )


def parse_pip_config(listing: str) -> Mapping[str, str]:
    """`pip config list` (lines of section.key='value') → key → value; a value from the
    environment beats a command's, which beats a global one."""
    found: dict[str, tuple[int, str]] = {}
    ranks = {"global": 0, "install": 1, "download": 2, ":env:": 3}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, dot, key = name.partition(".")
        if not (equals and dot and section in ranks):
            continue
        try:
            text = str(ast.literal_eval(value))
        except (SyntaxError, ValueError):
            text = value
        if ranks[section] >= found.get(key, (-1, ""))[0]:
            found[key] = (ranks[section], text)
    return {key: text for key, (_, text) in found.items()}


def _pip_config_list() -> str:
    """Empty where this Python has no pip; then pip's own environment variables still count."""
    done = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return done.stdout
    known = ("INDEX_URL", "EXTRA_INDEX_URL", "CERT", "PROXY")
    return "\n".join(
        f":env:.{key.lower().replace('_', '-')}={os.environ[f'PIP_{key}']!r}"
        for key in known
        if f"PIP_{key}" in os.environ
    )
