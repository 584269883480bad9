"""Marking and moving, as another mail program sees it: at a real Dovecot."""

import json

import pytest
from imapclient import FLAGGED, SEEN, IMAPClient

from tests.experts.mail.house import House, Tools, deliver, earlier, letter
from vivavoce.core import Refused
from vivavoce.experts import Result

pytestmark = [pytest.mark.real, pytest.mark.anyio]


def flags(account: IMAPClient) -> set[bytes]:
    account.select_folder("INBOX", readonly=True)
    (found,) = account.get_flags(account.search()).values()
    account.unselect_folder()
    return set(found)


def subjects(account: IMAPClient, folder: str) -> list[str]:
    account.select_folder(folder, readonly=True)
    got = account.fetch(account.search("UNDELETED"), ["ENVELOPE"])
    account.unselect_folder()
    return sorted(one[b"ENVELOPE"].subject.decode() for one in got.values())


async def undo(mail: Tools, result: Result) -> Result:
    assert result.undo is not None
    return await mail(result.undo.name, **json.loads(result.undo.arguments))


async def test_a_mail_is_marked_and_put_back(house: House, account: IMAPClient) -> None:
    deliver(account, letter(), house.now)
    async with house.open() as mail:
        await mail("inbox")
        assert "Bob Miller, “Lunch?”," in mail.summary("mark", mail=1, state="starred")
        starred = await mail("mark", mail=1, state="starred")
        assert starred.say == "The mail from Bob Miller is marked as starred."
        assert flags(account) >= {FLAGGED}
        again = await mail("mark", mail=1, state="starred")
        assert again.undo is None
        await undo(mail, starred)
        assert FLAGGED not in flags(account)
        read = await mail("mark", mail=1, state="read")
        assert SEEN in flags(account)
        await undo(mail, read)
        assert SEEN not in flags(account)


async def test_a_mail_is_archived_and_brought_back(house: House, account: IMAPClient) -> None:
    deliver(account, letter(subject="Stays"), earlier(house.now, hours=2))
    deliver(account, letter(subject="Goes"), earlier(house.now, hours=1))
    async with house.open() as mail:
        await mail("inbox")
        done = await mail("move", mail=1, to="archive")
        assert done.say == "The mail from Bob Miller is archived."
        assert (subjects(account, "INBOX"), subjects(account, "Archive")) == (["Stays"], ["Goes"])
        with pytest.raises(Refused, match="there already"):
            await mail("move", mail=1, to="archive")
        assert "Goes" in (await mail("read", mail=1)).say  # its number still means it
        await undo(mail, done)
    assert subjects(account, "INBOX") == ["Goes", "Stays"]
    assert subjects(account, "Archive") == []


async def test_deleted_is_in_the_trash_and_can_be_had_again(
    house: House, account: IMAPClient
) -> None:
    deliver(account, letter(), house.now)
    async with house.open() as mail:
        await mail("inbox")
        await mail("read")
        done = await mail("move", to="trash")
        assert done.say == "The mail from Bob Miller is in the trash."
        assert (subjects(account, "INBOX"), subjects(account, "Trash")) == ([], ["Lunch?"])
        await mail("move", mail=1, to="inbox")
    assert subjects(account, "INBOX") == ["Lunch?"]


async def test_two_mails_that_are_alike_are_not_mixed_up(house: House, account: IMAPClient) -> None:
    twin = letter()
    deliver(account, twin, earlier(house.now, hours=3), "Archive")
    deliver(account, twin, earlier(house.now, hours=2))
    deliver(account, letter(subject="Another"), earlier(house.now, hours=1))
    async with house.open() as mail:
        await mail("inbox")
        done = await mail("move", mail=2, to="archive")
        assert subjects(account, "Archive") == ["Lunch?", "Lunch?"]
        await undo(mail, done)
    assert subjects(account, "Archive") == ["Lunch?"]
    assert subjects(account, "INBOX") == ["Another", "Lunch?"]


async def test_a_mail_without_an_id_is_moved_too(house: House, account: IMAPClient) -> None:
    deliver(account, b"From: a@example.net\r\nSubject: Bare\r\n\r\nHi\r\n", house.now)
    async with house.open() as mail:
        await mail("inbox")
        done = await mail("move", mail=1, to="archive")
        assert subjects(account, "Archive") == ["Bare"]
        await undo(mail, done)
    assert subjects(account, "INBOX") == ["Bare"]


async def test_a_mail_that_somebody_else_took_away_is_not_there(
    house: House, account: IMAPClient
) -> None:
    deliver(account, letter(), house.now)
    async with house.open() as mail:
        await mail("inbox")
        account.select_folder("INBOX")
        account.delete_messages(account.search())
        account.expunge()
        account.unselect_folder()
        for name, what in (("mark", {"state": "read"}), ("move", {"to": "trash"}), ("read", {})):
            with pytest.raises(Refused, match="not there any more"):
                await mail(name, mail=1, **what)


async def test_what_can_not_be_moved_is_told(house: House, account: IMAPClient) -> None:
    deliver(account, letter(), house.now)
    async with house.open() as mail:
        with pytest.raises(Refused, match="no mail 4"):
            await mail("move", mail=4, to="trash")
        await mail("inbox")
        with pytest.raises(Refused, match="was not moved"):
            await mail("move", mail=1, to="back")
