"""Drafts: written down when they are made, never changed, sent once."""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr, getaddresses, make_msgid
from pathlib import Path

from vivavoce.core import Refused
from vivavoce.experts import prose
from vivavoce.experts.builtin.mail.mail import Person

log = logging.getLogger(__name__)

MOST_BODY = 20_000
GIST = 160
MOST_REFERENCES = 20


@dataclass(frozen=True, slots=True)
class Draft:
    """One mail that may be sent."""

    number: int
    to: tuple[Person, ...]
    subject: str
    body: str
    message: EmailMessage
    sent: bool = False

    @property
    def told(self) -> str:
        """To whom, and the gist: what a yes is given to."""
        gist = prose.line(self.body, GIST)
        return f"{prose.listed([p.whole for p in self.to])}, subject “{self.subject}”: “{gist}”"


class Drafts:
    """Of one account; each is a file NUMBER.eml until it is sent or thrown away."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender
        self._all: dict[int, Draft] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(folder.glob("*.eml")):
            if path.stem.isdecimal():
                self._take_up(path)

    @property
    def waiting(self) -> list[Draft]:
        """Not sent yet, the newest last."""
        return [draft for _, draft in sorted(self._all.items()) if not draft.sent]

    def add(
        self,
        to: Sequence[Person],
        subject: str,
        body: str,
        now: datetime,
        answers: str = "",
        references: str = "",
    ) -> Draft:
        """A new one. answers: the message id of what it replies to. Refused: nothing is in it."""
        body = prose.clean(body)
        if not body or len(body) > MOST_BODY:
            raise Refused(f"a mail has 1 to {MOST_BODY} characters; write what it says")
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = self._sender
        message["To"] = ", ".join(formataddr((person.name, person.address)) for person in to)
        message["Subject"] = prose.line(subject) or "(no subject)"
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2] or "localhost")
        if answers:
            message["In-Reply-To"] = answers
            before = references.split()[-MOST_REFERENCES:]
            message["References"] = " ".join([*before, answers])
        message.set_content(body + "\n", cte="quoted-printable")
        number = max(self._all, default=0) + 1
        path = self._path(number)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message.as_bytes())
        self._all[number] = Draft(number, tuple(to), str(message["Subject"]), body, message)
        return self._all[number]

    def get(self, number: int) -> Draft:
        """By its number; 0: the only one that waits. Refused: there is none, or it was sent."""
        waiting = self.waiting
        if number == 0 and len(waiting) == 1:
            return waiting[0]
        if number == 0:
            numbers = prose.listed([str(draft.number) for draft in waiting])
            raise Refused(
                f"say which draft: {numbers}" if waiting else "there is no draft; make one"
            )
        draft = self._all.get(number)
        if draft is None:
            raise Refused(f"there is no draft {number}; make one first")
        if draft.sent:
            raise Refused(f"draft {number} was sent already")
        return draft

    def was_sent(self, draft: Draft) -> None:
        """It is never sent again."""
        self._all[draft.number] = replace(draft, sent=True)
        self._path(draft.number).unlink(missing_ok=True)

    def discard(self, draft: Draft) -> None:
        """Thrown away."""
        del self._all[draft.number]
        self._path(draft.number).unlink(missing_ok=True)

    def _take_up(self, path: Path) -> None:
        """One from before; what is no draft any more is kept under another name."""
        try:
            read = BytesParser(policy=policy.SMTP).parsebytes(path.read_bytes())
            draft = _draft(int(path.stem), read)
        except (LookupError, ValueError, TypeError, AttributeError):  # as broken mails raise them
            draft = None
        if draft is not None and draft.to and draft.body:
            self._all[draft.number] = draft
        else:
            log.warning("the draft %s is damaged; it is put aside", path.name)
            path.replace(path.with_suffix(".damaged"))

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.eml"


def _draft(number: int, message: EmailMessage) -> Draft:
    to = tuple(
        Person(prose.line(name), address)
        for name, address in getaddresses([str(message["To"] or "")])
        if address
    )
    text = message.get_body(("plain",))
    body = prose.clean(str(text.get_content())) if text is not None else ""
    return Draft(number, to, prose.line(str(message["Subject"] or "")), body, message)
