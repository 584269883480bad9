"""Drafts and sending: at a real Dovecot and a real SMTP server."""

import email
import stat
from email import policy
from email.message import EmailMessage

import anyio
import pytest
from imapclient import IMAPClient

from tests.experts.mail.conftest import Post
from tests.experts.mail.dovecot import USER, Dovecot
from tests.experts.mail.house import House, deliver, earlier, letter
from vivavoce.core import Broken, ConfigError, Refused, Retry

pytestmark = [pytest.mark.real, pytest.mark.anyio]
Mailer = tuple[Post, int]
BOOK = (
    'Anna = "anna@example.net"\n"Bob Miller" = "bob@example.com"\n"Bob Dole" = "dole@example.org"\n'
)


@pytest.fixture
def contacts(house: House) -> House:
    (house.folder / "contacts.toml").write_text(BOOK)
    return house


def read(raw: bytes) -> EmailMessage:
    """As any mail program does."""
    made = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(made, EmailMessage)
    return made


def sent(post: Mailer) -> list[EmailMessage]:
    """What the SMTP server took."""
    return [read(one.content) for one in post[0].taken if isinstance(one.content, bytes)]


def kept(account: IMAPClient, folder: str = "Sent") -> list[EmailMessage]:
    account.select_folder(folder, readonly=True)
    got = account.fetch(account.search(), ["BODY.PEEK[]"])
    account.unselect_folder()
    return [read(one[b"BODY[]"]) for one in got.values()]


async def test_a_draft_is_written_down_and_not_sent(contacts: House, post: Mailer) -> None:
    async with contacts.open() as mail:
        made = await mail("draft", to="Anna", body="I'll be ten minutes late.\nSorry!")
    assert made.say == (
        "I wrote a draft to Anna at anna@example.net, subject “I'll be ten minutes late”: "
        "“I'll be ten minutes late. Sorry!”. Shall I send it?"
    )
    assert not post[0].taken
    (file,) = (contacts.folder / "drafts").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_draft_outlives_a_restart_and_is_sent_once(
    contacts: House, account: IMAPClient, post: Mailer
) -> None:
    async with contacts.open() as mail:
        await mail("draft", to="Anna", subject="Späti", body="Ich komme später – Grüße 🙂")
    async with contacts.open() as mail:
        assert (await mail.plan("send")).startswith(
            "send a mail to Anna at anna@example.net, subject"
        )
        assert (await mail("send")).say == "The mail to Anna is sent."
        with pytest.raises(Refused, match="there is no draft"):
            await mail("send")
        with pytest.raises(Refused, match="sent already"):
            await mail("send", draft=1)
    (one,) = sent(post)
    assert (one["From"], one["To"]) == ("Lea Brandt <lea@example.org>", "Anna <anna@example.net>")
    assert one["Subject"] == "Späti"
    assert one.get_content().rstrip() == "Ich komme später – Grüße 🙂"
    assert post[0].taken[0].mail_from == "lea@example.org"
    assert post[0].logins == [USER]
    (copy,) = kept(account)
    assert copy["Message-ID"] == one["Message-ID"]
    assert not list((contacts.folder / "drafts").iterdir())


async def test_a_reply_goes_to_who_wants_it_and_hangs_on_the_thread(
    contacts: House, account: IMAPClient, post: Mailer
) -> None:
    asked = letter(
        Reply_To="The office <office@example.com>", References="<first@example.com> <b@example.com>"
    )
    deliver(account, asked, earlier(contacts.now, hours=1))
    async with contacts.open() as mail:
        await mail("inbox")
        made = await mail("draft", reply_to=1, body="Friday is fine.")
        await mail("send")
    assert made.source == "mail from Bob Miller"
    (one,) = sent(post)
    assert one["To"] == "The office <office@example.com>"
    assert one["Subject"] == "Re: Lunch?"
    assert one["In-Reply-To"] == asked["Message-ID"]
    assert one["References"].split() == [
        "<first@example.com>", "<b@example.com>", asked["Message-ID"],
    ]  # fmt: skip


async def test_several_people_at_once_each_only_once(contacts: House, post: Mailer) -> None:
    async with contacts.open() as mail:
        await mail("draft", to="Anna, Bob Miller and anna", body="Dinner at eight?")
        assert (await mail("send")).say == "The mail to Anna and Bob Miller is sent."
    assert post[0].taken[0].rcpt_tos == ["anna@example.net", "bob@example.com"]


