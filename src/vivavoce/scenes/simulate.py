"""From a kind and a corpus to a mixture, by a random generator and nothing else."""

from dataclasses import dataclass

import numpy as np

from vivavoce.core import IN_FRAME, IN_RATE, Pcm
from vivavoce.scenes.activity import active, level
from vivavoce.scenes.channel import worn
from vivavoce.scenes.corpus import Corpus
from vivavoce.scenes.echoed import echoed
from vivavoce.scenes.kinds import KINDS, Cast, Kind, Talks, When
from vivavoce.scenes.mixture import Mixture, Track
from vivavoce.scenes.rooms import Room, in_room
from vivavoce.scenes.scene import Scene
from vivavoce.scenes.speakers import SPEECH_RMS, Speaker
from vivavoce.scenes.talk import always, relay, spells

SECONDS = 30.0
_ENROL_S = 5.0
_GAPS_S = (0.1, 1.2)
"""Between two people's turns."""
_AIR_S = (-0.1, 0.5)
"""Between two voices of a relay."""


@dataclass(frozen=True, slots=True)
class _Stage:
    """What one scene's voices share."""

    kind: Kind
    samples: int
    room: Room
    rng: np.random.Generator


@dataclass(frozen=True, slots=True)
class _Line:
    """One voice on the line of time: clean, at its level."""

    who: Speaker
    pcm: Pcm
    level_db: float
    far: bool
    main: bool


def simulate(
    kind: str, corpus: Corpus, rng: np.random.Generator, seconds: float = SECONDS
) -> Scene:
    """One scene of a kind (see KINDS), at a random microphone gain of -12…+6 dB.

    The enrolment is another part of the owner's recording, in another room."""
    owner = corpus.speakers[rng.integers(len(corpus.speakers))]
    said, enrolled = parted(owner, rng)
    mixed = mixture(kind, said, corpus, rng, seconds)
    return mixed.scene(enrolment(enrolled, corpus, rng))


def parted(one: Speaker, rng: np.random.Generator) -> tuple[Speaker, Speaker]:
    """What is said in the scene, and what is enrolled with: 45%, more of a short recording."""
    share = float(np.clip(_ENROL_S * IN_RATE / len(one.pcm), 0.45, 0.6))
    if rng.random() < 0.5:
        return one.part(share, 1), one.part(0, share)
    return one.part(0, 1 - share), one.part(1 - share, 1)


def enrolment(part: Speaker, corpus: Corpus, rng: np.random.Generator) -> Pcm:
    """(n,) recorded near the microphone in some room of the corpus, with a little noise."""
    room = corpus.rooms[rng.integers(len(corpus.rooms))]
    pcm = in_room(part.pcm, room.responses[0]) if rng.random() < 0.7 else part.pcm
    noise = corpus.noise(rng, len(pcm)) * _gain(rng.uniform(-45, -22))
    return np.asarray((pcm + noise * (SPEECH_RMS / 0.05)) * _gain(rng.uniform(-12, 6)), np.float32)


def mixture(
    kind: str,
    owner: Speaker,
    corpus: Corpus,
    rng: np.random.Generator,
    seconds: float = SECONDS,
    *,
    wear: bool = False,
) -> Mixture:
    """One mixture of a kind around an owner; wear: through random channels, at wider levels."""
    recipe = KINDS[kind]
    samples = int(seconds * IN_RATE) // IN_FRAME * IN_FRAME
    stage = _Stage(recipe, samples, corpus.rooms[rng.integers(len(corpus.rooms))], rng)
    lines = _lines(stage, owner, corpus)
    mic, tracks = np.zeros(samples, np.float32), []
    for line in lines:
        mic += _heard(line, stage)
        tracks.append(Track(line.who.name, active(line.pcm), line.level_db, line.main))
    snr_db = rng.uniform(*recipe.noise_db)
    mic += corpus.noise(rng, samples, recipe.noises) * _gain(-snr_db) * (SPEECH_RMS / 0.05)
    played, echo = _echo(stage, corpus)
    mic += echo
    mic = worn(mic, rng) if wear else mic
    mic = mic * _gain(rng.uniform(-30, 10) if wear else rng.uniform(-12, 6))
    notes: dict[str, float | str] = {"noise_db": float(snr_db), "room": stage.room.name}
    return Mixture(np.clip(mic, -1, 1), played, active(echo), tuple(tracks), kind, notes)


