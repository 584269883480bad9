"""Answers about the house from its devices' states. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vivavoce.experts.builtin.home.device import Device, Kind
from vivavoce.experts.builtin.home.values import colour_name
from vivavoce.experts.builtin.home.words import joined, small

About = Literal[
    "all",
    "on",
    "off",
    "open",
    "closed",
    "locked",
    "unlocked",
    "temperature",
    "humidity",
    "brightness",
    "battery",
    "motion",
]
KINDS: dict[About, tuple[Kind, ...]] = {
    "on": ("light", "switch", "climate"),
    "off": ("light", "switch", "climate"),
    "open": ("cover", "sensor"),
    "closed": ("cover", "sensor"),
    "locked": ("lock",),
    "unlocked": ("lock",),
    "temperature": ("climate", "sensor"),
    "humidity": ("climate", "sensor"),
    "brightness": ("light",),
    "motion": ("sensor", "camera", "doorbell"),
}
"""Which devices can tell it; the others: any."""
MOST_LINES = 12
"""A longer answer counts instead."""
_MANY = {"switch": "plugs and switches", "climate": "heaters", "cover": "blinds"}
LOW_BATTERY = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """For the model, and to be said."""

    text: str
    say: str


def answer(
    about: About, label: str, devices: Sequence[Device], called: Callable[[str], str]
) -> Answer:
    """About devices that label stands for. called: a device's id → "the hall light"."""
    there = [d for d in devices if d.available]
    away = [d for d in devices if not d.available]
    known = [d for d in there if about == "all" or _tells(about, d)]
    if not known:
        return _nothing(about, label, away, called)
    if about == "all":
        return _all(label, known, away, called)
    if about in ("temperature", "humidity", "brightness", "battery"):
        return _measured(about, known, called)
    return _yes_or_which(about, label, known, away, called)


def line(device: Device, called: Callable[[str], str]) -> str:
    """One device in a few words: "the hall light: on, 40%, red"."""
    name = called(device.id)
    if not device.available:
        return f"{name}: not reachable ({device.why_not})"
    return f"{name}: {', '.join(_words(device)) or 'nothing known'}"


def _words(device: Device) -> list[str]:
    state, said = device.state, []
    for key, words in (
        ("on", ("on", "off")),
        ("locked", ("locked", "unlocked")),
        ("open", ("open", "closed")),
        ("motion", ("motion", "no motion")),
        ("smoke", ("SMOKE", "no smoke")),
        ("leak", ("WATER LEAK", "dry")),
    ):
        if state.get(key) is not None:
            said.append(words[0] if state[key] else words[1])
    if state.get("position") is not None:
        said.append(_position(state["position"]))
    if state.get("on") is not False:
        if state.get("brightness") is not None:
            said.append(f"{state['brightness']}%")
        if state.get("colour"):
            said.append(colour_name(state["colour"]))
        elif state.get("kelvin"):
            said.append("warm white" if state["kelvin"] < 3500 else "cool white")
    for key, form in (
        ("mode", "{}"),
        ("current_c", "{:g} °C now"),
        ("target_c", "set to {:g} °C"),
        ("humidity", "{:g}% humidity"),
        ("activity", "{}"),
        ("volume", "volume {:g}%"),
        ("watts", "{:g} W"),
        ("battery", "battery {:g}%"),
        ("lux", "{:g} lux"),
        ("co2", "{:g} ppm CO2"),
    ):
        if state.get(key) is not None:
            said.append(form.format(state[key]))
    if state.get("value") is not None:
        said.append(f"{state['value']} {state.get('unit') or ''}".strip())
    return said


def _position(at: float) -> str:
    return "open" if at >= 98 else "closed" if at <= 2 else f"{at:g}% open"


def _tells(about: About, device: Device) -> bool:
    return _value(about, device) is not None


def _value(about: About, device: Device) -> Any:
    """What the state has about it; None: nothing."""
    state = device.state
    match about:
        case "on" | "off":
            if device.kind == "climate" and state.get("mode") is not None:
                return state["mode"] != "off"
            return state.get("on")
        case "open" | "closed":
            if state.get("position") is not None:
                return state["position"] > 2
            return state.get("open")
        case "locked" | "unlocked":
            return state.get("locked")
        case "temperature":
            return state.get("current_c")
    return state.get(about)


