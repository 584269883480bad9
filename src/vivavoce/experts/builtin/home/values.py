"""Reads what a device is to be set to, as people say it, and makes it a change. Pure."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from vivavoce.experts.builtin.home.device import Change, Device, Rgb

COLOURS: dict[str, Rgb] = {
    "red": (255, 0, 0),
    "orange": (255, 140, 0),
    "amber": (255, 170, 0),
    "yellow": (255, 230, 0),
    "lime": (160, 255, 0),
    "green": (0, 255, 0),
    "mint": (60, 255, 160),
    "turquoise": (0, 230, 200),
    "teal": (0, 160, 160),
    "cyan": (0, 255, 255),
    "blue": (0, 0, 255),
    "light blue": (90, 170, 255),
    "sky blue": (90, 170, 255),
    "indigo": (75, 0, 200),
    "violet": (140, 0, 255),
    "purple": (150, 0, 220),
    "lavender": (180, 140, 255),
    "magenta": (255, 0, 255),
    "pink": (255, 80, 160),
    "hot pink": (255, 40, 140),
    "coral": (255, 110, 80),
    "salmon": (255, 130, 110),
    "gold": (255, 190, 40),
    "peach": (255, 180, 120),
}
WHITES = {
    "warm white": 2700,
    "soft white": 3000,
    "warm": 2700,
    "candlelight": 2000,
    "candle": 2000,
    "neutral white": 4000,
    "natural white": 4000,
    "cool white": 5500,
    "cold white": 5500,
    "cool": 5500,
    "cold": 5500,
    "daylight": 6500,
    "white": 4000,
}
"""Kelvin."""
SHARES = {
    "full": 100,
    "maximum": 100,
    "max": 100,
    "brightest": 100,
    "bright": 100,
    "half": 50,
    "halfway": 50,
    "medium": 50,
    "quarter": 25,
    "low": 15,
    "dim": 15,
    "minimum": 1,
    "min": 1,
    "lowest": 1,
    "dimmest": 1,
}
"""Per cent."""
MODES = {
    "heat": "heat",
    "heating": "heat",
    "cool": "cool",
    "cooling": "cool",
    "auto": "auto",
    "automatic": "auto",
    "dry": "dry",
    "fan": "fan_only",
    "off": "off",
}
OPEN = frozenset({"open", "up", "opened", "raised"})
CLOSED = frozenset({"closed", "close", "shut", "down", "lowered"})
DIM_STEP, KELVIN_STEP, DEGREES_STEP, VOLUME_STEP = 20, 800, 1.0, 12
"""What "a bit" is half of and "a lot" is the double of."""
COLDEST, WARMEST = 6500, 2000
_ONE_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_ONES = {word: i for i, word in enumerate(_ONE_WORDS.split())}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
More = Literal["brighter", "dimmer", "warmer", "cooler", "louder", "quieter", "up", "down"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reading that no device has been asked about yet; None: not said."""

    percent: int | None = None
    colour: Rgb | None = None
    kelvin: int | None = None
    celsius: float | None = None
    mode: str | None = None
    on: bool | None = None
    opened: bool | None = None
    number: float | None = None
    """Without a unit: the device's kind tells which."""

    @property
    def empty(self) -> bool:
        return self == Wanted()


def wanted(said: str) -> Wanted:
    """ "50 percent", "red", "warm white at half", "twenty one degrees", "open", "heat"."""
    text = digits(said)
    found = Wanted()
    for name, rgb in sorted(COLOURS.items(), key=lambda pair: -len(pair[0])):
        if re.search(rf"\b{name}\b", text):
            found, text = replace(found, colour=rgb), text.replace(name, " ")
            break
    for name, kelvin in WHITES.items():
        if found.colour is None and re.search(rf"\b{name}\b", text):
            cut = text.replace(name, " ") if name not in MODES else text
            found, text = replace(found, kelvin=kelvin), cut
            break
    number = _NUMBER.search(text)
    if number is not None:
        value = float(number.group().replace(",", "."))
        unit = text[number.end() :].strip()
        found = _measured(found, value, unit)
    words = set(re.findall(r"[a-z]+", text))
    share = next((s for w, s in SHARES.items() if w in words), None)
    if share is not None and found.percent is None:
        found = replace(found, percent=share)
    mode = next((m for w, m in MODES.items() if w in words), None)
    on = True if "on" in words else False if "off" in words else None
    opened = True if words & OPEN else False if words & CLOSED else None
    return replace(found, mode=mode, on=on, opened=opened)


def change(device: Device, want: Wanted) -> Change | None:
    """What it is for this device; None: it can't."""
    match device.kind:
        case "light":
            return _light(device, want)
        case "climate":
            return _climate(device, want)
        case "cover":
            share = want.percent if want.percent is not None else _whole(want.number)
            if share is None and want.opened is not None:
                share = 100 if want.opened else 0
            whole = share in (0, 100)
            if share is None or not ("position" in device.features or whole):
                return None
            return Change(position=_within(share, 0, 100))
        case "switch":
            share = want.percent if want.percent is not None else _whole(want.number)
            if share is not None and "volume" in device.features:
                return Change(volume=_within(share, 0, 100))
            return Change(on=want.on) if want.on is not None else None
    return None


