"""Whom a name means. Only who is in the address book, who was written to before, or whose address
the speaker spells: a mail that somebody sent us gives nobody an address."""

import quopri
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from vivavoce.core import ConfigError
from vivavoce.experts import prose
from vivavoce.experts.builtin.mail.mail import Person

ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]]+@[^\s@<>,;:\"()\[\]]+\.[^\s@<>,;:\"()\[\].]{2,}")
_SPOKEN = {
    "at": "@",
    "dot": ".",
    "point": ".",
    "underscore": "_",
    "dash": "-",
    "minus": "-",
    "hyphen": "-",
    "plus": "+",
}
MOST_TOKENS = 24
"""Words that one spelled address has at most: each letter may be one."""


def read_book(folder: Path) -> list[Person]:
    """contacts.vcf (as phones export it) and contacts.toml (name = "address") of the folder.
    ConfigError: one can't be read."""
    found: list[Person] = []
    card, table = folder / "contacts.vcf", folder / "contacts.toml"
    if card.is_file():
        found += _cards(card.read_text("utf-8", "replace"))
    if table.is_file():
        try:
            written = tomllib.loads(table.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{table} can't be read: {error}") from None
        for name, addresses in written.items():
            for address in addresses if isinstance(addresses, list) else [addresses]:
                if not isinstance(address, str) or not ADDRESS.fullmatch(address.strip()):
                    raise ConfigError(f'{table}: write {name} = "somebody@example.org"')
                found.append(Person(name, address.strip().lower()))
    return found


def fitting(people: Sequence[Person], name: str) -> list[Person]:
    """Who is called so: the whole name first; else all of its words begin one of theirs."""
    wanted = folded(name)
    if not wanted:
        return []
    exact = [person for person in people if folded(person.name) == wanted]
    if exact:
        return exact
    return [
        person
        for person in people
        if all(any(own.startswith(word) for own in folded(person.name)) for word in wanted)
    ]


def folded(name: str) -> list[str]:
    """Words in small letters, without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ø", "o").replace("ł", "l"))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return re.findall(r"\w+", kept)


def spelled(address: str, words: str) -> bool:
    """Whether the speaker said this very address: typed, or "bob at example dot org"."""
    tokens = [
        _SPOKEN.get(token, token)
        for raw in words.lower().split()
        if (token := raw.strip(",;:!?\"'()<>").rstrip("."))
    ]
    wanted = address.lower()
    for start in range(len(tokens)):
        told = ""
        for token in tokens[start : start + MOST_TOKENS]:
            told += token
            if told == wanted:
                return True
            if not wanted.startswith(told):
                break
    return False


def _cards(text: str) -> list[Person]:
    """vCard 2.1 to 4.0: full name, nickname, and all addresses."""
    found: list[Person] = []
    name, nickname, addresses = "", "", list[str]()
    for line in re.sub(r"=?\r?\n[ \t]|=\r?\n(?==)", "", text).splitlines():
        key, _, value = line.partition(":")
        field, *options = key.upper().split(";")
        field = field.rpartition(".")[2]
        if any("QUOTED-PRINTABLE" in option for option in options):
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        value = prose.line(re.sub(r"\\([,;\\])", r"\1", value))
        if field == "BEGIN":
            name, nickname, addresses = "", "", []
        elif field == "FN":
            name = value
        elif field == "N" and not name:
            last, _, first = value.partition(";")
            name = f"{first.split(';')[0]} {last}".strip()
        elif field == "NICKNAME":
            nickname = value.split(",")[0].strip()
        elif field == "EMAIL" and ADDRESS.fullmatch(value):
            addresses.append(value.lower())
        elif field == "END":
            called = f"{name} ({nickname})" if nickname and nickname not in name else name
            found += [Person(called, address) for address in addresses]
    return found
