"""What the house was like: scenes that somebody saved, and what was before each change."""

import json
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from vivavoce.core import Refused, Retry, VivavoceError
from vivavoce.experts.builtin.home.device import Change, Device, State
from vivavoce.experts.builtin.home.words import tokens
from vivavoce.files import write_whole

log = logging.getLogger(__name__)

Looks = Mapping[str, Change]
"""By device."""
MOST_BEFORE = 30
"""Changes that can still be put back."""
MOST_SCENES = 200


class Kept:
    """In files of the expert's folder. Retry: they can't be read now; Refused: nor written."""

    def __init__(self, folder: Path) -> None:
        self._scenes, self._before = folder / "scenes.json", folder / "before.json"

    def names(self) -> tuple[str, ...]:
        """Of saved scenes."""
        return tuple(_read(self._scenes))

    def save(self, name: str, looks: Looks) -> None:
        """A scene; an older one of this name comes back when it is deleted."""
        scenes = _read(self._scenes)
        older = scenes.pop(self._same(name, scenes) or name, [])
        scenes[name] = [*older[-4:], _written(looks)]
        _write(self._scenes, dict(list(scenes.items())[-MOST_SCENES:]))

    def scene(self, name: str) -> Looks | None:
        """As it was saved; None: there is none."""
        scenes = _read(self._scenes)
        key = self._same(name, scenes)
        return _looks(scenes[key][-1]) if key else None

    def delete(self, name: str) -> bool:
        """The newest of this name; whether there was one."""
        scenes = _read(self._scenes)
        key = self._same(name, scenes)
        if not key:
            return False
        scenes[key] = scenes[key][:-1]
        _write(self._scenes, {k: v for k, v in scenes.items() if v})
        return True

    def remember(self, looks: Looks) -> str:
        """What was before a change: #number, to put it back by; #0, which is always too long ago,
        if it can't be kept: the change is done."""
        try:
            kept = _read(self._before)
            number = max((int(key) for key in kept), default=0) + 1
            kept[str(number)] = _written(looks)
            _write(self._before, dict(list(kept.items())[-MOST_BEFORE:]))
        except VivavoceError as error:
            log.warning("home: what was before can't be kept: %s", error)
            return "#0"
        return f"#{number}"

    def before(self, number: str) -> Looks | None:
        """By what remember gave; None: too long ago."""
        found = _read(self._before).get(number.strip("# "))
        return _looks(found) if found else None

    def _same(self, name: str, scenes: Mapping[str, Any]) -> str:
        wanted = tokens(name)
        return next((key for key in scenes if tokens(key) == wanted), "")


def look(device: Device) -> Change | None:
    """How it is now, as a change that makes it so; None: nothing is known, or it is nothing that
    a scene may touch (a lock)."""
    state = device.state
    match device.kind:
        case "light" if state.get("on") is not None:
            if not state["on"]:
                return Change(on=False)
            colour, kelvin = state.get("colour"), state.get("kelvin")
            return Change(
                on=True,
                brightness=state.get("brightness") if "brightness" in device.features else None,
                colour=tuple(colour) if colour and "colour" in device.features else None,
                kelvin=kelvin if kelvin and not colour and "kelvin" in device.features else None,
            )
        case "switch" if state.get("on") is not None:
            return Change(on=state["on"])
        case "cover" if state.get("position") is not None:
            at = state["position"]
            whole = "position" in device.features or at in (0, 100)
            return Change(position=at) if whole else None
        case "climate":
            made = Change(
                target_c=state.get("target_c") if "target_c" in device.features else None,
                mode=state.get("mode") if "mode" in device.features else None,
            )
            return made if made.given else None
    return None


def back(device: Device, change: Change) -> Change | None:
    """What undoes the change of a device that is like this before it; None: nothing can."""
    if change.volume is not None and device.state.get("volume") is not None:
        return Change(volume=device.state["volume"])
    return look(device)


def differs(state: State, change: Change) -> bool:
    """Whether the change would change anything."""
    return any(state.get(key) != value for key, value in change.given.items())


def _written(looks: Looks) -> dict[str, Any]:
    return {device: change.given for device, change in looks.items()}


def _looks(written: Mapping[str, Mapping[str, Any]]) -> dict[str, Change]:
    made = {}
    for device, given in written.items():
        colour = given.get("colour")
        more: dict[str, Any] = {"colour": tuple(colour)} if colour else {}
        made[device] = Change(**{**given, **more})
    return made


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Retry(f"{path} can't be read now: {error.strerror}; try again later") from None
    except ValueError:
        log.warning("home: %s is damaged; it is set aside", path.name)
        path.replace(path.with_suffix(".broken"))
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, made: Mapping[str, Any]) -> None:
    try:
        write_whole(path, json.dumps(made))
    except OSError as error:
        raise Refused(f"{path} can't be written: {error.strerror}; see to the disk") from None


def shown(names: Iterable[str]) -> str:
    """Scenes' names for the model."""
    return ", ".join(names) or "none"
