"""The expert's tools, called as the house calls them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from vivavoce.core import OWNER
from vivavoce.experts import Context, Result, Setup, Tool
from vivavoce.experts.builtin.mail.tools import opened


@dataclass
class Tools:
    by_name: Mapping[str, Tool]
    now: datetime

    async def __call__(self, name: str, words: str = "", **arguments: Any) -> Result:
        context = Context(OWNER, words, now=lambda: self.now)
        return await self.by_name[name].run(arguments, context)

    async def plan(self, name: str, **arguments: Any) -> str:
        plan = self.by_name[name].plan
        assert plan is not None
        return await plan(arguments, Context(OWNER, now=lambda: self.now))

    def summary(self, name: str, **arguments: Any) -> str:
        said = self.by_name[name].summary
        assert said is not None
        return said(arguments)


@dataclass(frozen=True)
class House:
    settings: Mapping[str, str]
    folder: Path
    now: datetime

    def but(self, **settings: str) -> "House":
        return replace(self, settings={**self.settings, **settings})

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Tools]:
        async with opened(Setup(self.settings, self.folder)) as tools:
            yield Tools({tool.name: tool for tool in tools}, self.now)


def letter(
    sender: str = "Bob Miller <bob@example.com>",
    subject: str = "Lunch?",
    body: str = "Shall we have lunch on Friday?\n",
    **headers: str,
) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, "lea@example.org", subject
    made["Message-ID"] = f"<{abs(hash((sender, subject, body)))}@example.com>"
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(body)
    return made


def deliver(
    account: IMAPClient,
    mail: EmailMessage | bytes,
    at: datetime,
    folder: str = "INBOX",
    flags: tuple[bytes, ...] = (),
) -> None:
    raw = mail if isinstance(mail, bytes) else mail.as_bytes()
    account.append(folder, raw, flags, at)


def earlier(now: datetime, **ago: float) -> datetime:
    return now - timedelta(**ago)
