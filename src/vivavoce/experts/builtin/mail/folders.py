"""What is done in an IMAP account, over a connection that is there. All of it waits."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Literal

from imapclient import FLAGGED, SEEN, IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError
from imapclient.imapclient import ARCHIVE, SENT, TRASH

from vivavoce.core import Refused
from vivavoce.experts import prose
from vivavoce.experts.builtin.mail.aloud import aloud
from vivavoce.experts.builtin.mail.headers import body, decoded
from vivavoce.experts.builtin.mail.mail import Head, Letter, Person, Ref
from vivavoce.experts.builtin.mail.structure import Part, attachments, parts, texts

log = logging.getLogger(__name__)

MOST_TEXT = 200_000
"""Bytes of a mail's text that are fetched."""
TEXT_DAYS = 90
"""How far back the words inside mails are looked for, if nothing says since when."""
HEAD = ["ENVELOPE", "FLAGS", "INTERNALDATE"]
Place = Literal["archive", "trash", "sent"]
_SPECIAL = {"archive": ARCHIVE, "trash": TRASH, "sent": SENT}
State = Literal["read", "unread", "starred", "unstarred"]
_FLAGS = {
    "read": (SEEN, True),
    "unread": (SEEN, False),
    "starred": (FLAGGED, True),
    "unstarred": (FLAGGED, False),
}


def newest(client: IMAPClient, folder: str, most: int, *, unread: bool) -> tuple[int, list[Head]]:
    """How many there are, and the newest."""
    validity = _select(client, folder)
    uids = client.search(["UNSEEN", "UNDELETED"] if unread else ["UNDELETED"])
    return len(uids), _heads(client, folder, validity, sorted(uids)[-most:])


def search(
    client: IMAPClient,
    folders: Sequence[str],
    most: int,
    *,
    sender: str = "",
    about: str = "",
    since: datetime | None = None,
) -> tuple[int, list[Head]]:
    """How many the server finds, and the newest. What about: in the subject; if none has it there,
    in the words of newer mails."""
    criteria: list[Any] = ["UNDELETED"]
    for word in _words(sender):
        criteria += ["FROM", word]
    if since is not None:
        criteria += ["SINCE", since.date()]
    topics = _words(about)
    found = _found(client, folders, criteria + _each("SUBJECT", topics), most, since)
    if topics and not found[0]:
        if since is None:
            criteria += ["SINCE", date.today() - timedelta(days=TEXT_DAYS)]
        found = _found(client, folders, criteria + _each("TEXT", topics), most, since)
    return found


def opened(client: IMAPClient, ref: Ref) -> Letter:
    """Read, and marked as read. Refused: it is gone."""
    _select(client, ref.folder, ref.validity)
    got = client.fetch([ref.uid], [*HEAD, "BODYSTRUCTURE"]).get(ref.uid)
    if not got:
        raise _gone()
    head = _head(ref, got)
    found = parts(got.get(b"BODYSTRUCTURE"))
    plain, html = texts(found)
    text, cut = _text(client, ref.uid, plain, html)
    if head.unread:
        _seen(client, ref)
    hanging = tuple(f"{part.name or part.kind} ({_size(part.size)})" for part in attachments(found))
    return Letter(head, text, hanging, cut)


def references(client: IMAPClient, ref: Ref) -> str:
    """The message ids that a reply names before this one's."""
    _select(client, ref.folder, ref.validity)
    wanted = "BODY.PEEK[HEADER.FIELDS (REFERENCES)]"
    got = client.fetch([ref.uid], [wanted]).get(ref.uid, {})
    raw = next((value for key, value in got.items() if key.startswith(b"BODY[")), b"")
    return " ".join(raw.decode("ascii", "ignore").partition(":")[2].split())


def mark(client: IMAPClient, ref: Ref, state: State) -> bool:
    """Whether it was otherwise before. Refused: it is gone."""
    _select(client, ref.folder, ref.validity, readonly=False)
    flags = client.get_flags([ref.uid]).get(ref.uid)
    if flags is None:
        raise _gone()
    flag, on = _FLAGS[state]
    if (flag in flags) == on:
        return False
    (client.add_flags if on else client.remove_flags)([ref.uid], [flag])
    return True


def move(client: IMAPClient, ref: Ref, folder: str, message_id: str) -> Ref | None:
    """Into another folder; where it lies then, None: not known. Refused: it is gone."""
    _select(client, ref.folder, ref.validity, readonly=False)
    if not client.search(["UID", str(ref.uid)]):
        raise _gone()
    status = client.folder_status(folder, ["UIDNEXT", "UIDVALIDITY"])
    following, validity = status[b"UIDNEXT"], status[b"UIDVALIDITY"]
    if client.has_capability("MOVE"):
        client.move([ref.uid], folder)
    else:
        client.copy([ref.uid], folder)
        client.delete_messages([ref.uid])
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([ref.uid])
    _select(client, folder)
    criteria = ["UID", f"{following}:*"]
    if message_id:
        criteria += ["HEADER", "MESSAGE-ID", message_id]
    new = [uid for uid in client.search(criteria) if uid >= following]
    return Ref(folder, validity, new[0]) if len(new) == 1 else None