def _lines(stage: _Stage, owner: Speaker, corpus: Corpus) -> list[_Line]:
    """Everybody's clean line; the owner's first."""
    rng, kind = stage.rng, stage.kind
    casts = [cast for cast in kind.casts if rng.random() < cast.chance]
    taken, own, lines = {owner.name}, _own_talk(stage, owner), list[_Line]()
    for cast in casts:
        people = _draw(cast, owner, corpus, taken, rng)
        taken |= {one.name for one in people}
        level_db = rng.uniform(*cast.level_db)
        if cast.when is When.GAPS:
            own, *pcms = relay([owner, *people], stage.samples, rng, _GAPS_S)
        else:
            pcms = _talk(cast.when, people, stage)
        pcms = _levelled(pcms, level_db, together=cast.when is When.ALWAYS)
        main = not cast.far and len(people) < 3
        lines += [_Line(w, p, level_db, cast.far, main) for w, p in zip(people, pcms, strict=True)]
    return [_Line(owner, own, 0.0, kind.far, main=True), *lines]


def _own_talk(stage: _Stage, owner: Speaker) -> Pcm:
    if stage.kind.talks is Talks.NEVER:
        return np.zeros(stage.samples, np.float32)
    return spells(owner, stage.samples, stage.rng, stage.kind.talks.value)


def _talk(when: When, people: list[Speaker], stage: _Stage) -> list[Pcm]:
    if when is When.RELAY:
        return relay(people, stage.samples, stage.rng, _AIR_S)
    if when is When.SPELLS:
        return [spells(one, stage.samples, stage.rng, (0.5, 5.0)) for one in people]
    return [always(one, stage.samples, stage.rng) for one in people]


def _draw(
    cast: Cast, owner: Speaker, corpus: Corpus, taken: set[str], rng: np.random.Generator
) -> list[Speaker]:
    """People of a cast who are not on the stage yet."""
    free = [s for s in corpus.speakers if s.name not in taken]
    if cast.same_sex:
        free = [s for s in free if s.sex == owner.sex] or free
    count = min(int(rng.integers(cast.people[0], cast.people[1] + 1)), len(free))
    return [free[i] for i in rng.choice(len(free), count, replace=False)]


def _levelled(pcms: list[Pcm], level_db: float, *, together: bool) -> list[Pcm]:
    """Each at SPEECH_RMS and level_db, or their sum if they speak together."""
    if not together:
        return [pcm * _gain(level_db) for pcm in pcms]
    whole = level(np.sum(pcms, axis=0)) or 1.0
    return [pcm * np.float32(_gain(level_db) * SPEECH_RMS / whole) for pcm in pcms]


def _heard(line: _Line, stage: _Stage) -> Pcm:
    """A line as it reaches the microphone, at the same level as before the room."""
    if not line.pcm.any():
        return line.pcm
    places = stage.room.far if line.far else stage.room.responses
    nearest = 2 if line.main else len(places)
    place = int(stage.rng.integers(len(places) if line.far else min(nearest, len(places))))
    wet = in_room(line.pcm, places[place])
    return np.asarray(wet * (level(line.pcm) / max(level(wet), 1e-9)), np.float32)


def _echo(stage: _Stage, corpus: Corpus) -> tuple[Pcm, Pcm]:
    """(samples,) what we play, and what of it the microphone hears."""
    silent = np.zeros(stage.samples, np.float32)
    if stage.kind.echo_db is None or not corpus.own_voice:
        return silent, silent
    own = corpus.own_voice[stage.rng.integers(len(corpus.own_voice))]
    played = spells(own, stage.samples, stage.rng, (0.3, 4.0))
    heard = in_room(played, stage.room.responses[0]) * _gain(stage.rng.uniform(*stage.kind.echo_db))
    return played, echoed(heard, stage.rng)


def _gain(db: float) -> np.float32:
    return np.float32(10 ** (db / 20))
