"""What came of a change, in words. Pure."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from vivavoce.core import Call
from vivavoce.experts import Result
from vivavoce.experts.builtin.home.answers import line
from vivavoce.experts.builtin.home.device import Device
from vivavoce.experts.builtin.home.house import Done
from vivavoce.experts.builtin.home.naming import Found, Names
from vivavoce.experts.builtin.home.values import wanted
from vivavoce.experts.builtin.home.words import KINDS, joined, tokens

MOST_NAMED = 8
_VACUUM = {
    "start": "has started",
    "pause": "is paused",
    "stop": "has stopped",
    "dock": "is going home",
    "locate": "is making itself heard",
}
_PLURAL = {"light": "lights", "switch": "switches", "cover": "blinds", "climate": "heating"}


@dataclass(frozen=True, slots=True)
class Act:
    """What was to be done, for the sentence that tells it."""

    what: str
    to: str = ""
    """What it was set to, in the speaker's words."""


def act(
    verb: Act,
    found: Found,
    done: Done,
    after: Sequence[Device],
    names: Names,
    undo: Call | None,
) -> Result:
    """What was done and what wasn't, and why not."""
    failed = [i for i in done.failed if names.knows(i)] or list(done.failed)
    text, say = _good(verb, found, done, after, names), ""
    if not done.failed:
        return Result(text, _sentence(verb, found, after, names), undo=undo)
    why = joined(sorted(set(done.failed.values()))[:2])
    missed = names.listed(failed) if len(failed) <= MOST_NAMED else f"{len(failed)} devices"
    if not done.did:
        text = f"nothing was done; {missed}: {why}"
        say = f"I could not do that with {missed}: {why}."
        return Result(text, say, failed=True)
    text = f"done: {_listed(list(done.did), names)}; NOT done: {_listed(failed, names)} ({why})"
    worked = names.listed(list(done.did)) if len(done.did) <= MOST_NAMED else ""
    worked = worked or f"{len(done.did)} devices"
    say = f"I did that with {worked}, but not with {missed}: {why}."
    return Result(text, say, undo=undo, failed=True)


def call(name: str, /, **arguments: Any) -> Call:
    """A call of one of the home's own tools."""
    return Call(name, json.dumps(arguments))


def _good(verb: Act, found: Found, done: Done, after: Sequence[Device], names: Names) -> str:
    if len(after) <= MOST_NAMED:
        return "done; now " + "; ".join(line(d, names.spoken) for d in after if d.id in done.did)
    return f"done: {verb.what} {verb.to} {found.said}, {len(done.did)} devices".replace("  ", " ")


def _sentence(verb: Act, found: Found, after: Sequence[Device], names: Names) -> str:
    who = _who(found, after, names)
    be = _be(who, len(after))
    one = after[0] if after else None
    match verb.what:
        case "on" | "off":
            if one is not None and one.kind == "cover":
                return f"{who} {be} {'open' if verb.what == 'on' else 'closed'}."
            if one is not None and one.kind == "scene":
                return f"{who} is set."
            return f"{who} {be} {verb.what}."
        case "set":
            return f"{who} {be} {_value(one, verb.to)}."
        case "step":
            return f"{who} {be} {_value(one, verb.to)} now."
        case "scene":
            return f"{_cap(found.said)} is set."
        case "undone":
            return "I put it back."
    return f"{who} {_VACUUM.get(verb.what) or f'{be} {verb.what}'}."


def _value(device: Device | None, said: str) -> str:
    """How one of them is now, in the terms of what was asked."""
    if device is None:
        return said
    state = device.state
    if device.kind == "climate":
        if state.get("target_c") is not None and state.get("mode") != "off":
            return f"set to {state['target_c']:g} degrees"
        return f"set to {state.get('mode') or said}"
    if device.kind == "cover" and state.get("position") is not None:
        at = state["position"]
        return "open" if at >= 98 else "closed" if at <= 2 else f"{at} percent open"
    want = wanted(said)
    if (
        want.percent is not None
        or want.number is not None
        or said in ("brighter", "dimmer", "up", "down")
    ):
        if not state.get("on"):
            return "off"
        if state.get("brightness") is not None:
            return f"at {state['brightness']} percent"
    return said


def _who(found: Found, after: Sequence[Device], names: Names) -> str:
    """The subject: a bare place stands for what is in it."""
    said = found.said
    if len(after) == 1:
        return _cap(names.spoken(after[0].id))
    told = set(tokens(said)) & (set(KINDS) | {"everything", "house"})
    kinds = {d.kind for d in after}
    if found.many and not told and len(kinds) == 1:
        base, comma, rest = said.partition(" except ")
        base = base if base.startswith(("the ", "all ")) else f"the {base}"
        said = f"{base} {_PLURAL.get(next(iter(kinds)), 'devices')}{comma}{rest}"
    return _cap(said)


def _be(who: str, count: int) -> str:
    words = who.casefold().partition(" except ")[0]
    if words.startswith(("everything", "the whole", "every ")) or words.endswith("heating"):
        return "is"
    plural = words.endswith("s") and not words.endswith("ss")
    return "are" if count > 1 or plural else "is"


def _listed(ids: Sequence[str], names: Names) -> str:
    if len(ids) > MOST_NAMED:
        return f"{len(ids)} devices"
    return names.listed(ids)


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
