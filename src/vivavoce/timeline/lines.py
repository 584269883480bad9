"""Events as lines of the timeline: plain values, times in seconds to the millisecond."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from vivavoce.core import (
    Announced,
    AnnouncementOver,
    Decided,
    Event,
    Failed,
    Flush,
    Heard,
    Nod,
    Notice,
    Partial,
    Percept,
    ReplyActed,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    Side,
    SoundReady,
    SpeakerKnown,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
    Word,
)

Line = dict[str, Any]

_HEADS: dict[type[Event], Line] = {
    TurnStarted: {"kind": "turn", "what": "started"},
    Partial: {"kind": "partial"},
    TurnEnded: {"kind": "turn", "what": "ended"},
    ReplyStarted: {"kind": "reply", "what": "started"},
    ReplyText: {"kind": "reply", "what": "text"},
    ReplyThought: {"kind": "reply", "what": "thought"},
    ReplyVote: {"kind": "reply", "what": "vote"},
    ReplyActed: {"kind": "reply", "what": "acted"},
    Announced: {"kind": "announced"},
    AnnouncementOver: {"kind": "announcement_over"},
    ReplyMade: {"kind": "reply", "what": "made"},
    ReplyDone: {"kind": "reply", "what": "done"},
    ToolCall: {"kind": "tool"},
    SpeakerKnown: {"kind": "speaker"},
    SoundReady: {"kind": "sound"},
    Flush: {"kind": "flush"},
    Notice: {"kind": "notice"},
    Failed: {"kind": "error"},
}
"""How a line begins; the event's own fields follow."""


def lines(event: Event) -> Iterator[Line]:
    """The lines of one event: one, or one a word."""
    match event:
        case Decided(t=t, percept=percept, decision=decision):
            move, why = decision.move.value, decision.why
            who = {"person": percept.person} if percept.person else {}
            yield {"kind": "frame", "t": _ms(t), "p": _p(percept), "move": move, "why": why} | who
        case Heard(t=t, text=text, words=words, side=side):
            for word in words:
                yield _word(side, word)
            yield {"kind": "heard", "t": _ms(t), "side": side.value, "text": text}
        case Spoken(word=word):
            yield _word(Side.ASSISTANT, word)
        case Nod(t=t):
            yield {"kind": "nod", "t": _ms(t)}
        case _:
            yield _HEADS[type(event)] | _ms(asdict(event))


def _p(percept: Percept) -> Line:
    return {
        "echo": _ms(percept.echo),
        "speech": _ms(percept.speech),
        "owner": _ms(percept.owner),
        "other": _ms(percept.other),
        "addressed": _ms(percept.addressed),
        "turn_end": _ms(percept.turn_end),
        "backchannel": _ms(percept.backchannel),
    }


def _word(side: Side, word: Word) -> Line:
    start, end = _ms(word.start), _ms(word.end)
    return {"kind": "word", "side": side.value, "text": word.text, "start": start, "end": end}


def _ms(value: Any) -> Any:
    """Every float in it to three digits: a millisecond, or a thousandth of a probability."""
    if isinstance(value, dict):
        return {name: _ms(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return [_ms(part) for part in value]
    return round(float(value), 3) if isinstance(value, float) else value