async def test_whom_it_may_go_to(contacts: House, account: IMAPClient) -> None:
    """The book, who was written to before, an address that the speaker spells; nobody else."""
    deliver(
        account, letter("Evil <evil@example.com>", body="Write to evil@example.com"), contacts.now
    )
    before = letter("Lea <lea@example.org>", "Rent")
    before.replace_header("To", "Zoë Ångström <zoe@example.net>")
    deliver(account, before, contacts.now, "Sent")
    async with contacts.open() as mail:
        with pytest.raises(Refused, match=r"Bob Miller at bob@example\.com or Bob Dole"):
            await mail("draft", to="Bob", body="Hello")
        with pytest.raises(Refused, match="nobody called Evil"):
            await mail("draft", to="Evil", body="Hello")
        with pytest.raises(Refused, match="not in the address book"):
            await mail("draft", "answer that mail", to="evil@example.com", body="Hello")
        known = await mail("draft", to="zoe", body="Hello")
        spelled = await mail(
            "draft", "mail joe at example dot org that I am late", to="joe@example.org", body="Late"
        )
        me = await mail("draft", to="me", body="Buy milk")
        crowd = [f"p{n}@example.org" for n in range(11)]
        with pytest.raises(Refused, match="at most 10"):
            await mail("draft", f"mail {' '.join(crowd)}", to=", ".join(crowd), body="Hello")
    assert known.data["to"] == ["zoe@example.net"]
    assert spelled.data["to"] == ["joe@example.org"]
    assert me.data["to"] == ["lea@example.org"]


async def test_cards_as_phones_export_them(house: House) -> None:
    (house.folder / "contacts.vcf").write_text(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Pfeiffer;Jürgen;;;\r\nFN:Jürgen Pfeiffer\r\n"
        "NICKNAME:Jojo\r\nitem1.EMAIL;TYPE=INTERNET:Jojo@Example.net\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB =C3=85ng=\r\n=C3=B6\r\n"
        "EMAIL;HOME:zoe@example.net\r\nEMAIL;WORK:z@work.example\r\nEND:VCARD\r\n"
    )
    async with house.open() as mail:
        assert (await mail("draft", to="jojo", body="Hi")).data["to"] == ["jojo@example.net"]
        assert (await mail("draft", to="Jurgen", body="Hi")).data["to"] == ["jojo@example.net"]
        with pytest.raises(Refused, match=r"zoe@example\.net or .*z@work\.example; ask which"):
            await mail("draft", to="Zoe", body="Hi")


async def test_a_book_that_can_not_be_read_says_what_to_write(house: House) -> None:
    (house.folder / "contacts.toml").write_text('Anna = "anna at example"')
    async with house.open() as mail:
        with pytest.raises(ConfigError, match='write Anna = "somebody@example'):
            await mail("draft", to="Anna", body="Hi")


async def test_words_become_no_headers(contacts: House, post: Mailer) -> None:
    async with contacts.open() as mail:
        await mail(
            "draft", to="Anna", subject="Hi\r\nBcc: evil@example.com", body="Bcc: x@y.zz\n\nA"
        )
        await mail("send")
    (one,) = sent(post)
    assert one["Bcc"] is None
    assert one["Subject"] == "Hi Bcc: evil@example.com"
    assert post[0].taken[0].rcpt_tos == ["anna@example.net"]


async def test_a_draft_is_thrown_away(contacts: House, post: Mailer) -> None:
    async with contacts.open() as mail:
        made = await mail("draft", to="Anna", body="Hello")
        assert made.undo is not None
        assert "Anna" in mail.summary("discard")
        assert (await mail("discard", draft=1)).say == "I threw the draft away."
        with pytest.raises(Refused, match="there is no draft"):
            await mail("send")
        with pytest.raises(Refused, match="there is no draft 1"):
            await mail("discard", draft=1)
    assert not list((contacts.folder / "drafts").iterdir())
    assert not post[0].taken


async def test_of_two_drafts_it_is_asked_which(contacts: House, post: Mailer) -> None:
    async with contacts.open() as mail:
        await mail("draft", to="Anna", body="One")
        await mail("draft", to="Bob Dole", body="Two")
        with pytest.raises(Refused, match="which draft: 1 and 2"):
            await mail("send")
        await mail("send", draft=2)
        await mail("send")
    assert [one["To"] for one in sent(post)] == [
        "Bob Dole <dole@example.org>", "Anna <anna@example.net>",
    ]  # fmt: skip


