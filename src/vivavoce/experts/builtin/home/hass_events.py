"""Which change of a state means that something happened. Pure."""

from datetime import UTC, datetime
from typing import Literal

from vivavoce.experts.builtin.home.device import Device, Happened
from vivavoce.experts.builtin.home.hass_registry import Raw

What = Literal["ring", "motion", "person", "press"]
GONE = ("unknown", "unavailable")


def happened(old: Raw, new: Raw, device: Device) -> Happened | None:
    """None: nothing that people want to hear of. What comes back after it was away did not happen
    now."""
    if old["state"] == new["state"] or old["state"] == "unavailable" or new["state"] in GONE:
        return None
    domain = new["entity_id"].partition(".")[0]
    what = _event(new, device) if domain == "event" else _binary(new, device)
    return Happened(device.id, what, _at(new)) if what else None


def _event(new: Raw, device: Device) -> What | None:
    kind = str(new["attributes"].get("event_type") or "").lower()
    if device.sort == "button":
        return None if "release" in kind else "press"
    if "person" in kind:
        return "person"
    return "motion" if "motion" in kind or device.sort == "motion" else "ring"


def _binary(new: Raw, device: Device) -> What | None:
    if new["state"] != "on" or not new["entity_id"].startswith("binary_sensor."):
        return None
    if device.kind == "doorbell":
        return "ring"
    if device.sort == "motion":
        return "person" if "person" in new["entity_id"] else "motion"
    return None


def _at(new: Raw) -> datetime:
    told = new["state"] if new["entity_id"].startswith("event.") else new.get("last_changed")
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        at = datetime.now(UTC)
    return at.astimezone()
