"""Where a turn is said: the room's tone, its echo, other people, a street."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vivavoce.core import IN_RATE, Pcm
from vivavoce.scenes import in_room


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Sounds to draw from, all (n,) at 16 kHz and of one split."""

    rooms: Sequence[Pcm] = ()
    """Impulse responses."""
    noises: Sequence[Pcm] = ()
    talkers: Sequence[Pcm] = ()
    """Speech that babble is made of."""


@dataclass(frozen=True, slots=True)
class Place:
    """One choice of them."""

    level_db: float = -24.0
    """Root mean square of the speech."""
    tone_db: float = -62.0
    """Of the room's own noise: pink, always there."""
    kind: str = "quiet"
    """"quiet", "noise" or "babble"."""
    snr_db: float = 40.0
    """Speech over noise or babble."""
    room: bool = False


def draw(rng: np.random.Generator) -> Place:
    """A place to train in: two fifths are quiet, the others have 20 to 6 dB."""
    kind = str(rng.choice(("quiet", "noise", "babble"), p=(0.4, 0.25, 0.35)))
    return Place(
        level_db=float(rng.uniform(-36, -18)),
        tone_db=float(rng.uniform(-72, -52)),
        kind=kind,
        snr_db=float(rng.uniform(6, 20)),
        room=bool(rng.random() < 0.3),
    )


def heard(said: Pcm, place: Place, around: Surroundings, rng: np.random.Generator) -> Pcm:
    """The microphone (n,): what was said (n,), at this place."""
    if place.room and around.rooms:
        said = _unshifted(said, around.rooms[int(rng.integers(len(around.rooms)))])
    loud = said[np.abs(said) > 0.1 * np.abs(said).max() + 1e-9]
    said = said * (10 ** (place.level_db / 20) / (_rms(loud) + 1e-9))
    mixed = said + _pink(len(said), rng) * 10 ** (place.tone_db / 20)
    if place.kind == "babble" and around.talkers:
        behind = babble(len(said), around.talkers, rng)
    elif place.kind == "noise" and around.noises:
        behind = _looped(around.noises[int(rng.integers(len(around.noises)))], len(said), rng)
    else:
        behind = np.zeros(len(said), np.float32)
    gain = 10 ** ((place.level_db - place.snr_db) / 20) / (_rms(behind) + 1e-9)
    return np.asarray(np.clip(mixed + behind * gain, -1, 1), np.float32)


def babble(n: int, talkers: Sequence[Pcm], rng: np.random.Generator, voices: int = 6) -> Pcm:
    """A café: several people at once, none of them near, (n,)."""
    mixed = np.zeros(n, np.float32)
    for at in rng.integers(len(talkers), size=voices):
        voice = _looped(talkers[int(at)], n, rng)
        mixed += voice * float(rng.uniform(0.4, 1)) / (_rms(voice) + 1e-9)
    return mixed


def _looped(pcm: Pcm, n: int, rng: np.random.Generator) -> Pcm:
    start = int(rng.integers(len(pcm)))
    return np.resize(np.roll(pcm, -start), n).astype(np.float32)


def _unshifted(pcm: Pcm, room: Pcm) -> Pcm:
    """In a room whose direct sound does not come first."""
    direct = int(np.argmax(np.abs(room)))
    return in_room(np.pad(pcm, (0, direct)), room)[direct:]


def _pink(n: int, rng: np.random.Generator) -> Pcm:
    """Noise of root mean square 1 that falls by 3 dB an octave above 50 Hz."""
    spectrum = np.fft.rfft(rng.standard_normal(n))
    hz = np.maximum(np.fft.rfftfreq(n, 1 / IN_RATE), 50)
    noise = np.fft.irfft(spectrum / np.sqrt(hz), n)
    return np.asarray(noise / np.sqrt(np.mean(np.square(noise))), np.float32)


def _rms(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm)))) if len(pcm) else 0.0
