"""The people of one process: asked by every conversation, improved as they talk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from threading import Lock

from vivavoce.core import Pcm, Rank
from vivavoce.people.enrol import EnrolConfig, Enrolment, Hearing, enrol, heard
from vivavoce.people.improve import improve
from vivavoce.people.person import Person, Vector, checked_name
from vivavoce.people.recognise import Recognised, recognise
from vivavoce.people.store import People


class Household:
    """Safe to call from several threads; a second of sound takes some 30 ms."""

    def __init__(self, people: People, hearing: Hearing, cfg: EnrolConfig | None = None) -> None:
        """cfg: what a voice is learned from."""
        self._people, self._hearing, self._cfg = people, hearing, cfg
        self.guest: Person | None = None
        """While there is one, conversations that begin are theirs alone; they are kept nowhere."""
        self._writing = Lock()

    def voices(self) -> Sequence[tuple[str, Vector]]:
        """(name, presence vector) of everybody who is known now."""
        known = [self.guest] if self.guest else self._people.list()
        return [(person.name, person.presence) for person in known]

    def meet(self, name: str, pcm: Pcm) -> Person:
        """A guest by the voice in pcm (n,) at 16 kHz; Unfit says what the sound lacks."""
        voice = enrol([pcm], self._hearing, self._cfg)
        return replace(_person(checked_name(name), voice), rank="owner")

    def who(self, pcm: Pcm) -> Recognised:
        """Whose voice pcm (n,) at 16 kHz is. A voice that is surely known is learned further."""
        voice = heard(pcm, self._hearing)
        with self._writing:
            known = [self.guest] if self.guest else self._people.list()
            found = recognise(voice.vector, known)
            for person in known:
                if person.name == found.name:
                    sure = found.confidence
                    today = date.today()
                    better = improve(person, voice.vector, voice.seconds, sure, today=today)
                    if better is not person and person is not self.guest:
                        self._people.put(better, again=True)
        return found

    def rank(self, name: str) -> Rank:
        """What somebody may do; unknown without such a person."""
        known = [self.guest] if self.guest else self._people.list()
        return next((person.rank for person in known if person.name == name), "unknown")

    def learn(self, name: str, pcm: Pcm) -> Person:
        """Enrol name from pcm (n,) at 16 kHz, anew if they are known: they keep their rank then.
        The first one is the owner; whoever just says so later is a guest, until the owner says
        more. BadName; Unfit says what the sound lacks."""
        name = checked_name(name)
        voice = enrol([pcm], self._hearing, self._cfg)
        with self._writing:
            known = {person.name: person.rank for person in self._people.list()}
            rank: Rank = known.get(name, "guest") if known else "owner"
            person = replace(_person(name, voice), rank=rank)
            self._people.put(person, again=True)
        return person

    def forget(self, name: str) -> None:
        """Erase what is kept of them. Unknown if there is nothing."""
        with self._writing:
            self._people.forget(name)


def _person(name: str, voice: Enrolment) -> Person:
    return Person(
        name, voice.vector, voice.seconds, voice.recordings, voice.presence, since=date.today()
    )
