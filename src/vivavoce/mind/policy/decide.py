"""Whether a call may be made: ranks, a yes, and what it rests on. Pure; no model has a say."""

import re
from collections.abc import Sequence
from dataclasses import replace

from vivavoce.core import RANKS, Rank
from vivavoce.experts import Effect, Rule
from vivavoce.mind.policy.asked import asked, handed_over, sentences_for
from vivavoce.mind.policy.config import PolicyConfig
from vivavoce.mind.policy.origin import HARD, Traced, evidence, trace
from vivavoce.mind.policy.said import STOP, Said, said, tokens
from vivavoce.mind.policy.verdict import Planned, Verdict

_WHO: dict[Rank, str] = {
    "owner": "the owner",
    "adult": "adults of this house",
    "child": "people of this house",
    "guest": "people whom I know",
    "unknown": "everybody",
}
_WHY: dict[Effect, str] = {
    "read": "it is set up to need a yes",
    "change": "it is set up to need a yes",
    "send": "it reaches other people",
    "danger": "it can't be taken back",
}
_PLACES = frozenset({"url", "uri", "link", "href", "host", "domain", "website", "webpage"})
_OUTWARD = frozenset({"web", "internet", "online", "website", "webpage", "http", "https"})
_LINK = re.compile(r"(?:https?|ftp)://|\bwww\.", re.IGNORECASE)
_NAMED = (
    ("account", re.compile(r"[a-z]{2}\d{2}[a-z\d]{10,30}")),
    ("address", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("page", re.compile(r"(?:https?://|www\.)\S+")),
)
"""What people name to the letter, in small letters."""


def decide(planned: Planned, cfg: PolicyConfig = PolicyConfig()) -> Verdict:  # noqa: B008  frozen
    """Allow, ask for a yes, or refuse; the reason is a sentence for people."""
    speaker = said(planned.words)
    outsiders = any(read.source for read in planned.read)
    traced = trace(planned.arguments, evidence(speaker, planned.read)) if outsiders else []
    effect, rule = planned.effect, planned.rule or cfg.rules[planned.effect]
    if effect == "read" and _carries_out(planned, traced, cfg):
        effect, rule = "send", _stricter(rule, cfg.rules["send"])
    low = _too_low(planned, rule, cfg)
    if low is not None and low.says == "refuse":
        return low
    verdict = _of_one_who_may(planned, effect, rule, traced, cfg)
    verdict = verdict if low is None or verdict.says == "refuse" else low
    return replace(verdict, least=rule.least)


def _too_low(planned: Planned, rule: Rule, cfg: PolicyConfig) -> Verdict | None:
    """Why this speaker may not by themselves, whatever was said; None: they may."""
    who = planned.speaker
    if RANKS.index(who.rank) > RANKS.index(rule.least):
        mine = "I don't know who is speaking" if who.rank == "unknown" else f"this is a {who.rank}"
        why = f"that is for {_WHO[rule.least]}, and {mine}"
        return _confirmed(why) if who.rank in cfg.confirmed else Verdict("refuse", why)
    if who.by == "voice" and who.confidence < rule.sure:
        why = f"I am not sure enough by the voice that this is {who.name or 'you'}"
        if cfg.owner_confirms:
            return _confirmed(why)
        return Verdict("refuse", f"{why}; ask again, closer to a microphone, or on the page")
    return None


def _confirmed(why: str) -> Verdict:
    return Verdict("ask", f"{why}, so it needs the owner's yes", by_owner=True)


def _of_one_who_may(
    planned: Planned, effect: Effect, rule: Rule, traced: Sequence[Traced], cfg: PolicyConfig
) -> Verdict:
    """The verdict where nothing is against the speaker."""
    if effect != "read" and any(read.source for read in planned.read):
        return _beside_outsiders(planned, rule, traced, cfg)
    if rule.yes == "always":
        return Verdict("ask", f"{_WHY[effect]}, so it needs a yes")
    return Verdict("allow", "it only looks" if effect == "read" else "its speaker may")


def _beside_outsiders(
    planned: Planned, rule: Rule, traced: Sequence[Traced], cfg: PolicyConfig
) -> Verdict:
    """An act, after words of outsiders were read: they may have made it up."""
    recent = said(planned.words[-cfg.recent :])
    theirs = [value for value in traced if value.origin == "outside"]
    source = next((value.source for value in theirs if value.source), "") or next(
        read.source for read in reversed(planned.read) if read.source
    )
    by_name = asked(planned.tool, planned.about, recent)
    if not by_name and not handed_over(recent):
        return Verdict("refuse", f"nobody here asked for that, it came up with {source}")
    if (kind := _another(planned, theirs, recent)) is not None:
        return Verdict("refuse", f"that is not the {kind} that you named, it came with {source}")
    if not by_name:
        return Verdict("ask", f"you left it to {source} what is to be done, so it needs a yes")
    if theirs and rule.yes != "never":
        what = theirs[0].argument.replace("_", " ")
        return Verdict("ask", f"its {what} may come from {source}, so it needs a yes")
    if rule.yes == "always":
        return Verdict("ask", f"{_WHY[planned.effect]}, so it needs a yes")
    return Verdict("allow", "its speaker asked for just that")


def _another(planned: Planned, theirs: Sequence[Traced], speaker: Said) -> str | None:
    """What kind of thing the speaker named to the letter, where the call has another one from
    elsewhere. Of an address: in each sentence that asks for it; of an account: anywhere."""
    values = [str(value.value).strip().casefold() for value in theirs]
    for kind, written in _NAMED:
        if any(written.fullmatch(value) for value in values):
            asks = [speaker]
            if kind != "account":
                asks = sentences_for(planned.tool, planned.about, speaker)
            if asks and all(written.search(part.text) for part in asks):
                return kind
    return None


def _carries_out(planned: Planned, traced: Sequence[Traced], cfg: PolicyConfig) -> bool:
    """A read that takes something out of the house which the speaker did not give: it opens a
    place that others named, or asks others with what was read here."""
    theirs = [value for value in traced if value.origin == "outside"]
    if any(v.argument.casefold() in _PLACES or _LINK.search(str(v.value)) for v in theirs):
        return True
    name = {word for part in planned.tool.casefold().split("_") for word in tokens(part)}
    if not _OUTWARD & (name | set(tokens(planned.about.casefold()))):
        return False
    words = [[t for t in tokens(str(v.value).casefold()) if t not in STOP] for v in theirs]
    return any(len(w) > cfg.long_words or any(map(HARD.search, w)) for w in words)


def _stricter(one: Rule, other: Rule) -> Rule:
    """Either's demand, whichever is more; but an owner who wants no question gets none."""
    least = min(one.least, other.least, key=RANKS.index)
    yes = other.yes if one.yes == "untrusted" else one.yes
    return replace(one, least=least, yes=yes, sure=max(one.sure, other.sure))
