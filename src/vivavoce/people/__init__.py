"""The people at home: their voices, learned, kept on this machine, forgotten when asked."""

from vivavoce.people.enrol import EnrolConfig, Enrolment, Hearing, enrol, heard
from vivavoce.people.errors import (
    BadName,
    NameTaken,
    NotYours,
    PersonDamaged,
    Silent,
    TooLoud,
    TooQuiet,
    TooShort,
    TwoVoices,
    Unfit,
    Unknown,
)
from vivavoce.people.household import Household
from vivavoce.people.improve import ImproveConfig, improve
from vivavoce.people.person import Person, Vector, added, checked_name
from vivavoce.people.recognise import RecogniseConfig, Recognised, recognise
from vivavoce.people.store import People, default_root, here
from vivavoce.people.wording import Ask, VoiceIntent, about_voice, hands_over

__all__ = [
    "Ask",
    "BadName",
    "EnrolConfig",
    "Enrolment",
    "Hearing",
    "Household",
    "ImproveConfig",
    "NameTaken",
    "NotYours",
    "People",
    "Person",
    "PersonDamaged",
    "RecogniseConfig",
    "Recognised",
    "Silent",
    "TooLoud",
    "TooQuiet",
    "TooShort",
    "TwoVoices",
    "Unfit",
    "Unknown",
    "Vector",
    "VoiceIntent",
    "about_voice",
    "added",
    "checked_name",
    "default_root",
    "enrol",
    "hands_over",
    "heard",
    "here",
    "improve",
    "recognise",
]