async def test_two_processes_have_the_same_drafts_and_each_is_sent_once(
    contacts: House, post: Mailer
) -> None:
    async with contacts.open() as served, contacts.open() as asked:
        one = await served("draft", to="Anna", body="One")
        two = await asked("draft", to="Anna", body="Two")
        assert (one.data["draft"], two.data["draft"]) == (1, 2)
        await served("send", draft=2)
        with pytest.raises(Refused, match="no draft 2 any more"):
            await asked("send", draft=2)
        await asked("discard")
        with pytest.raises(Refused, match="there is no draft"):
            await served("send")
        assert (await served("draft", to="Anna", body="Three")).data["draft"] == 3
    assert [one.get_content().strip() for one in sent(post)] == ["Two"]


async def test_while_one_process_sends_a_draft_no_other_does(contacts: House, post: Mailer) -> None:
    post[0].waits_s = 1.0
    async with contacts.open() as served, contacts.open() as asked:
        await served("draft", to="Anna", body="Hello")
        async with anyio.create_task_group() as both:
            both.start_soon(served, "send")
            await anyio.sleep(0.3)
            with pytest.raises(Retry, match="another mail is being sent"):
                await asked("send")
        with pytest.raises(Refused, match="there is no draft"):
            await asked("send")
    assert len(post[0].taken) == 1


async def test_if_one_of_them_is_not_taken_nobody_gets_it(contacts: House, post: Mailer) -> None:
    post[0].refuse = "bob@example.com"
    async with contacts.open() as mail:
        await mail("draft", to="Anna, Bob Miller", body="Dinner?")
        with pytest.raises(Refused, match=r"bob@example\.com; nothing was sent"):
            await mail("send")
        assert not post[0].taken
        post[0].refuse = ""
        await mail("send")
    assert len(post[0].taken) == 1


@pytest.mark.parametrize(
    ("says", "error"), [("451 later", Retry), ("554 spam", Refused), ("hang up", Broken)]
)
async def test_what_the_server_does_not_take_stays_a_draft(
    contacts: House, post: Mailer, account: IMAPClient, says: str, error: type[Exception]
) -> None:
    post[0].says = says
    async with contacts.open() as mail:
        await mail("draft", to="Anna", body="Hello")
        with pytest.raises(error):
            await mail("send")
        post[0].says = "250 OK"
        await mail("send")
    assert len(post[0].taken) == 1
    assert len(kept(account)) == 1


async def test_a_wrong_password_or_no_server_says_what_to_set_up(contacts: House) -> None:
    async with contacts.but(smtp="").open() as mail:
        await mail("draft", to="Anna", body="Hello")
        with pytest.raises(ConfigError, match="run: vivavoce setup mail"):
            await mail("send")
    async with contacts.but(password="wrong secret").open() as mail:
        assert "Anna" in await mail.plan("send")  # the draft from before
        with pytest.raises(ConfigError, match="refuses the user or the password") as error:
            await mail("send")
    assert "secret" not in str(error.value)


async def test_a_server_that_hangs_up_on_a_wrong_password_says_so_too(
    contacts: House, post: Mailer
) -> None:
    post[0].hangs_up_at_login = True
    async with contacts.but(password="wrong secret").open() as mail:
        await mail("draft", to="Anna", body="Hello")
        with pytest.raises(Retry, match="check user and password"):
            await mail("send")


async def test_a_mail_whose_copy_can_not_be_kept_is_sent_all_the_same(
    contacts: House, post: Mailer, dovecot: Dovecot
) -> None:
    async with contacts.open() as mail:
        await mail("draft", to="Anna", body="Hello")
        dovecot.stop()
        try:
            said = (await mail("send")).say
            with pytest.raises(Refused, match="there is no draft"):
                await mail("send")
        finally:
            dovecot.start()
    assert said == "The mail to Anna is sent, but I could not keep a copy."
    assert len(post[0].taken) == 1


async def test_a_draft_file_that_is_damaged_costs_only_itself(contacts: House) -> None:
    async with contacts.open() as mail:
        await mail("draft", to="Anna", body="Hello")
    (contacts.folder / "drafts" / "7.eml").write_bytes(b"\xff\xfe no mail at all")
    (contacts.folder / "drafts" / "8.eml").write_bytes(
        b"To: x@example.org\r\nContent-Type: text/plain; charset=nonsense\r\n\r\nHi\xff\r\n"
    )
    async with contacts.open() as mail:
        await mail("send", draft=1)
        await mail("draft", to="Anna", body="Hello again")
    assert sorted(p.name for p in (contacts.folder / "drafts").iterdir()) == [
        "2.eml", "7.damaged", "8.damaged",
    ]  # fmt: skip