def _yes_or_which(
    about: About,
    label: str,
    known: Sequence[Device],
    away: Sequence[Device],
    called: Callable[[str], str],
) -> Answer:
    wanted = about in ("on", "open", "locked", "motion")
    hits = [d for d in known if bool(_value(about, d)) is wanted]
    word = "seeing motion" if about == "motion" else about
    missing = f" {_cap(_some(away, called))} can't be reached." if away else ""
    if len(known) == 1 and not away:
        device = known[0]
        name = called(device.id)
        now = about if hits else _opposite(about)
        extra = [w for w in _words(device) if w not in (now, "on", "off")]
        say = f"{'Yes' if hits else 'No'}, {name} {_be(name)} {now}."
        return Answer(f"{name}: {', '.join([now, *extra])}", say)
    if not hits:
        say = f"No, none of {label} {'are' if len(known) > 1 else 'is'} {word}.{missing}"
        return Answer(f"none of {len(known)} {word}.{missing}", say)
    if len(hits) == len(known):
        say = f"Yes, {'all' if len(known) > 2 else 'both'} of {label} are {word}.{missing}"
        names = _some(hits, called) if len(hits) <= MOST_LINES else f"all {len(hits)}"
        return Answer(f"{word}: {names}.{missing}", say)
    say = f"{_cap(_some(hits, called))} {'are' if len(hits) > 1 else 'is'} {word}.{missing}"
    return Answer(f"{word}: {_some(hits, called)}; {len(known) - len(hits)} not.{missing}", say)


def _measured(about: About, known: Sequence[Device], called: Callable[[str], str]) -> Answer:
    unit = {"temperature": " degrees", "humidity": " percent", "battery": " percent"}
    if about == "battery" and len(known) > MOST_LINES // 2:
        known = [d for d in known if d.state["battery"] < LOW_BATTERY]
        if not known:
            return Answer("no battery is low", "No battery is low.")
    read: dict[str, float] = {}
    for device in known:
        place = device.room and f"the {small(device.room)}"
        by_room = about in ("temperature", "humidity") and bool(place)
        read.setdefault(place if by_room else called(device.id), float(_value(about, device)))
    values = list(read.values())
    said = unit.get(about, " percent")
    if len(read) > MOST_LINES // 2:
        low, high = min(values), max(values)
        say = f"Between {low:g} and {high:g}{said}, {sum(values) / len(values):.1f} on average."
        coldest = min(read, key=lambda place: read[place])
        return Answer(f"{say} Lowest: {coldest}.", say)
    where = "in " if about in ("temperature", "humidity") else ""
    parts = [
        f"{value:g}{said} {where if place.startswith('the ') else 'at '}{place}"
        for place, value in read.items()
    ]
    if about in ("temperature", "humidity"):
        say = f"It is {joined(parts)}."
    else:
        say = f"{_cap(joined([f'{p} is at {v:g} percent' for p, v in read.items()]))}."
    return Answer(say, say)


def _all(
    label: str, known: Sequence[Device], away: Sequence[Device], called: Callable[[str], str]
) -> Answer:
    devices = [*known, *away]
    if len(devices) <= MOST_LINES:
        text = "\n".join(line(d, called) for d in devices)
        if len(devices) == 1:
            name = called(devices[0].id)
            words = joined(_words(devices[0]) or ["nothing known"])
            return Answer(text, f"{_cap(name)} {_be(name)} {words}." if known else f"{_cap(text)}.")
        return Answer(text, text.replace("\n", "; ") + ".")
    on = [d for d in known if d.state.get("on") and d.kind in ("light", "switch")]
    counts = joined([f"{n} {_MANY.get(kind, f'{kind}s')}" for kind, n in _counted(devices)])
    shown = f"{len(on)} on" if len(on) > MOST_LINES else f"on: {_some(on, called)}"
    rooms = sorted({d.room for d in devices if d.room})
    places = f"; rooms: {', '.join(rooms[:20])}" if rooms else ""
    gone = f"; {len(away)} not reachable" if away else ""
    text = f"{label}: {counts}; {shown if on else 'none on'}{gone}{places}"
    return Answer(text, f"{_cap(counts)}; {len(on)} of them are on.")


def _counted(devices: Sequence[Device]) -> list[tuple[str, int]]:
    kinds = [d.kind for d in devices]
    return [(str(kind), kinds.count(kind)) for kind in dict.fromkeys(kinds)]


def _nothing(
    about: About, label: str, away: Sequence[Device], called: Callable[[str], str]
) -> Answer:
    if away:
        why = away[0].why_not or "not reachable"
        say = f"{_cap(_some(away, called))} can't be reached: {why}."
        return Answer(say, say)
    say = f"Nothing tells {'the ' if about in KINDS else ''}{about} of {label}."
    if about in ("on", "off", "open", "closed", "locked", "unlocked", "motion"):
        say = f"I can't tell whether {label} {_be(label)} {about}."
    return Answer(say, say)


def _some(devices: Sequence[Device], called: Callable[[str], str]) -> str:
    if len(devices) > MOST_LINES:
        shown = [called(d.id) for d in devices[: MOST_LINES - 1]]
        return joined([*shown, f"{len(devices) - len(shown)} more"])
    return joined([called(d.id) for d in devices])


def _opposite(about: About) -> str:
    pairs = {"on": "off", "open": "closed", "locked": "unlocked", "motion": "seeing no motion"}
    return pairs.get(about) or {v: k for k, v in pairs.items()}[about]


def _be(name: str) -> str:
    return "are" if name.endswith("s") and not name.endswith("ss") else "is"


def _cap(text: str) -> str:
    return text[:1].upper() + text[1:]
