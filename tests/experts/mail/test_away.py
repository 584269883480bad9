"""Wrong passwords, servers that are away, lines that break, very many mails."""

import time

import anyio
import pytest
from imapclient import IMAPClient

from tests.experts.mail.dovecot import PASSWORD, Dovecot, free_port
from tests.experts.mail.house import House, deliver, letter
from vivavoce.core import ConfigError, Retry

pytestmark = [pytest.mark.real, pytest.mark.anyio]


async def test_a_wrong_password_says_what_to_do_and_is_not_told(house: House) -> None:
    async with house.but(password="wrong secret").open() as mail:
        with pytest.raises(ConfigError, match="run: vivavoce setup mail") as error:
            await mail("inbox")
    assert "secret" not in str(error.value)


async def test_a_server_that_is_away_is_asked_again_when_it_is_back(
    house: House, dovecot: Dovecot
) -> None:
    async with house.open() as mail:
        await mail("inbox")
        dovecot.stop()
        with pytest.raises(Retry, match="localhost does not answer"):
            await mail("inbox")
        dovecot.start()
        assert (await mail("inbox")).say == "There is no new mail."


async def test_a_line_that_was_cut_between_two_requests_is_made_again(
    house: House, account: IMAPClient, dovecot: Dovecot
) -> None:
    deliver(account, letter(), house.now)
    async with house.open() as mail:
        await mail("inbox")
        await anyio.to_thread.run_sync(dovecot.kick)
        assert "Lunch?" in (await mail("read")).say


async def relay(
    port: int, listener: anyio.abc.Listener[anyio.abc.SocketStream], cut_after: list[int]
) -> None:
    """Carries each connection to a port; cuts the n-th after so many bytes of the server's."""

    async def carry(client: anyio.abc.SocketStream) -> None:
        left = cut_after.pop(0) if cut_after else 10**9
        server = await anyio.connect_tcp("127.0.0.1", port)
        async with client, server, anyio.create_task_group() as both:

            async def there() -> None:
                async for data in client:
                    await server.send(data)
                both.cancel_scope.cancel()

            both.start_soon(there)
            async for data in server:
                await client.send(data[:left])
                left -= len(data)
                if left <= 0:
                    break
            both.cancel_scope.cancel()

    await listener.serve(carry)


@pytest.mark.parametrize("cut", [[9_000], [9_000, 9_000, 9_000]], ids=["once", "always"])
async def test_a_line_that_breaks_in_the_middle_of_a_mail(
    house: House, account: IMAPClient, dovecot: Dovecot, cut: list[int]
) -> None:
    deliver(account, letter(body="A long story. " * 3000), house.now)
    port = free_port()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    plain = house.but(imap=f"imap+plain://127.0.0.1:{port}")
    cuts = list(cut)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(relay, dovecot.imap, listener, cuts)
        async with plain.open() as mail:
            await mail("inbox")
            if len(cut) == 1:
                assert "A long story." in (await mail("read")).say
            else:
                with pytest.raises(Retry, match="keeps hanging up"):
                    await mail("read")
        group.cancel_scope.cancel()


async def test_a_server_that_says_nothing_is_left_soon_and_does_not_block_the_next(
    house: House,
) -> None:
    async def silent(stream: anyio.abc.SocketStream) -> None:
        async with stream:
            await anyio.sleep_forever()

    port = free_port()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, silent)
        async with house.but(imap=f"imap+plain://127.0.0.1:{port}").open() as mail:
            began = time.monotonic()
            for _ in range(2):
                with anyio.move_on_after(0.3) as given_up:
                    await mail("inbox")
                assert given_up.cancelled_caught
            assert time.monotonic() - began < 2
            with pytest.raises(Retry, match="no answer in time"):
                await mail("inbox")
        group.cancel_scope.cancel()


async def test_a_certificate_that_nobody_vouches_for_is_not_taken(house: House) -> None:
    async with house.but(ca="").open() as mail:
        with pytest.raises(ConfigError, match=r"certificate of localhost .* mail\.ca"):
            await mail("inbox")


async def test_starttls_is_used_where_the_setting_says_so(house: House, dovecot: Dovecot) -> None:
    async with house.but(imap=f"imap://localhost:{dovecot.imap}").open() as mail:
        assert (await mail("inbox")).say == "There is no new mail."


async def test_fifty_thousand_mails_are_searched_by_the_server(
    house: House, account: IMAPClient, dovecot: Dovecot
) -> None:
    plain = b"From: Shop %d <s%d@example.net>\r\nSubject: Offer %d\r\n\r\nBuy.\r\n"
    dovecot.fill([plain % (n, n, n) for n in range(50_000)], "Many")
    account.select_folder("Many")  # indexed once, as it is in a mailbox in use
    async with house.but(folders="Many").open() as mail:
        began = time.monotonic()
        found = await mail("search", sender="s31415@example")
        newest = await mail("inbox", everything=True)
        took = time.monotonic() - began
    assert "1 mail from s31415@example:\n1. Shop 31415" in found.text
    assert newest.say.startswith("You have 50000 mails, the newest are: ")
    assert took < 20, f"took {took:.1f} s"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"imap": ""}, "VIVAVOCE_MAIL_IMAP"),
        ({"password": ""}, "run: vivavoce setup mail"),
        ({"imap": "imap+plain://mail.example.org"}, "without encryption only on this machine"),
        ({"imap": "http://mail.example.org"}, "must look like imaps://"),
        ({"imap": "imaps://[bad"}, "must look like imaps://"),
        ({"address": "nobody"}, r"mail\.address"),
        ({"ca": "/nowhere/cert.pem"}, r"mail\.ca"),
    ],
)
async def test_settings_that_cannot_work_are_named(
    house: House, settings: dict[str, str], says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as error:
        async with house.but(**settings).open():
            pass
    assert PASSWORD not in str(error.value)
