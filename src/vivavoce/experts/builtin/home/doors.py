"""What lets somebody in: locks, garages, gates, the relays that open them, and scenes that do."""

from vivavoce.experts.builtin.home.device import Change, Device, Kind
from vivavoce.experts.builtin.home.words import KINDS, tokens

_GUARDED = frozenset({"garage", "gate", "door"})
"""Covers, and by their names switches and scenes, that let somebody in…"""
_OPENERS = frozenset(
    {"buzzer", "deadbolt", "intercom", "latch", "lock", "opener", "strike", "unlock"}
)
"""…and what only switches and scenes are called."""
_KEYS = frozenset({"button", "child", "control", "display", "key", "keypad", "kid", "panel"})
"""A lock of these lets nobody in: "child lock"."""
_RELAYS = frozenset({"button", "control", "controller", "opener", "relay", "remote", "switch"})
"""Words that leave it to a switch's room what it is for."""
_HARMLESS = frozenset(
    word
    for word, (kind, sort) in KINDS.items()
    if kind in ("light", "climate") or sort in ("fan", "player")
)
"""A switch with such a word in its name is no opener: "garage light"."""
OPENING: dict[Kind, tuple[str, str, Change]] = {
    "lock": ("unlock", "unlocked", Change(locked=False)),
    "cover": ("open", "open", Change(position=100)),
    "switch": ("turn on", "on", Change(on=True)),
    "scene": ("apply the scene", "on", Change(on=True)),
}
"""What opens it: as it is asked, told and done."""


def guarded(device: Device) -> bool:
    """Whether it is a garage, a gate or a door, or opens one. A scene's name tells only where
    nobody can look into it."""
    named = _words(device)
    room = set(tokens(device.room))
    if device.kind in ("switch", "scene") and device.sort == "door":
        return True
    if device.kind == "switch":
        own = {word for word in named if not word.isdigit()}
        named |= room if own <= _RELAYS else set()
        opens = bool(named & (_GUARDED | _OPENERS))
        return opens and not named & _HARMLESS and device.sort != "player"
    if device.kind == "scene":
        return device.sort != "harmless" and bool((named | room) & (_GUARDED | _OPENERS))
    by_name = bool((named | room) & {"garage", "gate"})
    return device.kind == "cover" and (device.sort in _GUARDED or by_name)


def lets_in(device: Device, asked: Change) -> bool:
    """Whether this would let somebody in."""
    if asked.locked is False:
        return True
    now = device.state.get("position") or 0
    further = asked.position is not None and asked.position > now
    return (further or asked.on is True) and guarded(device)


def ajar(device: Device) -> bool:
    return device.kind == "cover" and (device.state.get("position") or 0) > 0


def _words(device: Device) -> set[str]:
    """Of its names."""
    found: set[str] = set()
    for name in (device.name, *device.aliases):
        before = ""
        for word in tokens(name):
            found |= set() if word == "lock" and before in _KEYS else {word}
            before = word
    return found
