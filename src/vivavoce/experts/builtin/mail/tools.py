"""The tools of mail."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from email.utils import parseaddr
from functools import partial
from typing import Annotated, Any, Literal

import anyio
from anyio import to_thread

from vivavoce.core import Call, ConfigError, Refused, VivavoceError
from vivavoce.experts import Context, Result, Setup, Tool, past, prose, tool
from vivavoce.experts.builtin.mail import folders
from vivavoce.experts.builtin.mail.addresses import ADDRESS, fitting, folded, read_book, spelled
from vivavoce.experts.builtin.mail.desk import Desk, Numbered
from vivavoce.experts.builtin.mail.drafts import Drafts
from vivavoce.experts.builtin.mail.imap import Imap
from vivavoce.experts.builtin.mail.mail import Head, Letter, Person
from vivavoce.experts.builtin.mail.server import Server, server
from vivavoce.experts.builtin.mail.smtp import send as hand_over

TOLD = 5
"""Mails that one list has."""
ALOUD = 700
"""Characters that are read in one go."""
MOST_RECIPIENTS = 10
_OPPOSITE: dict[folders.State, folders.State] = {
    "read": "unread",
    "unread": "read",
    "starred": "unstarred",
    "unstarred": "starred",
}
MailNumber = Annotated[int, "number from the last list; 0: the mail read last"]
DraftNumber = Annotated[int, "number of the draft; 0: the only one"]


class Mail:
    """One account."""

    def __init__(self, setup: Setup) -> None:
        given = setup.settings
        missing = [key for key in ("imap", "user", "password") if not given.get(key)]
        if missing:
            names = prose.listed([f"VIVAVOCE_MAIL_{key.upper()}" for key in missing])
            raise ConfigError(f"mail is not set up; run: vivavoce setup mail, or set {names}")
        self._setup = setup
        self._user, self._password = given["user"], given["password"]
        ca = given.get("ca", "")
        self._imap = Imap(server("imap", given["imap"], ca), self._user, self._password)
        smtp = given.get("smtp", "")
        self._smtp: Server | None = server("smtp", smtp, ca) if smtp else None
        self._from = given.get("address") or self._user
        self._address = parseaddr(self._from)[1].lower()
        if not ADDRESS.fullmatch(self._address):
            raise ConfigError("mail.address must be your own address, like lea@example.org")
        named = [name.strip() for name in given.get("folders", "").split(",")]
        self._folders = [name for name in named if name] or ["INBOX"]
        self._drafts = Drafts(setup.folder / "drafts", self._from)
        self._desk = Desk()
        self._sending = anyio.Lock()

    @property
    def tools(self) -> list[Tool]:
        """What the model is offered."""
        return [
            tool(self.inbox),
            tool(self.search),
            tool(self.read),
            tool(self.draft, "change"),
            tool(self.send, "send", plan=self._send_plan),
            tool(self.discard, "change", summary=self._discard_summary),
            tool(self.mark, "change", summary=self._mark_summary),
            tool(self.move, "change", summary=self._move_summary),
        ]

    async def close(self) -> None:
        """Log out."""
        await self._imap.close()

    async def inbox(
        self,
        context: Context,
        everything: Annotated[bool, "true: also mails that were read already"] = False,
    ) -> Result:
        """The new (unread) mails: who, what about, when, with a number each."""
        count, heads = await self._imap.do(
            partial(folders.newest, folder=self._folders[0], most=TOLD, unread=not everything)
        )
        kind = "mail" if everything else "new mail"
        return self._list(count, heads, kind, context)

    async def search(
        self,
        context: Context,
        sender: Annotated[str, "name or address of who wrote it"] = "",
        about: Annotated[str, "words of its subject or text"] = "",
        since: Annotated[str, "today, yesterday, monday, 3 days ago, 2026-03-31"] = "",
    ) -> Result:
        """Find mails by sender, words or time; the newest first, with a number each."""
        if not (sender or about or since):
            raise Refused("say from whom, what about, or since when")
        moment = past.since(since, context.now()) if since else None
        count, heads = await self._imap.do(
            partial(
                folders.search,
                folders=self._folders,
                most=TOLD,
                sender=sender,
                about=about,
                since=moment,
            )
        )
        wanted = f" from {sender}" * bool(sender) + f" about {about}" * bool(about)
        return self._list(count, heads, "mail", context, wanted)

    async def read(
        self,
        context: Context,
        mail: MailNumber = 0,
        which: Annotated[
            Literal["this", "next", "more", "newest"],
            "next: the next one listed; more: the rest of this one",
        ] = "this",
        sender: Annotated[str, "their newest, if it was not listed yet"] = "",
    ) -> Result:
        """Open one mail and tell what it says. It is marked as read."""
        now = context.now()
        if sender:
            theirs = partial(folders.search, folders=self._folders, most=1, sender=sender)
            count, heads = await self._imap.do(theirs)
            if not count:
                return Result(f"no mail from {sender}", say=f"There is no mail from {sender}.")
            mail, which = self._desk.list(heads, now)[0].number, "this"
        if which == "more" and mail in (0, self._desk.current):
            return self._more(self._desk.pick(0, now), context)
        if which == "newest":
            newest = partial(folders.newest, folder=self._folders[0], most=1, unread=False)
            count, heads = await self._imap.do(newest)
            if not count:
                return Result("no mail", say="There is no mail.")
            mail = self._desk.list(heads, now)[0].number
        entry = self._desk.following(now) if which == "next" else self._desk.pick(mail, now)
        letter = await self._imap.do(partial(folders.opened, ref=entry.head.ref))
        now_told, rest = prose.shortened(letter.text, ALOUD)
        self._desk.was_read(entry, rest, now)
        return _told(entry, letter, now_told, rest, context)

    async def draft(
        self,
        context: Context,
        body: Annotated[str, "the whole text of the mail"],
        to: Annotated[str, "name or address; empty for a reply to its sender"] = "",
        subject: str = "",
        reply_to: Annotated[int, "number of the mail that this answers; 0: none"] = 0,
    ) -> Result:
        """Write a mail, or a reply. It is not sent before send is called."""
        answered = self._desk.pick(reply_to, context.now()).head if reply_to else None
        if to.strip():
            people = await self._people(to, context.words)
        elif answered is not None and answered.answers_to.address:
            people = (answered.answers_to,)
        else:
            raise Refused("say to whom: a name from the address book, or a spelled address")
        references = ""
        if answered is not None:
            references = await self._imap.do(partial(folders.references, ref=answered.ref))
            subject = subject or _reply_subject(answered.subject)
        made = self._drafts.add(
            people,
            subject or _subject_of(body),
            body,
            context.now(),
            answered.message_id if answered else "",
            references,
        )
        return Result(
            f"draft {made.number} (not sent): to {made.told}",
            say=f"I wrote a draft to {made.told}.{' Shall I send it?' * bool(self._smtp)}",
            source=_source([answered]) if answered else "",
            undo=Call("discard", f'{{"draft": {made.number}}}'),
            offers=Call("send", f'{{"draft": {made.number}}}') if self._smtp else None,
            data={"draft": made.number, "to": [p.address for p in people], "subject": made.subject},
        )

    async def send(self, draft: DraftNumber = 0) -> Result:
        """Send a draft. It leaves the house and can't be taken back."""
        server = self._server()
        async with self._sending:
            with self._drafts.sending(draft) as made:
                to = [person.address for person in made.to]
                await hand_over(server, self._user, self._password, self._address, to, made.message)
        names = prose.listed([person.called for person in made.to])
        try:
            await self._imap.do(
                partial(folders.keep_sent, message=made.message.as_bytes()), again=False
            )
        except VivavoceError:
            return Result(
                f"sent to {names}, but no copy could be kept among the sent mails",
                say=f"The mail to {names} is sent, but I could not keep a copy.",
            )
        return Result(f"sent to {names}", say=f"The mail to {names} is sent.")

    async def discard(self, draft: DraftNumber = 0) -> Result:
        """Throw a draft away, unsent."""
        made = self._drafts.get(draft)
        self._drafts.discard(made)
        return Result(f"draft {made.number} is thrown away", say="I threw the draft away.")

    async def mark(self, context: Context, state: folders.State, mail: MailNumber = 0) -> Result:
        """Mark a mail as read, unread, starred or unstarred."""
        entry = self._desk.pick(mail, context.now())
        changed = await self._imap.do(partial(folders.mark, ref=entry.head.ref, state=state))
        arguments = f'{{"mail": {entry.number}, "state": "{_OPPOSITE[state]}"}}'
        return Result(
            f"mail {entry.number} is {state}",
            say=f"The mail from {_name(entry.head.sender)} is marked as {state}.",
            undo=Call("mark", arguments) if changed else None,
        )

    async def move(
        self,
        context: Context,
        to: Annotated[
            Literal["archive", "trash", "inbox", "back"],
            "trash: delete it; back: where it was before",
        ],
        mail: MailNumber = 0,
    ) -> Result:
        """Archive a mail, delete it (it goes to the trash), or put it back."""
        entry = self._desk.pick(mail, context.now())
        folder = await self._folder(to, entry)
        if folder == entry.head.ref.folder:
            raise Refused(f"mail {entry.number} is there already")
        ref = await self._imap.do(
            partial(
                folders.move, ref=entry.head.ref, folder=folder, message_id=entry.head.message_id
            ),
            again=False,
        )
        self._desk.was_moved(entry, ref)
        done = {"archive": "archived", "trash": "in the trash"}.get(to, "put back")
        return Result(
            f"mail {entry.number} is {done}",
            say=f"The mail from {_name(entry.head.sender)} is {done}.",
            undo=Call("move", f'{{"mail": {entry.number}, "to": "back"}}') if ref else None,
        )

    async def _folder(self, to: str, entry: Numbered) -> str:
        if to == "back":
            if not entry.before:
                raise Refused(f"mail {entry.number} was not moved")
            return entry.before
        if to == "inbox":
            return self._folders[0]
        place: folders.Place = "archive" if to == "archive" else "trash"
        return await self._imap.do(partial(folders.special, place=place))

    def _list(
        self, count: int, heads: Sequence[Head], kind: str, context: Context, wanted: str = ""
    ) -> Result:
        now = context.now()
        if not count:
            return Result(f"no {kind}{wanted}", say=f"There is no {kind}{wanted}.")
        told = self._desk.list(heads, now)
        lines = [_line(entry, context) for entry in told]
        how_many = f"{count} {kind}{'s' * (count > 1)}{wanted}"
        spoken = "; ".join(_spoken(entry.head, context) for entry in told)
        newest = ", the newest are" if count > len(told) else ""
        return Result(
            "\n".join([f"{how_many}{newest}:", *lines]),
            say=f"You have {how_many}{newest}: {spoken}.",
            source=_source(heads),
            data={"count": count, "mails": [entry.number for entry in told]},
        )

    def _more(self, entry: Numbered, context: Context) -> Result:
        now_told, rest = prose.shortened(self._desk.rest, ALOUD)
        if not now_told:
            return Result("that was all of it", say="That was all of it.")
        self._desk.was_read(entry, rest, context.now())
        more = " There is more." if rest else ""
        return Result(now_told + more, say=now_told + more, source=_source([entry.head]))

    async def _people(self, to: str, words: str) -> tuple[Person, ...]:
        book = await to_thread.run_sync(read_book, self._setup.folder)
        wanted = [part.strip() for part in to.replace(";", ",").replace(" and ", ",").split(",")]
        found = [await self._person(part, book, words) for part in wanted if part]
        if len(found) > MOST_RECIPIENTS:
            raise Refused(f"a mail goes to at most {MOST_RECIPIENTS} people")
        return tuple({person.address: person for person in found}.values())

    async def _person(self, wanted: str, book: Sequence[Person], words: str) -> Person:
        address = parseaddr(wanted)[1].lower() if "@" in wanted else ""
        if wanted.lower() in ("me", "myself"):
            return Person("", self._address)
        if address:
            known = [p for p in book if p.address == address]
            if known or (address.isascii() and spelled(address, words)):
                return known[0] if known else Person("", address)
            known = [p for p in await self._written_to([address]) if p.address == address]
            if known:
                return known[0]
            raise Refused(
                f"{address} is not in the address book and was not spelled by the speaker; "
                "ask for the address"
            )
        fit = fitting(book, wanted) or fitting(await self._written_to(folded(wanted)), wanted)
        fit = list({person.address: person for person in fit}.values())
        if len(fit) == 1:
            return fit[0]
        if fit:
            raise Refused(f"{wanted} may be {_either([p.whole for p in fit[:5]])}; ask which")
        raise Refused(f"nobody called {wanted} is known; ask for the address, spelled")

    async def _written_to(self, words: Sequence[str]) -> list[Person]:
        return await self._imap.do(partial(folders.written_to, words=words)) if words else []

    async def _send_plan(self, draft: int) -> str:
        self._server()
        return f"send a mail to {self._drafts.get(draft).told}"

    def _server(self) -> Server:
        if self._smtp is None:
            raise ConfigError("sending is not set up; run: vivavoce setup mail (smtp)")
        return self._smtp

    def _discard_summary(self, arguments: Mapping[str, Any]) -> str:
        try:
            return f"throw away the draft to {self._drafts.get(arguments.get('draft', 0)).told}"
        except Refused:
            return "throw away a draft"

    def _mark_summary(self, arguments: Mapping[str, Any]) -> str:
        return f"mark {self._which(arguments)} as {arguments.get('state', 'read')}"

    def _move_summary(self, arguments: Mapping[str, Any]) -> str:
        place = {"archive": "into the archive", "trash": "into the trash", "back": "back"}
        return f"put {self._which(arguments)} {place.get(str(arguments.get('to')), 'in the inbox')}"

    def _which(self, arguments: Mapping[str, Any]) -> str:
        entry = self._desk.known(arguments.get("mail", 0))
        if entry is None:
            return "a mail"
        return f"the mail from {_name(entry.head.sender)}, “{prose.line(entry.head.subject, 80)}”,"


