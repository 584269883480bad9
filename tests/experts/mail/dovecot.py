"""A real Dovecot of its own: made-up users, a Maildir, a certificate nobody else trusts."""

import getpass
import grp
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PASSWORD = "correct horse"
USER = "lea"


@dataclass
class Dovecot:
    """Running until stop."""

    folder: Path
    imap: int
    imaps: int
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def ca(self) -> Path:
        return self.folder / "cert.pem"

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self.imap), 1) as line:
                    if line.recv(64).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)  # with those who hold connections
            self.process.wait(20)
            self.process = None

    def kick(self) -> None:
        """Hang up on everybody."""
        subprocess.run(
            ["doveadm", "-c", str(self.folder / "dovecot.conf"), "kick", USER],
            check=False,
            capture_output=True,
        )

    def maildir(self, folder: str = "INBOX") -> Path:
        home = self.folder / "mail" / USER
        return home if folder == "INBOX" else home / f".{folder}"

    def fill(self, mails: list[bytes], folder: str = "INBOX") -> None:
        """Read mails, put straight on the disk: quick enough for tens of thousands."""
        home = self.maildir(folder)
        for name in ("cur", "new", "tmp"):
            (home / name).mkdir(parents=True, exist_ok=True)
        now = int(time.time()) - 86400 * 3
        for number, mail in enumerate(mails):
            (home / "cur" / f"{now}.{number:06}.host,S={len(mail)}:2,S").write_bytes(mail)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "nobody:nogroup", str(self.folder / "mail")], check=True)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def prepared(folder: Path) -> Dovecot:
    """Its files, written into the folder."""
    root = os.geteuid() == 0
    folder.chmod(0o755)
    for parent in folder.parents[:3]:
        if str(parent).startswith("/tmp/"):
            parent.chmod(parent.stat().st_mode | 0o011)  # the mail user looks through it
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    (folder / "mail").mkdir()
    if root:
        shutil.chown(folder / "mail", "nobody", "nogroup")
    (folder / "users").write_text(f"{USER}:{{PLAIN}}{PASSWORD}::::::\n")
    dovecot = Dovecot(folder, free_port(), free_port())
    me, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
    owner = (
        ""
        if root
        else f"default_internal_user = {me}\ndefault_login_user = {me}\n"
        f"default_internal_group = {group}\nservice anvil {{\n chroot =\n}}\n"
    )
    uid, gid = ("nobody", "nogroup") if root else (me, group)
    special = "".join(
        f" mailbox {name} {{\n  auto = create\n  special_use = \\{name}\n }}\n"
        for name in ("Trash", "Archive", "Sent", "Drafts")
    )
    (folder / "dovecot.conf").write_text(
        f"""
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
{owner}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
passdb {{
 driver = passwd-file
 args = scheme=PLAIN {folder}/users
}}
userdb {{
 driver = static
 args = uid={uid} gid={gid} home={folder}/mail/%u
}}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
service imap-login {{
 {"" if root else "chroot ="}
 inet_listener imap {{
  port = {dovecot.imap}
 }}
 inet_listener imaps {{
  port = {dovecot.imaps}
 }}
}}
namespace inbox {{
 inbox = yes
 separator = /
{special}}}
"""
    )
    return dovecot
