"""A conversation over this machine's own microphone and loudspeaker."""

from vivavoce.talk.devices import Devices
from vivavoce.talk.record import record
from vivavoce.talk.room import converse

__all__ = ["Devices", "converse", "record"]
