"""A model that runs elsewhere, as its owner describes it."""

import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import httpx

from vivavoce.core import EFFORTS, ConfigError, Effort, Unable
from vivavoce.models.model import Card, Kept

Kind = Literal["openai", "anthropic", "bedrock"]
Style = Literal[
    "none",
    "reasoning_effort",
    "reasoning.effort",
    "thinking_token_budget",
    "thinking_budget_tokens",
    "budget_tokens",
    "adaptive",
    "effort",
    "nova",
]
"""How a server wants to be told how long to think."""
STYLES: dict[Kind, tuple[Style, ...]] = {
    "openai": (
        "none",
        "reasoning_effort",  # OpenAI, Ollama, gpt-oss
        "reasoning.effort",  # OpenRouter
        "thinking_token_budget",  # vLLM
        "thinking_budget_tokens",  # llama.cpp
    ),
    "anthropic": ("none", "budget_tokens", "adaptive", "effort"),
    "bedrock": ("none", "nova"),
}
COUNTED: tuple[Style, ...] = ("thinking_token_budget", "thinking_budget_tokens")
"""Styles of servers that claim to hold a budget to the token."""
BASE: dict[Kind, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "bedrock": "https://bedrock-runtime.{region}.amazonaws.com",
}


@dataclass(frozen=True, slots=True)
class Key:
    """Where a key lies. It is read anew for every request and kept nowhere."""

    env: str = ""
    file: Path | None = None

    @property
    def place(self) -> str:
        """For people."""
        return str(self.file) if self.file else f"the environment variable {self.env}"

    def __bool__(self) -> bool:
        return bool(self.env or self.file)

    def read(self) -> str:
        """The key, empty if none is needed; Unable if it should be there and is not."""
        if not self:
            return ""
        if self.file:
            try:
                key = self.file.read_text(encoding="utf-8").strip()
            except (OSError, ValueError) as gone:
                raise Unable(f"the key can't be read; put it into {self.place}") from gone
        else:
            key = os.environ.get(self.env, "").strip()
        if not key:
            raise Unable(f"the key is missing; put it into {self.place}")
        if not (key.isascii() and key.isprintable()):
            raise Unable(f"what lies in {self.place} is not a key: write the key there, no more")
        return key


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One entry of the owner's book."""

    name: str
    """Ours."""
    kind: Kind
    model: str
    """The server's name for it."""
    context_tokens: int
    base_url: str = ""
    """Empty: the vendor's own."""
    region: str = ""
    """Of Amazon's."""
    key_env: str = ""
    key_file: str = ""
    on: bool = False
    """Its owner lets it be used."""
    images: bool = False
    tools: bool = True
    budget: Style = "none"
    efforts: tuple[Effort, ...] = ("none", "minimal", "low", "medium", "high")
    """Those that the server knows."""
    thoughts: Literal["", "reasoning", "reasoning_content"] = ""
    """The field in which it wants its thinking back, while it calls tools."""
    sampling: bool | None = None
    """It takes temperature, top_p and seed; None: all but Anthropic's do."""
    prefill: bool = False
    """It goes on from the beginning of an answer."""
    max_output_tokens: int = 32_000
    """The most that may be written at once, thinking and answer together."""
    idle_s: float = 90.0
    """So long without a piece, and it has stalled."""
    usd_in: float = 0.0
    usd_out: float = 0.0
    quality: float = 0.0

    def __post_init__(self) -> None:
        for field in ("name", "model"):
            if not getattr(self, field):
                raise ConfigError(f"{field} is missing")
        for field in ("context_tokens", "max_output_tokens", "idle_s"):
            if not getattr(self, field) > 0:
                raise ConfigError(f"{field} must be above 0, got {getattr(self, field)}")
        for field in ("usd_in", "usd_out"):
            if not getattr(self, field) >= 0:
                raise ConfigError(f"{field} is dollars per million tokens, 0 or more")
        if not 0 <= self.quality <= 1:
            raise ConfigError(f"quality is 0…1, got {self.quality}")
        if self.budget not in STYLES[self.kind]:
            known = ", ".join(STYLES[self.kind])
            raise ConfigError(
                f"budget {self.budget!r} is none of {self.kind}'s; there are: {known}"
            )
        if not self.efforts:
            raise ConfigError(f"efforts must name some of: {', '.join(EFFORTS)}")
        if self.key_env and self.key_file:
            raise ConfigError("key_env and key_file are both set; keep one")
        if self.key_env and not _is_variable(self.key_env):
            raise ConfigError(
                "key_env must be the name of an environment variable, such as "
                f"{self.kind.upper()}_API_KEY, not the key itself"
            )
        if self.kind == "bedrock" and not (self.region or self.base_url):
            raise ConfigError('region is missing; such as region = "us-east-1"')
        _check(self.url, keyed=bool(self.key) or self.kind == "bedrock")

    @property
    def url(self) -> httpx.URL:
        """Where it listens; ConfigError if that is no address."""
        text = (self.base_url or BASE[self.kind].format(region=self.region)).rstrip("/")
        try:
            return httpx.URL(text.removesuffix("/v1") if self.kind == "anthropic" else text)
        except httpx.InvalidURL as wrong:
            raise ConfigError(
                "base_url is not an address; such as http://gpu.lan:8000/v1"
            ) from wrong

    @property
    def key(self) -> Key:
        """Where its key lies. ConfigError: its folder is nobody's."""
        try:
            return Key(self.key_env, Path(self.key_file).expanduser() if self.key_file else None)
        except RuntimeError:
            raise ConfigError(f"key_file {self.key_file}: there is no such user") from None

    @property
    def vendor(self) -> str:
        """Whose thoughts it takes back; OpenAI-style servers only their own."""
        return {"anthropic": "anthropic", "bedrock": "amazon"}.get(self.kind, self.url.host)

    @property
    def counted(self) -> bool:
        """It claims to hold a budget to the token."""
        return self.budget in COUNTED

    @property
    def samples(self) -> bool:
        """It may be sent temperature, top_p and seed."""
        return self.kind != "anthropic" if self.sampling is None else self.sampling

    def card(self, kept: Kept) -> Card:
        """What it can do, holding budgets as was proved."""
        return Card(
            name=self.name,
            context_tokens=self.context_tokens,
            vendor=self.vendor,
            place="here" if _is_here(self.url.host) else self.url.host,
            tools=self.tools,
            images=self.images,
            thinks=self.budget != "none",
            budget=kept,
            usd_in=self.usd_in,
            usd_out=self.usd_out,
            quality=self.quality,
        )


def _is_variable(name: str) -> bool:
    return name.isidentifier() and name == name.upper()


def _check(url: httpx.URL, *, keyed: bool) -> None:
    if url.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:-]+", url.host, re.ASCII):
        raise ConfigError("base_url must begin with https:// (or http://) and name a host")
    if url.port is not None and not 0 < url.port < 65536:
        raise ConfigError(f"base_url has port {url.port}; a port is 1 to 65535")
    if url.userinfo or url.query:
        raise ConfigError("base_url must hold no password and no query; see key_env and key_file")
    if url.scheme == "http" and keyed and not _is_near(url.host):
        raise ConfigError("base_url would send the key unencrypted; write https://")


def _is_here(host: str) -> bool:
    address = _address(host)
    return host == "localhost" or bool(address and address.is_loopback)


def _is_near(host: str) -> bool:
    """In the household's own network, where plain HTTP is usual."""
    address = _address(host)
    if address:
        return address.is_private
    return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