def _told(entry: Numbered, letter: Letter, now_told: str, rest: str, context: Context) -> Result:
    """One mail, opened."""
    head = letter.head
    when = past.ago(head.at, context.now())
    subject = prose.line(head.subject, 120) or "no subject"
    hanging = prose.listed(letter.attachments, 4)
    after = " There is more." if rest else " It is longer than I read." if letter.cut else ""
    after += f" Attached: {hanging}." if hanging else ""
    words = now_told or "It has no text that can be read aloud."
    return Result(
        f"mail {entry.number} from {head.sender.whole}, {when}, subject “{subject}”:\n"
        f"{words}{after}",
        say=f"From {_name(head.sender)}, {when}: {subject}.\n{words}{after}",
        source=_source([head]),
        data={"mail": entry.number, "more": bool(rest)},
    )


def _line(entry: Numbered, context: Context) -> str:
    head = entry.head
    marks = " (unread)" * head.unread + " (starred)" * head.starred
    when = past.ago(head.at, context.now())
    return f"{entry.number}. {_name(head.sender)}, {when}: “{prose.line(head.subject, 120)}”{marks}"


def _spoken(head: Head, context: Context) -> str:
    subject = prose.line(head.subject, 80)
    about = f": {subject}" if subject else ""
    return f"from {_name(head.sender)}, {past.ago(head.at, context.now())}{about}"


def _name(person: Person) -> str:
    return prose.line(person.called, 60)


def _source(heads: Sequence[Head]) -> str:
    names = list(dict.fromkeys(_name(head.sender) for head in heads))
    return f"mail from {prose.listed(names, 3)}"


def _either(words: Sequence[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _reply_subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}".strip()


def _subject_of(body: str) -> str:
    return prose.line(prose.clean(body).split("\n")[0], 60).rstrip(" ,.!?")


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[list[Tool]]:
    """The account's tools; the server is first spoken to when one is called."""
    mail = Mail(setup)
    try:
        yield mail.tools
    finally:
        await mail.close()
