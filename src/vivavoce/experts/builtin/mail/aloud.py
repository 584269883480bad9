"""A mail's words without what nobody wants read to them: quotations, signatures, links. Pure."""

import re

from vivavoce.experts import prose

_ATTRIBUTION = re.compile(
    r"(?:on|am|le) .{4,240}(?:wrote|writes|schrieb\b.{0,80}|écrit) ?:|"
    r".{1,80} (?:wrote|writes) on .{4,100}:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"-{2,} ?(?:original message|original-nachricht|ursprüngliche nachricht).*|_{20,}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"-{2,} ?(?:forwarded message|weitergeleitete nachricht).*|begin forwarded message:?",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:from|von|de):\*? .+", re.IGNORECASE)
_SENT = re.compile(r"\*?(?:sent|gesendet|envoyé|date|to|an):\*? .+", re.IGNORECASE)
_SIGNED = re.compile(
    r"--|sent from my .{2,60}|sent from (?:outlook|mail|yahoo).{0,60}|get outlook for .{2,20}|"
    r"von meinem .{2,40} gesendet\.?",
    re.IGNORECASE,
)
_SMALL_PRINT = re.compile(
    r"this (?:e-?mail|message)(?: and any (?:files|attachments))?"
    r".{0,80}(?:confidential|privileged|intended (?:only|solely))|"
    r"confidentiality notice|(?:click here )?to unsubscribe|unsubscribe\b|"
    r"you (?:are )?receiv(?:ed|ing) this (?:e-?mail|message) because|"
    r"view (?:this e-?mail )?in (?:your )?browser|manage (?:your )?(?:subscription|preferences)",
    re.IGNORECASE,
)
_LINK = re.compile(r"<?\b(?:https?://|www\.)([^\s/<>\"')\]?#:]+)[^\s<>\"')\]]*>?", re.IGNORECASE)
_SPACER = re.compile(r"[\s\-=_*~#|•·+]{3,}")
_FLOWED = re.compile(r"(?<=[^\n.!?:;])\n(?=[a-zäöüéèàß(])")


def aloud(text: str) -> str:
    """What its writer wrote this time; empty: it was all quotation or signature."""
    lines = [line.strip() for line in prose.clean(text).split("\n")]
    kept: list[str] = []
    forwarded = False
    at = 0
    while at < len(lines):
        line = lines[at]
        forwarded = forwarded or bool(_FORWARDED.fullmatch(line))
        if _SIGNED.fullmatch(line) or _ORIGINAL.fullmatch(line):
            break
        if not forwarded and _FROM.fullmatch(line) and _any_sent(lines[at + 1 : at + 4]):
            break
        if span := _attribution(lines, at):
            at += span
            following = next((line for line in lines[at:] if line), "")
            if not following.startswith(">"):
                break
            continue
        at += 1
        if not (line.startswith(">") or _SPACER.fullmatch(line) or _SMALL_PRINT.match(line)):
            kept.append(_LINK.sub(lambda found: f"(a link to {_bare(found[1])})", line))
    return prose.clean(_FLOWED.sub(" ", "\n".join(kept)))


def _any_sent(lines: list[str]) -> bool:
    return any(_SENT.fullmatch(line) for line in lines)


def _attribution(lines: list[str], at: int) -> int:
    """How many lines from here say who wrote the quotation that follows; 0: none."""
    for span in (1, 2, 3):
        told = lines[at : at + span]
        if all(told) and told[-1].endswith(":") and _ATTRIBUTION.fullmatch(" ".join(told)):
            return span
    return 0


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.").rstrip(".,")
