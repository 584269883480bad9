"""Headers and bodies as bytes to text, however they are encoded. Pure."""

import base64
import binascii
import codecs
import quopri
import re
from email.errors import HeaderParseError
from email.header import decode_header

from vivavoce.experts import prose

MOST_HEADER = 10_000


def decoded(header: str | bytes | None) -> str:
    """One line of a header, RFC 2047 or raw; what can't be decoded stays as it is."""
    if isinstance(header, bytes):
        header = unicode(header, "")
    raw = (header or "")[:MOST_HEADER]
    if "=?" not in raw:
        return prose.line(raw, 500)
    try:
        pieces = decode_header(re.sub(r"\s+", " ", raw))
    except (HeaderParseError, binascii.Error, ValueError):
        return prose.line(raw, 500)
    return prose.line("".join(_piece(piece, charset) for piece, charset in pieces), 500)


def body(raw: bytes, encoding: str, charset: str) -> str:
    """A text part's words; it may have been cut anywhere."""
    if encoding == "base64":
        raw = _base64(raw)
    elif encoding == "quoted-printable":
        raw = quopri.decodestring(raw)
    return unicode(raw, charset)


def unicode(raw: bytes, charset: str) -> str:
    """By its charset if that is true; else UTF-8, else Windows-1252, which never fails."""
    tried = charset.strip("\"' ").lower()
    if tried in ("", "us-ascii", "ascii", "unknown-8bit", "default"):
        tried = "utf-8"
    elif tried in ("iso-8859-1", "latin-1", "latin1"):
        tried = "windows-1252"  # what those who write latin-1 mean
    try:
        codecs.lookup(tried)
        return raw.decode(tried)
    except (LookupError, UnicodeError, ValueError):
        pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":  # cut within a letter
            return raw[: error.start].decode("utf-8")
        return raw.decode("windows-1252", "replace")


def _piece(piece: str | bytes, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    if charset is None:  # decode_header's own way to carry what was not encoded
        return piece.decode("raw-unicode-escape", "replace")
    return unicode(piece, charset)


def _base64(raw: bytes) -> bytes:
    kept = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    try:
        return base64.b64decode(kept[: len(kept) // 4 * 4] + _tail(kept))
    except binascii.Error:
        return b""


def _tail(kept: bytes) -> bytes:
    """The last, incomplete group of four, filled up."""
    rest = kept[len(kept) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
