"""An expert: what it is for, how it works, its tools, and who may use them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from vivavoce.core import Rank
from vivavoce.experts.announcer import Announce, silent
from vivavoce.experts.tool import Tool

Yes = Literal["never", "untrusted", "always"]
"""When a call needs a yes to its spoken summary. untrusted: if anybody else's words (a mail, a
page) were read before it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the policy asks for before a tool is called."""

    least: Rank = "guest"
    """The lowest rank that may."""
    yes: Yes = "untrusted"
    sure: float = 0.0
    """How sure we must be by voice that it is who it is."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What its owner sets up; see Setup."""

    name: str
    about: str
    default: str = ""
    secret: bool = False
    """Never shown or logged."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """expert.toml, checked."""

    name: str
    """A word of small letters; tools are called name_tool."""
    about: str
    """One line, for people. A model that is shown tools is told the names of all experts."""
    when: tuple[str, ...]
    """Requests that it is for, as people put them: it is loaded by what they mean."""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    """By tool; the others have their effect's."""
    settings: tuple[Setting, ...] = ()
    always: tuple[str, ...] = ()
    """Tools that are offered whenever the expert is; the rest is picked by meaning if there are
    many."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What an expert is opened with."""

    settings: Mapping[str, str]
    """By name: VIVAVOCE_<EXPERT>_<SETTING> from the environment, else the owner's experts.toml,
    else the default; empty: not set."""
    folder: Path
    """Its own data, of this house; there already."""
    announce: Announce = silent
    """Say something by itself, when nobody speaks (a timer is over). From the event loop."""
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()


Open = Callable[[Setup], AbstractAsyncContextManager[Sequence[Tool]]]
"""Connects, and gives the tools; leaving it disconnects. Retry: its server is away (it is tried
again at the next request); ConfigError: a setting is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Expert:
    """A folder, read."""

    manifest: Manifest
    instructions: str
    """What the model is told when it is loaded: plain language, short."""
    open: Open
    commands: Path | None = None
    """commands.yaml: sentences that need no model."""
    origin: str = "built in"
    """Where it is from: "built in", a folder, a package."""
    folder: Path | None = None

    @property
    def built_in(self) -> bool:
        """It comes with Vivavoce."""
        return self.origin == "built in" and self.folder is not None
