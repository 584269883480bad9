"""The rule-based floor: the baseline behind the seam that a learned one will share.

Pure: no clock, no I/O; time is the number of calls.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from vivavoce.core import Decision, Move, Percept
from vivavoce.floor.config import FloorConfig


class Phase(StrEnum):
    """Who has the floor."""

    IDLE = "idle"
    USER = "user"
    OURS = "ours"
    DUCKED = "ducked"
    """Ours, but somebody speaks over us and we have not decided yet."""


@dataclass(frozen=True, slots=True)
class FloorState:
    """All that the policy remembers."""

    phase: Phase = Phase.IDLE
    spoke: int = 0
    """Frames of the user's speech in this turn, or in this overlap."""
    quiet: int = 0
    """Frames since the user's last speech."""
    weight: float = 0.0
    """Sum of the owner's probability over the frames of speech."""
    nodded: int = 0
    """Frames of speech that there had been at the last nod."""
    aside: float = 0.0
    """Of the newest words of an overlap, that they are said to somebody else; 0: none yet."""

    def spoken(self, owner: float) -> "FloorState":
        """One frame of speech more."""
        return replace(self, spoke=self.spoke + 1, quiet=0, weight=self.weight + owner)

    def silent(self) -> "FloorState":
        """One frame of silence more."""
        return replace(self, quiet=self.quiet + 1)

    def owned(self, cfg: FloorConfig, aside: float = 0.0) -> bool:
        """It was the owner who spoke. aside: that the words are said to somebody else; 0: judged by
        the voice alone."""
        return self.weight >= cfg.evidence_for(aside) * self.spoke


def step(state: FloorState, percept: Percept, cfg: FloorConfig) -> tuple[FloorState, Decision]:
    """One frame: the next state and our move, with the reason."""
    match state.phase:
        case Phase.IDLE:
            return _idle(state, percept, cfg)
        case Phase.USER:
            return _listening(state, percept, cfg)
        case Phase.OURS:
            return _speaking(state, percept, cfg)
        case Phase.DUCKED:
            return _ducked(state, percept, cfg)


def _idle(s: FloorState, p: Percept, cfg: FloorConfig) -> tuple[FloorState, Decision]:
    if p.answering:
        return FloorState(Phase.OURS), Decision(Move.SPEAK, "an answer was asked for")
    if not cfg.speaks(p.owner, p.other, cfg.present_idle):
        why = "our own echo" if p.speech > cfg.present_idle and p.echo > 0.5 else "nobody speaks"
        return FloorState(), Decision(Move.IDLE, why)
    heard = s.spoken(p.owner)
    if heard.spoke < cfg.onset_frames:
        return heard, Decision(Move.IDLE, "a sound: the owner?")
    return replace(heard, phase=Phase.USER), Decision(Move.LISTEN, "owner speaks")


def _listening(s: FloorState, p: Percept, cfg: FloorConfig) -> tuple[FloorState, Decision]:
    if p.answering:
        return FloorState(Phase.OURS), Decision(Move.SPEAK, "an answer was asked for")
    if cfg.speaks(p.owner, p.other, cfg.present_listening):
        return s.spoken(p.owner), Decision(Move.LISTEN, "owner speaks")
    waiting = s.silent()
    quiet = waiting.quiet
    if cfg.mode == "manual":
        return waiting, Decision(Move.HOLD, "the client ends the turn")
    if not p.words:
        if quiet < (cfg.behind_frames if p.transcribing else cfg.wordless_frames):
            return waiting, Decision(Move.HOLD, "no words yet")
        return FloorState(), Decision(Move.IDLE, "no words: not a turn")
    patience = cfg.wait_frames(
        p.turn_end if p.learned else p.turn_end * (1 - p.unfinished), p.learned
    )
    if _wants_a_nod(waiting, p, cfg):
        nodded = replace(waiting, nodded=waiting.spoke)
        return nodded, Decision(Move.NOD, "a pause in a long turn: go on")
    if quiet < patience:
        return waiting, Decision(Move.HOLD, _pause(p))
    settling = cfg.behind_frames if p.transcribing else patience + cfg.settle_frames
    if not p.settled and quiet < settling:
        return waiting, Decision(Move.HOLD, "waiting for the last words")
    if not s.owned(cfg, p.aside):
        return FloorState(), Decision(Move.IDLE, "not the owner's turn")
    if p.aside >= cfg.aside_turn:
        return FloorState(), Decision(Move.IDLE, "said to somebody else")
    if not cfg.answers:
        return FloorState(), Decision(Move.IDLE, "turn over; the client asks for answers", True)
    return FloorState(Phase.OURS), Decision(Move.SPEAK, "turn over", True)