def step(device: Device, more: More, how_much: str = "") -> Change | None:
    """Relative to now; None: this device has nothing of the kind."""
    state, times, exact = device.state, _times(how_much), _exact(how_much)
    up = more in ("brighter", "warmer", "louder", "up")
    if device.kind == "light" and more in ("warmer", "cooler") and "kelvin" in device.features:
        move = exact if exact is not None and exact >= 100 else KELVIN_STEP * times
        now = state.get("kelvin") or 3500
        return Change(on=True, kelvin=_within(now + (-move if up else move), WARMEST, COLDEST))
    if device.kind == "light" and "brightness" in device.features:
        if more not in ("brighter", "dimmer", "up", "down"):
            return None
        now = (state.get("brightness") or 0) if state.get("on") else 0
        if not now and not up:
            return Change(on=False)
        move = exact if exact is not None else DIM_STEP * times
        return Change(on=True, brightness=_within(now + (move if up else -move), 1, 100))
    if device.kind == "climate" and more in ("warmer", "cooler", "up", "down"):
        if "target_c" not in device.features:
            return None
        goal = state.get("target_c") or state.get("current_c") or 20.0
        move = exact if exact is not None else DEGREES_STEP * times
        goal = round((goal + (move if up else -move)) * 2) / 2
        return Change(target_c=min(device.most_c, max(device.least_c, goal)))
    if device.kind == "cover" and more in ("up", "down") and "position" in device.features:
        move = exact if exact is not None else DIM_STEP * times
        at = state.get("position") or 0
        return Change(position=_within(at + (move if up else -move), 0, 100))
    if "volume" in device.features and more in ("louder", "quieter", "up", "down"):
        move = exact if exact is not None else VOLUME_STEP * times
        now = state.get("volume") or 0
        return Change(volume=_within(now + (move if up else -move), 0, 100))
    return None


def measured(how_much: str) -> bool:
    """Whether an amount can be read; nothing is one too."""
    return not how_much.strip() or _exact(how_much) is not None or _times(how_much) != 1.0


def colour_name(rgb: Rgb) -> str:
    """The nearest one that has a name."""
    most = max(max(rgb), 1)
    bright = tuple(255 * part / most for part in rgb)
    known = {**COLOURS, "white": (255, 255, 255)}

    def far(name: str) -> float:
        return sum((a - b) ** 2 for a, b in zip(known[name], bright, strict=True))

    return min(known, key=far)


def digits(said: str) -> str:
    """Small letters, numbers as digits: "twenty one point five" → "21.5"."""
    words = said.casefold().replace("-", " ").replace("per cent", "percent").split()
    out: list[str] = []
    tens_open = False
    for word in words:
        value = _ONES.get(word, _TENS.get(word))
        if value is not None and tens_open and value < 10 and out:
            out[-1] = str(int(out[-1]) + value)
        elif value is not None:
            out.append(str(value))
        elif word == "hundred":
            before = out[-1] if out and out[-1].isdigit() else ""
            out[len(out) - 1 if before else len(out) :] = [str(100 * int(before or 1))]
        else:
            out.append(word)
        tens_open = word in _TENS
    text = re.sub(r"(\d) point (\d)", r"\1.\2", " ".join(out))
    return re.sub(r"(\d) and a half", r"\1.5", text)


def _measured(found: Wanted, value: float, unit: str) -> Wanted:
    if re.match(r"(?:%|percent)", unit):
        return replace(found, percent=_within(value, 0, 100))
    if re.match(r"(?:k\b|kelvin)", unit):
        return replace(found, kelvin=_within(value, WARMEST, COLDEST))
    if re.match(r"(?:°|degrees?)?\s*(?:f\b|fahrenheit)", unit):
        return replace(found, celsius=round((value - 32) / 1.8, 1))
    if re.match(r"(?:°|degree|c\b|celsius)", unit):
        return replace(found, celsius=value)
    return replace(found, number=value)


def _light(device: Device, want: Wanted) -> Change | None:
    if want.number is not None and want.number > 100:
        want = replace(want, kelvin=_within(want.number, WARMEST, COLDEST), number=None)
    share = want.percent if want.percent is not None else _whole(want.number)
    if share == 0:
        return Change(on=False)
    brightness = _within(share, 1, 100) if share is not None else None
    kelvin, colour = want.kelvin, want.colour
    if kelvin is not None and "kelvin" not in device.features:
        kelvin, colour = None, (255, 255, 255) if "colour" in device.features else None
        if colour is None:
            return None
    if colour is not None and "colour" not in device.features:
        return None
    if brightness is not None and "brightness" not in device.features:
        return None
    made = Change(brightness=brightness, colour=colour, kelvin=kelvin)
    if made.given:
        return replace(made, on=True)
    return Change(on=want.on) if want.on is not None else None


def _climate(device: Device, want: Wanted) -> Change | None:
    goal = want.celsius if want.celsius is not None else want.number
    if goal is not None:
        if "target_c" not in device.features or not device.least_c <= goal <= device.most_c:
            return None
        return Change(target_c=goal)
    if want.mode is not None and "mode" in device.features:
        return Change(mode=want.mode)
    if want.on is None:
        return None
    if "mode" in device.features:
        return Change(mode="heat" if want.on else "off")
    return Change(on=want.on) if "on" in device.features else None


def _times(how_much: str) -> float:
    text = how_much.casefold()
    if re.search(r"\b(?:bit|little|slightly|touch|tad|small)\b", text):
        return 0.5 if "quite" not in text else 1.0
    return 2.0 if re.search(r"\b(?:lot|much|far|way|lots|big)\b", text) else 1.0


def _exact(how_much: str) -> float | None:
    found = _NUMBER.search(digits(how_much))
    return abs(float(found.group().replace(",", "."))) if found else None


def _whole(number: float | None) -> int | None:
    return None if number is None else round(number)


def _within(value: float, least: int, most: int) -> int:
    return min(most, max(least, round(value)))
