"""A token that no rule took: letters as they are, digits as numbers, symbols by name."""

import re
import unicodedata

from vivavoce.voice import numerals as say
from vivavoce.voice.lexicon import SYMBOLS, WORDS

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|\]\([^()]*\)|&(?:nbsp|amp|quot|lt|gt);")
LEAD = re.compile(r"[\"'“”‘’«»(\[{*_`!¡¿…]*")


def plain(token: str) -> str:
    """A token that no rule took: letters as they are, digits as numbers, symbols by name."""
    body = _TAG.sub("", token)
    lead = LEAD.match(body)
    core = body[lead.end() if lead else 0 :]
    bare = core.rstrip("\"'“”‘’«»)]}*_`.,;:!?…")
    says = _pieces(bare)
    return joined(says, core[len(bare) :])


def _pieces(text: str) -> str:
    out: list[str] = []
    for m in re.finditer(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?|[^\W\d_]+(?:['’][^\W\d_]+)*|.", text):
        piece = m[0]
        if "0" <= piece[0] <= "9":
            out.append(f" {say.decimal(piece)} ")
        elif piece[0].isalpha() or len(piece) > 1:
            out.append(_letters(piece))
        elif piece in "-‐‑" and out and out[-1][-1:].isalpha():
            out.append("-")
        elif piece in "—–":
            out.append(", ")
        elif piece in ".:;,?!":
            out.append(" dot " if piece == "." and _inside(text, m) else ", ")
        elif piece == "/" and _inside(text, m):
            out.append(" slash " if any(c.isdigit() for c in text) else " ")
        else:
            out.append(f" {_symbol(piece)} ")
    says = re.sub(r"-(?=\s|$)", " ", "".join(out))
    says = re.sub(r"\s+([,])", r"\1", re.sub(r"\s+", " ", says)).strip(" ,-")
    return re.sub(r",(?:\s*,)+", ",", says)


def _inside(text: str, m: "re.Match[str]") -> bool:
    return m.start() > 0 and m.end() < len(text) and text[m.start() - 1].isalnum()


def _symbol(char: str) -> str:
    if char in SYMBOLS:
        return SYMBOLS[char]
    digit = unicodedata.digit(char, None)
    return say.digits(str(digit)) if digit is not None else ""


def _letters(piece: str) -> str:
    """Letters that an English voice can read; other scripts fall silent but for named symbols."""
    piece = piece.replace("’", "'")
    if piece in WORDS:
        return WORDS[piece]
    if piece in SYMBOLS:
        return f" {SYMBOLS[piece]} "
    folded = unicodedata.normalize("NFC", piece)
    return "".join(
        f" {_symbol(c)} " if _symbol(c) else c
        for c in folded
        if c == "'" or _symbol(c) or unicodedata.name(c, "").startswith("LATIN")
    )


def joined(says: str, trail: str) -> str:
    """The words and the strongest pause of the marks behind them."""
    says = re.sub(r"\s+", " ", says).strip()
    pause = next((p for p in "?!.;:," if p in trail.replace("…", ".")), "")
    return says + pause if says else ""
