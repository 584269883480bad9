"""Whether a request came to what it should. Pure."""

import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
NEAR = {"brightness": 4, "position": 2, "volume": 1, "occupied_heating_setpoint": 0.6}
"""How far a number may be off."""


def wrong(request: Row, before: Row, after: Row, told: Row) -> str:
    """What is not as it should be; empty: all is. before and after: devices and music; told: the
    answer, the verdicts, those of each turn before, and what the tool asked afterwards says."""
    troubles = [
        *_devices(request.get("devices", {}), before["devices"], after["devices"]),
        *_music(request.get("music", {}), before["music"], after["music"]),
        *_told(request, told),
    ]
    if request.get("still"):
        troubles += [
            f"{name} changed"
            for name, state in after["devices"].items()
            if state != before["devices"].get(name)
        ]
        same = ("state", "title", "volume")
        if any(after["music"].get(key) != before["music"].get(key) for key in same):
            troubles.append("the music changed")
    return "; ".join(troubles)


def _devices(wanted: Row, before: Row, after: Row) -> list[str]:
    found = []
    for name, state in wanted.items():
        now = after.get(name, {})
        for key, value in state.items():
            if key in ("more", "less"):
                was, is_ = before[name].get(value, 0), now.get(value, 0)
                if not (is_ > was if key == "more" else is_ < was):
                    found.append(f"{name}: {value} {was} -> {is_}, wanted {key}")
            elif key == "colour":
                if not _colour(now, value):
                    found.append(f"{name} is not {value}: {now.get('color')}")
            elif not _same(key, now.get(key), value):
                found.append(f"{name}: {key} is {now.get(key)!r}, wanted {value!r}")
    return found


def _music(wanted: Row, before: Row, after: Row) -> list[str]:
    found = []
    for key, value in wanted.items():
        if key in ("more", "less"):
            was, is_ = int(before.get(value, 0)), int(after.get(value, 0))
            if not (is_ > was if key == "more" else is_ < was):
                found.append(f"{value} {was} -> {is_}, wanted {key}")
        elif key == "volume":
            if not _same(key, int(after.get(key, -1)), value):
                found.append(f"volume is {after.get(key)}, wanted {value}")
        elif after.get(key) != value:
            found.append(f"{key} is {after.get(key)!r}, wanted {value!r}")
    return found


def _told(request: Row, told: Row) -> list[str]:
    found = []
    if (pattern := request.get("answer")) and not re.search(pattern, told["answer"]):
        found.append(f"the answer does not match {pattern!r}")
    if (pattern := request.get("silent")) and re.search(pattern, told["answer"]):
        found.append(f"the answer must not match {pattern!r}")
    if (verdict := request.get("verdict")) and verdict not in told["verdicts"]:
        found.append(f"the policy said {told['verdicts'] or 'nothing'}, wanted {verdict}")
    for said, verdicts in zip(request.get("before", ()), told.get("earlier", ()), strict=True):
        if "allow" not in verdicts:
            found.append(f"{said!r}, said before, was not done")
    if then := request.get("then"):
        text = told.get("then", "")
        if "matches" in then and not re.search(then["matches"], text, re.IGNORECASE):
            found.append(f"afterwards {text!r} does not match {then['matches']!r}")
        if "lacks" in then and re.search(then["lacks"], text, re.IGNORECASE):
            found.append(f"afterwards {text!r} still has {then['lacks']!r}")
    return found


def _same(key: str, found: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and isinstance(found, int | float):
        return abs(found - wanted) <= NEAR.get(key, 0)
    return bool(found == wanted)


def _colour(state: Row, wanted: str) -> bool:
    """By its x and y, or red, green and blue."""
    colour = state.get("color") or {}
    if "hex" in colour:
        return bool(colour["hex"] == {"red": "#ff0000", "blue": "#0000ff"}[wanted])
    if "x" in colour:
        x, y = float(colour["x"]), float(colour["y"])
        return x > 0.55 if wanted == "red" else x < 0.25 and y < 0.2
    rgb = [float(colour.get(c, 0)) for c in "rgb"]
    return max(rgb) > 0 and rgb.index(max(rgb)) == (0 if wanted == "red" else 2)
