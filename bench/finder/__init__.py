"""What people say to a house (strangers.tsv), and whether the expert that it is for is loaded."""

import time
from dataclasses import dataclass
from pathlib import Path

from vivavoce.experts.finder import Finder

STRANGERS = Path(__file__).with_name("strangers.tsv")
"""expert, or some joined by |, or none; a tab; the sentence. A stretch of SLURP's list for language
models (Bastianelli et al., EMNLP 2020, text under CC BY 4.0), without what this house has no expert
for (calls, taxis, orders, posts); labelled by hand, learned from by nothing."""

CLINC = Path(__file__).with_name("clinc.txt")
"""Sentences that are for nobody: of the out-of-scope ones of CLINC150 (Larson et al., EMNLP 2019,
CC BY 3.0) those on which no expert of ours could work."""
EVERYDAY = Path(__file__).with_name("everyday.txt")
"""The same, written for this: what people ask a person who happens to be in the kitchen."""
FOLLOWUPS = Path(__file__).with_name("followups.tsv")
"""A request; the expert that did it; what is said next; what that is for: `follows` (the same
expert, as cannot be told from what is said next alone), another expert, or none. Written for this,
blind, and learned from by nothing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How a finder does."""

    for_an_expert: int
    loaded: float
    """The share of these of which an expert that it is for is loaded."""
    for_nobody: int
    nobodys: float
    """The share of these that load one all the same."""
    clinc: float
    everyday: float
    """The same of CLINC's and of everyday questions."""
    followed: float
    """Of what goes on with the turn before, the share for which its expert is loaded."""
    changed: float
    """Of what is for another expert than the turn before, the share that loads it."""
    reactions: float
    """Of what is said to the turn before and for nobody, the share that loads one."""
    ms: float
    """Mean for a sentence."""
    missed: tuple[tuple[str, tuple[str, ...], str], ...]
    """What it is for, what was loaded, the sentence."""


def sentences(path: Path = STRANGERS) -> list[tuple[tuple[str, ...], str]]:
    """Experts (none: nobody's), and the sentence."""
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return [(() if what == "none" else tuple(what.split("|")), text) for what, text in rows]


def judged(finder: Finder, path: Path = STRANGERS) -> Judged:
    """Each sentence alone, with no turn before."""
    rows, began = sentences(path), time.perf_counter()
    found = [finder.experts(text) for _, text in rows]
    took = time.perf_counter() - began
    missed = [
        ("|".join(experts) or "none", loaded, text)
        for (experts, text), loaded in zip(rows, found, strict=True)
        if (not set(experts) & set(loaded) if experts else loaded)
    ]
    nobodys = sum(not experts for experts, _ in rows)
    wrongly = sum(what == "none" for what, *_ in missed)
    theirs = len(rows) - nobodys
    after = _after(finder)
    return Judged(
        theirs,
        1 - (len(missed) - wrongly) / theirs,
        nobodys,
        wrongly / nobodys,
        _load_one(finder, CLINC),
        _load_one(finder, EVERYDAY),
        _share(after["followed"]),
        _share(after["changed"]),
        _share(after["reactions"]),
        1e3 * took / len(rows),
        tuple(missed),
    )


def _after(finder: Finder) -> dict[str, list[bool]]:
    """Of what is said next, by what it should be: whether what is meant, or anything, is loaded."""
    found: dict[str, list[bool]] = {"followed": [], "changed": [], "reactions": []}
    for line in FOLLOWUPS.read_text().splitlines():
        _, before, text, what = line.split("\t")
        loaded = finder.experts(text, (before,))
        if what == "none":
            found["reactions"].append(bool(loaded))
        elif what == "follows":
            found["followed"].append(before in loaded)
        else:
            found["changed"].append(what in loaded)
    return found


def _share(found: list[bool]) -> float:
    return sum(found) / len(found)


def _load_one(finder: Finder, path: Path) -> float:
    texts = path.read_text().splitlines()
    return sum(bool(finder.experts(text)) for text in texts) / len(texts)
