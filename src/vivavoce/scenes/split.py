"""Who is trained on, who is tuned on, who is only measured on: by speaker, for ever."""

import hashlib
from enum import StrEnum


class Split(StrEnum):
    """A speaker, a room and a noise belong to exactly one."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


def split_of(name: str) -> Split:
    """Of a speaker id, a room or a noise file, by a hash of the name: a tenth is for dev, a tenth
    for test. The same on every machine, and a new name never moves an old one."""
    bucket = hashlib.sha256(name.encode()).digest()[0] % 10
    return {0: Split.TEST, 1: Split.DEV}.get(bucket, Split.TRAIN)
