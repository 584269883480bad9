"""The people of one process: asked by every conversation, improved as they talk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from threading import Lock

from vivavoce.core import Pcm, Rank
from vivavoce.people.enrol import EnrolConfig, Enrolment, Hearing, enrol, heard
from vivavoce.people.errors import NameTaken, NotYours
from vivavoce.people.improve import improve
from vivavoce.people.person import SAME, Person, Vector, checked_name, key
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
        return [(person.name, person.presence) for person in self._known()]

    def empty(self) -> bool:
        """Nobody is known, nor was: whose file can't be read is still at home here."""
        return self.guest is None and self._people.empty()

    def meet(self, name: str, pcm: Pcm) -> Person:
        """A guest by the voice in pcm (n,) at 16 kHz; Unfit says what the sound lacks."""
        voice = enrol([pcm], self._hearing, self._cfg)
        return replace(_person(checked_name(name), voice), rank="owner")

    def who(self, pcm: Pcm) -> Recognised:
        """Whose voice pcm (n,) at 16 kHz is."""
        return recognise(heard(pcm, self._hearing).vector, self._known())

    def improve(self, name: str, pcm: Pcm) -> None:
        """Learn a voice further from pcm (n,) at 16 kHz, in which only name speaks: if it is surely
        theirs. Guests are kept nowhere."""
        if self.guest is not None:
            return
        voice = heard(pcm, self._hearing)
        with self._writing:
            known = self._people.list()
            found, today = recognise(voice.vector, known), date.today()
            for person in known:
                if person.name == found.name == name:
                    sure = found.confidence
                    better = improve(person, voice.vector, voice.seconds, sure, today=today)
                    if better is not person:
                        self._people.put(better, again=True)

    def rank(self, name: str) -> Rank:
        """What somebody may do; unknown without such a person."""
        return next((person.rank for person in self._known() if person.name == name), "unknown")

    def learn(self, name: str, *recordings: Pcm) -> Person:
        """Enrol name from recordings (n,) at 16 kHz of one person; anew if they are known: they
        keep their rank then. The first one is the owner; whoever just says so later is a guest,
        until the owner says more. BadName; NameTaken if who is known by it sounds otherwise; Unfit
        says what the sound lacks."""
        name = checked_name(name)
        voice = enrol(recordings, self._hearing, self._cfg)
        with self._writing:
            known = self._people.list()
            before = next((one for one in known if key(one.name) == key(name)), None)
            if before is not None and not _same(before, voice.vector, known):
                raise NameTaken(f"{before.name} is somebody with another voice; say another name")
            new: Rank = "owner" if self._people.empty() else "guest"
            person = replace(_person(name, voice), rank=before.rank if before else new)
            self._people.put(person, again=before is not None)
        return person

    def forget(self, name: str, by: Recognised) -> None:
        """Erase what is kept of them. NotYours if `by` is neither they nor the owner; Unknown if
        there is nothing."""
        if by.rank != "owner" and key(name) != key(by.name or ""):
            raise NotYours(f"only the owner may have {name}'s voice forgotten")
        with self._writing:
            self._people.forget(name)

    def _known(self) -> list[Person]:
        return [self.guest] if self.guest else self._people.list()


def _same(person: Person, vector: Vector, known: Sequence[Person]) -> bool:
    """Whether vector (256,) may be the person's voice, and is no other's of the known."""
    name = recognise(vector, known).name
    return bool(person.enrolled @ vector >= SAME) and name in (None, person.name)


def _person(name: str, voice: Enrolment) -> Person:
    return Person(
        name, voice.vector, voice.seconds, voice.recordings, voice.presence, since=date.today()
    )
