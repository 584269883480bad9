"""Which parts a mail has, from its BODYSTRUCTURE: so that attachments are never fetched. Pure."""

from dataclasses import dataclass
from email.message import Message
from typing import Any

from vivavoce.experts import prose
from vivavoce.experts.builtin.mail.headers import decoded

MOST_PARTS = 200


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf."""

    number: str
    """As in BODY[1.2]."""
    kind: str
    """text/plain."""
    charset: str
    encoding: str
    """How it is carried: base64, quoted-printable, 8bit."""
    size: int
    """Bytes, as carried."""
    name: str = ""
    attached: bool = False


def parts(structure: Any) -> list[Part]:
    """All leaves, in order; what can't be read is left out."""
    found: list[Part] = []
    waiting: list[tuple[str, Any]] = [("", structure)]
    while waiting and len(found) < MOST_PARTS:
        number, node = waiting.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if isinstance(node[0], list):
            inner = [
                (f"{number}.{n}" if number else str(n), child) for n, child in enumerate(node[0], 1)
            ]
            waiting.extend(reversed(inner))
        elif len(node) >= 7:
            found.append(_leaf(number or "1", node))
    return found


def texts(found: list[Part]) -> tuple[Part | None, Part | None]:
    """The plain text and the HTML that are the mail's own words."""
    own = [part for part in found if not part.attached and part.size]
    plain = next((part for part in own if part.kind == "text/plain"), None)
    return plain, next((part for part in own if part.kind == "text/html"), None)


def attachments(found: list[Part]) -> list[Part]:
    """What hangs on it, pictures of its layout left out."""
    return [part for part in found if part.attached]


def _leaf(number: str, node: tuple[Any, ...]) -> Part:
    kind = f"{_word(node[0])}/{_word(node[1])}"
    given = _pairs(node[2])
    at = 9 if kind.startswith("text/") else 11 if kind == "message/rfc822" else 8
    disposition = node[at] if len(node) > at else None
    how, about = "", {}
    if isinstance(disposition, tuple) and disposition:
        how, about = _word(disposition[0]), _pairs(disposition[1] if disposition[1:] else None)
    name = _name(about, "filename") or _name(given, "name")
    attached = how == "attachment" or (
        kind not in ("text/plain", "text/html") and how != "inline" and not _layout(kind, node)
    )
    size = node[6] if isinstance(node[6], int) else 0
    return Part(number, kind, given.get("charset", ""), _word(node[5]), size, name, attached)


def _layout(kind: str, node: tuple[Any, ...]) -> bool:
    """A picture that the HTML shows, by its content id."""
    return kind.startswith("image/") and bool(node[3])


def _pairs(flat: Any) -> dict[str, str]:
    if not isinstance(flat, tuple):
        return {}
    return {
        _word(key): _raw(value) for key, value in zip(flat[::2], flat[1::2], strict=False) if value
    }


def _name(given: dict[str, str], key: str) -> str:
    """A file's name, whichever way it is encoded."""
    if key in given:
        return prose.line(decoded(given[key]), 80)
    pieces = {k: v for k, v in given.items() if k.startswith(f"{key}*")}
    if not pieces:
        return ""
    header = Message()
    header["content-disposition"] = "attachment; " + "; ".join(
        f'{k}="{v}"' if not k.endswith("*") else f"{k}={v}" for k, v in pieces.items()
    )
    return prose.line(header.get_filename() or "", 80)


def _word(value: Any) -> str:
    return _raw(value).lower()


def _raw(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
