"""Drafts: written down when they are made, never changed, sent once, by whichever process."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, formataddr, getaddresses, make_msgid
from pathlib import Path

from vivavoce.core import Refused, Retry
from vivavoce.experts import prose
from vivavoce.experts.alone import First, one_at_a_time
from vivavoce.experts.builtin.mail.mail import Person
from vivavoce.files import write_whole

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

    @property
    def told(self) -> str:
        """To whom, and the gist: what a yes is given to."""
        gist = prose.line(self.body, GIST)
        return f"{prose.listed([p.whole for p in self.to])}, subject “{self.subject}”: “{gist}”"


class Drafts:
    """Of one account; each is a file NUMBER.eml until it is sent or thrown away."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder, self._sender = folder, sender
        self._changing = folder.with_name(".drafts.changing")
        self._sends = First(folder.with_name(".drafts.sending"))
        self._sent: set[int] = set()
        self._last = 0
        """The highest number that was seen."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def waiting(self) -> dict[int, Draft]:
        """By number, as the files are now, the newest last."""
        with one_at_a_time(self._changing):
            return self._read()

    def add(
        self,
        to: Sequence[Person],
        subject: str,
        body: str,
        now: datetime,
        answers: str = "",
        references: str = "",
    ) -> Draft:
        """A new one. answers: the message id of what it replies to. Refused: nothing is in it, or
        it can't be kept."""
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
        try:
            with one_at_a_time(self._changing):
                self._read()
                number = self._last + 1
                write_whole(self._path(number), message.as_bytes(), durable=True)
                self._last = number
        except OSError as error:
            raise Refused(
                f"the draft can't be kept: {error.strerror}; make room on the disk of "
                f"{self._folder}, or see whose it is; then write it again"
            ) from None
        return Draft(number, tuple(to), str(message["Subject"]), body, message)

    def get(self, number: int) -> Draft:
        """By its number; 0: the only one that waits. Refused: there is none, or it was sent."""
        waiting = self.waiting
        if number == 0 and len(waiting) == 1:
            return next(iter(waiting.values()))
        if number == 0:
            numbers = prose.listed([str(one) for one in waiting])
            raise Refused(
                f"say which draft: {numbers}" if waiting else "there is no draft; make one"
            )
        if number in waiting:
            return waiting[number]
        if number in self._sent:
            raise Refused(f"draft {number} was sent already")
        gone = " any more" if number <= self._last else "; make one first"
        raise Refused(f"there is no draft {number}{gone}")

    @contextmanager
    def sending(self, number: int) -> Iterator[Draft]:
        """As get; without an error it is never sent again. Retry: another process sends one."""
        if not self._sends.held():
            raise Retry("another mail is being sent; try again in a moment")
        try:
            draft = self.get(number)
            yield draft
            self._sent.add(draft.number)
            self.discard(draft)
        finally:
            self._sends.let_go()

    def discard(self, draft: Draft) -> None:
        """Thrown away."""
        with one_at_a_time(self._changing):
            self._path(draft.number).unlink(missing_ok=True)

    def _read(self) -> dict[int, Draft]:
        paths = [path for path in self._folder.glob("*.eml") if path.stem.isdecimal()]
        read = [self._take_up(path) for path in sorted(paths, key=lambda path: int(path.stem))]
        found = {draft.number: draft for draft in read if draft is not None}
        self._last = max(self._last, *found, 0)
        return found

    def _take_up(self, path: Path) -> Draft | None:
        """None: it is no draft any more, and is kept under another name."""
        try:
            read = BytesParser(policy=policy.SMTP).parsebytes(path.read_bytes())
            draft = _draft(int(path.stem), read)
        except (LookupError, ValueError, TypeError, AttributeError):  # as broken mails raise them
            draft = None
        if draft is not None and draft.to and draft.body:
            return draft
        log.warning("the draft %s is damaged; it is put aside", path.name)
        path.replace(path.with_suffix(".damaged"))
        return None

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