def special(client: IMAPClient, place: Place) -> str:
    """The folder's name; made if there is none."""
    found = client.find_special_folder(_SPECIAL[place])
    if found is None:
        found = place.capitalize()
        if not client.folder_exists(found):
            client.create_folder(found)
    return str(found)


def keep_sent(client: IMAPClient, message: bytes) -> None:
    """A copy among the sent ones."""
    client.append(special(client, "sent"), message, [SEEN])


def written_to(client: IMAPClient, words: Sequence[str], most: int = 200) -> list[Person]:
    """To whom mail was sent whose name or address has all these words; the newest first."""
    folder = client.find_special_folder(SENT)
    if folder is None:
        return []
    _select(client, folder)
    criteria: list[Any] = _each("TO", words)
    uids = sorted(client.search(*_charset(criteria)))[-most:]
    found: dict[str, Person] = {}
    for _, got in sorted(client.fetch(uids, ["ENVELOPE"]).items(), reverse=True) if uids else ():
        envelope = got.get(b"ENVELOPE")
        for address in (*(envelope.to or ()), *(envelope.cc or ())) if envelope else ():
            person = _person(address)
            if person.address:
                found.setdefault(person.address, person)
    return list(found.values())


def _found(
    client: IMAPClient,
    folders: Sequence[str],
    criteria: list[Any],
    most: int,
    since: datetime | None,
) -> tuple[int, list[Head]]:
    count, found = 0, []
    for folder in folders:
        validity = _select(client, folder)
        uids = sorted(client.search(*_charset(criteria)))
        heads = _heads(client, folder, validity, uids[-most:])
        if since is not None:  # SINCE knows whole days only
            late = [head for head in heads if head.at >= since]
            if len(late) < len(heads):
                uids = [head.ref.uid for head in late]
            heads = late
        count += len(uids)
        found += heads
    return count, sorted(found, key=lambda head: head.at, reverse=True)[:most]


def _charset(criteria: list[Any]) -> tuple[list[Any], str | None]:
    plain = all(word.isascii() for word in criteria if isinstance(word, str))
    return criteria, None if plain else "UTF-8"


def _each(key: str, words: Sequence[str]) -> list[Any]:
    return [entry for word in words for entry in (key, word)]


def _words(text: str) -> list[str]:
    return prose.line(text).replace('"', " ").split()[:8]


def _select(
    client: IMAPClient, folder: str, validity: int | None = None, readonly: bool = True
) -> int:
    """Go there. The folder's validity; Refused: it is another than the mail's."""
    told = client.select_folder(folder, readonly=readonly)
    if validity is not None and told[b"UIDVALIDITY"] != validity:
        raise _gone()
    return int(told[b"UIDVALIDITY"])


def _seen(client: IMAPClient, ref: Ref) -> None:
    """If we may: a folder of somebody else's can be read all the same."""
    try:
        _select(client, ref.folder, ref.validity, readonly=False)
        client.add_flags([ref.uid], [SEEN])
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        log.info("a mail could not be marked as read")


def _heads(client: IMAPClient, folder: str, validity: int, uids: Sequence[int]) -> list[Head]:
    """The newest first."""
    if not uids:
        return []
    got = client.fetch(list(uids), HEAD)
    heads = [_head(Ref(folder, validity, uid), got[uid]) for uid in uids if uid in got]
    return sorted(heads, key=lambda head: (head.at, head.ref.uid), reverse=True)


def _head(ref: Ref, got: dict[bytes, Any]) -> Head:
    envelope = got.get(b"ENVELOPE")
    senders = (envelope.from_ or envelope.sender or ()) if envelope else ()
    sender = _person(senders[0]) if senders else Person("", "")
    answers = [_person(a) for a in envelope.reply_to or ()] if envelope else []
    flags = got.get(b"FLAGS", ())
    return Head(
        ref,
        sender,
        next((person for person in answers if person.address), sender),
        decoded(envelope.subject) if envelope else "",
        got[b"INTERNALDATE"],
        SEEN not in flags,
        FLAGGED in flags,
        "".join((envelope.message_id or b"").decode("ascii", "ignore").split()) if envelope else "",
    )


def _person(address: Any) -> Person:
    mailbox, host = decoded(address.mailbox), decoded(address.host)
    name = decoded(address.name).strip("\"' ")
    return Person(name, f"{mailbox}@{host}".lower() if mailbox and host else "")


def _text(client: IMAPClient, uid: int, plain: Part | None, html: Part | None) -> tuple[str, bool]:
    """The words to read aloud, and whether there are more than we fetch."""
    if plain is not None:
        text = aloud(_fetched(client, uid, plain))
        if text or html is None:
            return text, plain.size > MOST_TEXT
    if html is None:
        return "", False
    seen = prose.from_html(_fetched(client, uid, html), quoted="> ")
    return aloud(seen), html.size > MOST_TEXT


def _fetched(client: IMAPClient, uid: int, part: Part) -> str:
    got = client.fetch([uid], [f"BODY.PEEK[{part.number}]<0.{MOST_TEXT}>"]).get(uid, {})
    raw = next((value for key, value in got.items() if key.startswith(b"BODY[")), b"") or b""
    return body(raw, part.encoding, part.charset)


def _size(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{max(1, size // 1000)} kB"


def _gone() -> Refused:
    return Refused("that mail is not there any more; look again with inbox or search")
