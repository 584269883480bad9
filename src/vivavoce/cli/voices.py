"""What the commands about voices share."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from vivavoce.core import Pcm
from vivavoce.people import Enrolment, Hearing, Person


def hearing() -> Hearing:
    """The default networks; WeightsMissing says how to get what is not there."""
    from vivavoce import weights
    from vivavoce.ears import Presence, Silero
    from vivavoce.ears.dvector import DVector
    from vivavoce.ears.offline import speech

    vad = Silero(weights.path("silero-vad"))
    network = DVector(weights.path("ge2e-dvector"))
    return Hearing(network.windows, lambda pcm: speech(vad, pcm), Presence().embed)


def from_files(paths: Sequence[Path]) -> Enrolment:
    """One person's voice from audio files; BadAudio or Unfit says what is wrong with them."""
    from vivavoce.audio.files import read
    from vivavoce.core import IN_RATE

    return from_sound(
        [read(path, IN_RATE, say=lambda note: click.echo(note, err=True)) for path in paths]
    )


def from_sound(recordings: Sequence[Pcm]) -> Enrolment:
    """One person's voice from (n,) each at 16 kHz."""
    from vivavoce.people import enrol

    return enrol(recordings, hearing())


def as_person(name: str, voice: Enrolment) -> Person:
    """Enrolled today."""
    return Person(
        name=name,
        enrolled=voice.vector,
        seconds=voice.seconds,
        recordings=voice.recordings,
        presence=voice.presence,
        since=datetime.now(UTC).astimezone().date(),
    )


def owner(recording: Path | None, name: str | None) -> Person | None:
    """Whom a conversation belongs to: the voice in a recording, kept nowhere, or a known one."""
    from vivavoce.people import checked_name, here

    if recording is None:
        return here().get(name) if name is not None else None
    called = checked_name(name if name is not None else "owner")
    return as_person(called, from_files([recording]))
