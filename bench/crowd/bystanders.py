"""Bystanders: how often they disturb us, against how surely and how soon the owner is obeyed.

Everybody hears the same sound. Rates are of the first minutes of the same beds; who is disturbed
hundreds of times an hour needs fewer of them than who hardly ever is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anyio
import numpy as np

from bench.crowd import material
from bench.crowd.loop import Plan, Went, converse
from bench.crowd.material import BEDS, Bed, Said
from bench.crowd.numbers import per_hour, share
from bench.crowd.systems import System
from bench.material import Clip, clips
from bench.peers.strategies import Turn, turns
from bench.stats import spread, table
from vivavoce.core import IN_RATE, Pcm
from vivavoce.scenes import Corpus

OBEYED_S = 2.0
"""After the first sample of an interruption we must be silent within this (τ-voice's R_Y)."""
LATE_S = 1.0
"""…and the answer must be given up by so long after the interruption's end."""
ANSWERED_S = 2.0
"""A turn is obeyed when it is taken as over within this after its end, and not before."""
SNRS_DB = (10.0, 5.0)
QUESTION_AT_S = 2.0
ECHO_DB = -10.0
Done = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    minutes: float
    """Of each bed, idle and again while we speak."""
    scenes: int
    """Interruptions, and as many questions."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """What everybody hears."""

    beds: dict[str, Bed]
    cuts: list[Said]
    questions: list[Said]
    nods: list[Said]
    asides: list[Said]
    quiet: Pcm
    """A room in which nobody speaks, for our own echo."""


@dataclass(slots=True)
class Found:
    """What one system did."""

    idle: dict[str, list[Went]] = field(default_factory=dict)
    """Bed → its conversations, one an owner."""
    speaking: dict[str, list[Went]] = field(default_factory=dict)
    cuts: list[Went] = field(default_factory=list)
    questions: list[Went] = field(default_factory=list)
    nods: list[Went] = field(default_factory=list)
    asides: list[Went] = field(default_factory=list)
    echo: Went | None = None


def sounds(corpus: Corpus, size: Size) -> Sounds:
    """From fixed seeds; a longer measurement begins with the sound of a shorter one."""
    crowd = material.bystanders(corpus)
    kinds = list(BEDS.values())
    asked = [
        clip for clip in clips("questions") if "um," not in clip.text and "uh," not in clip.text
    ]
    few = max(8, size.scenes // 2)
    quiet = np.random.default_rng(material.SEED).normal(0, 3e-4, int(60 * size.minutes) * IN_RATE)

    def spoken(what: list[Clip], count: int) -> list[Said]:
        return list(material.everything_said(kinds, what, SNRS_DB, crowd, count))

    return Sounds(
        {name: material.bed(kind, 60 * size.minutes, crowd) for name, kind in BEDS.items()},
        spoken(material.interruptions(), size.scenes),
        spoken(asked, size.scenes),
        spoken(clips("phrases", "backchannel"), few),
        spoken(clips("crowd", "side"), few),
        quiet.astype(np.float32),
    )


def parted(bed: Bed, seconds: float) -> list[tuple[Pcm, Pcm]]:
    """(a part of the bed, an owner's enrolment): every owner listens to an equal part."""
    owners = list(material.enrolments().values())
    pcm = bed.pcm[: int(seconds * IN_RATE)]
    parts = np.array_split(pcm, len(owners))
    return list(zip(parts, owners, strict=True))


def hear(system: System, heard: Sounds, seconds: float, done: Done) -> Found:
    """One of ours through everything; seconds of each bed."""

    def run(pcm: Pcm, enrolment: Pcm, plan: Plan) -> Went:
        speaks = plan.keep_talking or bool(plan.speak_at_s)
        parts = system.parts(enrolment, speaks=speaks)
        went = anyio.run(lambda: converse(pcm, parts, system.cfg, plan))
        done(went.seconds)
        return went

    found = Found()
    talking, once = Plan(keep_talking=True), Plan(speak_at_s=(0.0,))
    for name, bed in heard.beds.items():
        found.idle[name] = [run(pcm, who, Plan()) for pcm, who in parted(bed, seconds)]
        found.speaking[name] = [run(pcm, who, talking) for pcm, who in parted(bed, seconds)]
    found.cuts = [run(one.mic, one.enrolment, once) for one in heard.cuts]
    found.questions = [run(one.mic, one.enrolment, Plan()) for one in heard.questions]
    found.nods = [run(one.mic, one.enrolment, once) for one in heard.nods]
    found.asides = [run(one.mic, one.enrolment, once) for one in heard.asides]
    echo = Plan(keep_talking=True, echo=echo_path())
    quiet = heard.quiet[: int(seconds * IN_RATE)]
    found.echo = run(quiet, next(iter(material.enrolments().values())), echo)
    return found


def echo_path(delay_s: float = 0.12) -> Pcm:
    """(n,) at 16 kHz: our loudspeaker in a room with 0.3 s of reverberation, ECHO_DB below what
    is played."""
    rng = np.random.default_rng(material.SEED)
    t = np.arange(int(0.3 * IN_RATE)) / IN_RATE
    tail = rng.standard_normal(t.size) * np.exp(-6.9 * t / 0.3) * 0.1
    tail[0] = 1.0
    tail *= 10 ** (ECHO_DB / 20) / np.sqrt(np.sum(tail**2))
    return np.concatenate([np.zeros(int(delay_s * IN_RATE)), tail]).astype(np.float32)


def pipecat(heard: Sounds, seconds: float, done: Done) -> Found:
    """Pipecat's stock strategies; they know nothing of what the bot does, so that one run serves
    idle and speaking. Our echo is not played to it: it relies on a transport that cancels it."""
    parts = {name: parted(bed, seconds) for name, bed in heard.beds.items()}
    spoken = [heard.cuts, heard.questions, heard.nods, heard.asides]
    tracks = [pcm for part in parts.values() for pcm, _ in part]
    tracks += [one.mic for group in spoken for one in group]
    took = iter(zip(tracks, turns(tracks, done), strict=True))
    found = Found()
    for name, part in parts.items():
        both = [next(took) for _ in part]
        found.idle[name] = [as_went(pcm, told, speaks=False) for pcm, told in both]
        found.speaking[name] = [as_went(pcm, told, speaks=True) for pcm, told in both]
    found.cuts, found.questions, found.nods, found.asides = (
        [as_went(*next(took), speaks=group is not heard.questions) for _ in group]
        for group in spoken
    )
    return found


def as_went(pcm: Pcm, told: list[Turn], *, speaks: bool) -> Went:
    """What a bot does whose strategies decided this: it stops at the start of each turn, and speaks
    again when the turn has stopped."""
    seconds = len(pcm) / IN_RATE
    sounding = np.full(round(seconds * 100), speaks)
    over = []
    for turn in told:
        end = seconds if turn.end is None else turn.end
        sounding[round(turn.start * 100) : round(end * 100)] = False
        if turn.end is not None and turn.text and turn.end <= seconds + OBEYED_S:
            over.append((turn.end, turn.text))
    cuts = [turn.start for turn in told if speaks and turn.start <= seconds]
    return Went(seconds, over, cuts, 0, sounding, np.zeros(0, np.float32), [])


def summary(found: Found, heard: Sounds) -> dict[str, Any]:
    """Counts as rates and shares, each with its interval."""
    told: dict[str, Any] = {}
    for name in found.idle:
        idle, speaking = found.idle[name], found.speaking[name]
        idle_s, spoke_s = (sum(went.seconds for went in some) for some in (idle, speaking))
        told[name] = {
            "false_turns": per_hour(sum(len(went.turns) for went in idle), idle_s),
            "false_barge_ins": per_hour(sum(len(went.cuts) for went in speaking), spoke_s),
            "ducks": per_hour(sum(went.ducks for went in speaking), spoke_s),
            "spoke_share": round(sum(went.sounding_s for went in speaking) / spoke_s, 3),
        }
    told["interruptions"] = interrupted(found.cuts, heard.cuts)
    told["turns"] = answered(found.questions, heard.questions)
    told["backchannels"] = through(found.nods, heard.nods)
    told["side_talk"] = through(found.asides, heard.asides)
    if found.echo is not None:
        told["echo"] = per_hour(len(found.echo.cuts), found.echo.seconds)
    return told


def interrupted(went: list[Went], said: list[Said]) -> dict[str, Any]:
    """How often the owner who cuts in is obeyed, among those over whom we really spoke."""
    stops, spoke = [], 0
    for one, truth in zip(went, said, strict=True):
        if not one.sounds_at(truth.start_s):
            continue
        spoke += 1
        cut = next((t for t in one.cuts if truth.start_s <= t <= truth.end_s + LATE_S), None)
        if cut is not None and (stop := one.silent_after(truth.start_s, cut)) <= OBEYED_S:
            stops.append(stop)
    return {**share(len(stops), spoke), "not_speaking": len(said) - spoke, "stop": spread(stops)}


def answered(went: list[Went], said: list[Said]) -> dict[str, Any]:
    """How often a question is taken as over soon after its end, and not before."""
    delays, early = [], 0
    for one, truth in zip(went, said, strict=True):
        over = [t for t, _ in one.turns if truth.start_s < t <= truth.end_s + ANSWERED_S]
        early += any(t < truth.end_s for t in over)
        if over and over[-1] >= truth.end_s:
            delays.append(over[-1] - truth.end_s)
    return {**share(len(delays), len(said)), "early": early, "delay": spread(delays)}


def through(went: list[Went], said: list[Said]) -> dict[str, Any]:
    """How often we went on speaking through what was not for us."""
    spoke = kept = 0
    for one, truth in zip(went, said, strict=True):
        if not one.sounds_at(truth.start_s):
            continue
        spoke += 1
        kept += not any(truth.start_s <= t <= truth.end_s + OBEYED_S for t in one.cuts)
    return share(kept, spoke)


def whole_s(heard: Sounds, seconds: float) -> float:
    """What one system will hear, in seconds."""
    groups = (heard.cuts, heard.questions, heard.nods, heard.asides)
    scenes = sum(len(one.mic) for group in groups for one in group) / IN_RATE
    return (2 * len(heard.beds) + 1) * seconds + scenes


def show(found: dict[str, Any]) -> str:
    """A system a column would be too wide: a system a row, in two tables."""
    rates = [
        (
            name,
            *(rate(row[bed][what]) for bed in BEDS for what in ("false_turns", "false_barge_ins")),
            rate(row["echo"]) if "echo" in row else "",
        )
        for name, row in found.items()
    ]
    head = [f"{bed}: {what}" for bed in BEDS for what in ("turns/h", "barge-ins/h")]
    shares = [
        (
            name,
            percent(row["interruptions"]),
            row["interruptions"]["not_speaking"],
            times(row["interruptions"]["stop"]),
            percent(row["turns"]),
            times(row["turns"]["delay"]),
            percent(row["backchannels"]),
            percent(row["side_talk"]),
        )
        for name, row in found.items()
    ]
    obeyed = [
        "owner", "cuts in: obeyed", "we were silent", "stop p50/p90 ms", "turn answered",
        "delay p50/p90 ms", "spoke on: uh-huh", "side talk",
    ]  # fmt: skip
    first = table(["bystanders, false", *head, "own echo/h"], rates)
    return f"{first}\n\n{table(obeyed, shares)}"


def rate(told: dict[str, Any]) -> str:
    """As in "2.0 (0.2-7.2)"."""
    return f"{told['per_hour']:.1f} ({told['low']:.1f}-{told['high']:.1f})"


def percent(told: dict[str, Any]) -> str:
    """As in "97% of 60"."""
    return "-" if told["share"] is None else f"{told['share']:.0%} of {told['n']}"


def times(told: dict[str, Any]) -> str:
    """Median and ninth tenth."""
    return "-" if told["p50_ms"] is None else f"{told['p50_ms']} / {told['p90_ms']}"
