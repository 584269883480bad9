"""The sounds that scenes are made of, of one split only: speakers, noises, rooms."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE, Pcm
from vivavoce.scenes.noises import MADE
from vivavoce.scenes.rooms import Room, made_room, measured_room
from vivavoce.scenes.speakers import Speaker, sexes, speaker
from vivavoce.scenes.split import Split, split_of

MADE_NOISES = 40
"""Noises of each made kind over all splits."""
MADE_ROOMS = 240
"""Simulated rooms over all splits."""


@dataclass(frozen=True)
class Corpus:
    """What a data folder holds of one split (speech/librispeech, noise, rooms), and what is made.

    Loaded when first asked for, then kept: a minute of sound is 4 MB."""

    data_dir: Path
    split: Split
    extra: tuple[Speaker, ...] = ()
    """More speakers than the folder has: other packages' voices, changed voices."""
    own_voice: tuple[Speaker, ...] = ()
    """Our own voice, for echoes; none: no scene has an echo."""

    @cached_property
    def speakers(self) -> tuple[Speaker, ...]:
        """Everybody of this split, in the order of their names."""
        folder = self.data_dir / "speech" / "librispeech"
        sex = sexes(folder / "SPEAKERS.TXT")
        read_ones = []
        for path in sorted(folder.glob("*.flac")):
            name = path.stem.partition("-")[0]
            if split_of(name) is self.split:
                read_ones.append(speaker(name, sex.get(name, "?"), read(path, IN_RATE)))
        return (*read_ones, *self.extra)

    def among(self, speakers: tuple[Speaker, ...]) -> "Corpus":
        """The same noises and rooms (shared, not loaded again) with these people instead."""
        other = Corpus(self.data_dir, self.split, self.extra, self.own_voice)
        shared = {"noises": self.noises, "rooms": self.rooms, "_made": self._made}
        other.__dict__.update(shared, speakers=speakers)  # as cached_property would
        return other

    @cached_property
    def noises(self) -> Mapping[str, Callable[[], Pcm]]:
        """Name → its sound at 16 kHz: the folder's files and the made ones."""
        found: dict[str, Callable[[], Pcm]] = {}
        for path in sorted((self.data_dir / "noise").glob("*.wav")):
            if split_of(path.name) is self.split:
                found[path.name] = lambda path=path: self._noise_file(path)  # type: ignore[misc]
        for kind, make in MADE.items():
            for n in range(MADE_NOISES):
                name = f"{kind}-{n}"
                if split_of(name) is self.split:
                    found[name] = lambda make=make, name=name: make(_rng(name))  # type: ignore[misc]
        return found

    @cached_property
    def rooms(self) -> tuple[Room, ...]:
        """Measured rooms of the folder and simulated ones."""
        rooms = [
            measured_room(path.name, read(path, IN_RATE))
            for path in sorted((self.data_dir / "rooms").glob("*.wav"))
            if split_of(path.name) is self.split
        ]
        names = [f"room-{n}" for n in range(MADE_ROOMS)]
        rooms += [made_room(name, _rng(name)) for name in names if split_of(name) is self.split]
        return tuple(rooms)

    def noise(self, rng: np.random.Generator, samples: int, kinds: tuple[str, ...] = ()) -> Pcm:
        """(samples,) of one noise, from a random place of it; kinds are beginnings of names."""
        names = [n for n in self.noises if n.startswith(kinds)] if kinds else list(self.noises)
        pcm = self._kept(str(rng.choice(names or list(self.noises))))
        start = int(rng.integers(len(pcm)))
        return np.asarray(np.resize(np.roll(pcm, -start), samples), np.float32)

    def _kept(self, name: str) -> Pcm:
        if name not in self._made:
            self._made[name] = self.noises[name]()
        return self._made[name]

    @cached_property
    def _made(self) -> dict[str, Pcm]:
        return {}

    @staticmethod
    def _noise_file(path: Path) -> Pcm:
        return read(path, IN_RATE)


def _rng(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))