def _wants_a_nod(s: FloorState, p: Percept, cfg: FloorConfig) -> bool:
    return (
        cfg.nods
        and s.quiet == cfg.nod_pause_frames
        and s.spoke - s.nodded >= cfg.nod_frames
        and p.turn_end < cfg.nod_turn_end
        and s.owned(cfg)
    )


def _pause(p: Percept) -> str:
    if p.unfinished > 0.5:
        return "thinking pause: the sentence is not finished"
    return "turn about to end" if max(p.turn_end, p.soon) >= 0.5 else "thinking pause"


def _speaking(s: FloorState, p: Percept, cfg: FloorConfig) -> tuple[FloorState, Decision]:
    if not p.answering:
        return FloorState(), Decision(Move.IDLE, "answer over")
    threshold = cfg.present_speaking if p.audible else cfg.present_idle
    over_us = cfg.speaks(p.owner, p.other, threshold)
    if not over_us or not cfg.interruptible or cfg.mode == "manual":
        why = (
            "our own echo" if p.speech > cfg.present_speaking and p.echo > 0.5 else "floor is ours"
        )
        return FloorState(Phase.OURS), Decision(Move.SPEAK, why)
    if not p.audible:
        heard = s.spoken(p.owner)
        if heard.spoke < cfg.onset_frames:
            return heard, Decision(Move.SPEAK, "a sound: does the user go on?")
        return replace(heard, phase=Phase.USER), Decision(Move.YIELD, "the user went on")
    heard = FloorState(Phase.DUCKED).spoken(p.owner)
    return heard, Decision(Move.DUCK, "somebody speaks over us")


def _ducked(s: FloorState, p: Percept, cfg: FloorConfig) -> tuple[FloorState, Decision]:
    if not p.answering:
        return replace(s, phase=Phase.USER), Decision(Move.LISTEN, "answer over")
    speaks = cfg.speaks(p.owner, p.other, cfg.present_listening)
    here = s.spoken(p.owner) if speaks else s.silent()
    if p.words:  # they may be taken back while the recogniser is unsure of the next ones
        here = replace(here, aside=p.aside)
    go_on = p.words > 0 and p.backchannel > 0.5
    theirs = replace(here, phase=Phase.USER, aside=0.0)

    owned = here.owned(cfg, here.aside)
    if not owned:
        if here.spoke >= cfg.yield_frames:
            return FloorState(Phase.OURS), Decision(Move.SPEAK, "somebody else talks")
    elif here.aside < cfg.aside:
        sure = here.aside < cfg.aside_unsure
        if p.words >= cfg.yield_words and not go_on and (sure or here.quiet >= cfg.aside_frames):
            return theirs, Decision(Move.YIELD, "real interruption")
        if here.spoke >= (cfg.yield_frames if sure else cfg.yield_unsure_frames):
            return theirs, Decision(Move.YIELD, "speaks on over us")
    if here.quiet >= cfg.resume_frames and p.settled:
        why = "only a backchannel" if go_on else _let_pass(here, cfg)
        return FloorState(Phase.OURS), Decision(Move.SPEAK, why)
    behind = p.transcribing and owned
    if here.quiet >= (cfg.decide_behind_frames if behind else cfg.decide_frames):
        return FloorState(Phase.OURS), Decision(Move.SPEAK, "gone quiet again")
    return here, Decision(Move.DUCK, "interruption or backchannel?")


def _let_pass(s: FloorState, cfg: FloorConfig) -> str:
    return "said to somebody else" if s.aside >= cfg.aside else "no words: a noise"
