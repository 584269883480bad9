"""Finds the devices that somebody means by what they say. Pure once it is made."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import OSA

from vivavoce.experts import Unclear
from vivavoce.experts.builtin.home.device import Device, Kind
from vivavoce.experts.builtin.home.words import (
    ESSENTIAL,
    EVERYTHING,
    FILLERS,
    FLOORS,
    KINDS,
    OTHERS,
    PLACED,
    joined,
    plural,
    skeleton,
    small,
    tokens,
)

_EXCEPT = re.compile(
    r",?\s+(?:except(?:ing)?(?: for)?|but not|but|other than|apart from|besides|save for)\s+"
)
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+(?:and|plus|as well as)\s+")
_COMMAND = re.compile(r"\b(?:on|off)(?:$| and |,)")
"""A phrase like this holds a command of its own."""
_HERE = re.compile(r"\b(?:(?:in|on|of) )?(?:here|this room|the room)\b")
_LED = re.compile(r"^(?:the|my|our|your|all|every|each|both|everything|a|an|upstairs|downstairs)\b")
_MANY = 4
"""So many names are said one by one; more are counted."""
_SWEPT: frozenset[Kind] = frozenset({"light", "switch"})
"""What "everything" is, where there is a choice."""
MOST_WORDS = 40
"""A longer phrase names nothing."""


def excepted(said: str) -> str:
    """What a phrase leaves out: "everything except the hall"."""
    _, *out = _EXCEPT.split(said.casefold())
    return " and ".join(out)


def shares_a_word(one: str, other: str) -> bool:
    """True, too, where the other is empty: nobody knows what was said."""
    said = set(tokens(other))
    return not said or not said.isdisjoint(set(tokens(one)) - FILLERS)


@dataclass(frozen=True, slots=True)
class Found:
    """What a phrase means."""

    ids: tuple[str, ...]
    said: str
    """How to speak of it: "the kitchen lights"."""
    many: bool = False
    """A whole kind or place, rather than devices by their names."""


@dataclass(frozen=True, slots=True)
class _Entry:
    device: Device
    name: frozenset[str]
    room: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """One thing that is named, taken apart."""

    words: tuple[str, ...]
    """Without articles and what stands for everything."""
    plain: str
    many: bool
    everything: bool
    room: str = ""
    """A room's key, if the phrase has its name."""
    here: bool = False
    """The room is where it was heard, not said."""
    guessed: bool = False
    """A word was taken for another."""


@dataclass(slots=True)
class Names:
    """An index of a house's names; made anew when one changes."""

    _all: dict[str, _Entry] = field(default_factory=dict)
    _ids: dict[str, str] = field(default_factory=dict)
    """In small letters, as phrases are."""
    _having: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Word of a name, room, floor or kind → ids."""
    _called: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Whole name without spaces → ids."""
    _rooms: dict[str, str] = field(default_factory=dict)
    """Key → as it is written."""
    _in: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Room's key → ids."""
    _sounds: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, devices: Iterable[Device]) -> "Names":
        """Index them."""
        made = cls()
        for device in devices:
            made._add(device)
        for word in made._having:
            made._sounds[skeleton(word)].append(word)
        return made

    @property
    def rooms(self) -> tuple[str, ...]:
        """As they are written, in order."""
        return tuple(sorted(self._rooms.values()))

    def find(
        self,
        said: str,
        kinds: Sequence[Kind] = (),
        room: str = "",
        *,
        sure: bool = False,
        whole: bool = False,
    ) -> Found:
        """The devices of these kinds that are meant, the likelier kinds first. room: where it was
        heard. sure: take no word for another. whole: all that it may mean, of all the kinds.
        Unclear: none, or not clear which."""
        if len(said.split()) > MOST_WORDS:
            raise Unclear("that is too long to be a name")
        said = " ".join(said.casefold().replace("’", "'").split()).strip(" .!?")
        if _COMMAND.search(said):
            raise Unclear(f"“{said}” is more than a name")
        base, *out = _EXCEPT.split(said)
        found = self._joined(base, kinds, room, sure, whole)
        if not out:
            return found
        left_out: set[str] = set()
        for part in out:
            left_out.update(self._joined(part, kinds, room, sure, whole=True).ids)
        kept = tuple(i for i in found.ids if i not in left_out)
        if not kept:
            raise Unclear(f"nothing is left of “{said}”")
        return replace(found, ids=kept, said=f"{found.said} except {_the(' and '.join(out))}")

    def room_of(self, said: str) -> str:
        """A room's name as it is written; empty: there is none of this name."""
        return self._rooms.get(" ".join(tokens(said)), "")

    def kinds_in(self, text: str) -> frozenset[Kind]:
        """The kinds of device that a sentence speaks of, by a word for a kind ("lamp") or by the
        whole name of a device."""
        words = tokens(text)
        found = {KINDS[word][0] for word in words if word in KINDS}
        sentence = f" {' '.join(words)} "
        for entry in self._all.values():
            if f" {' '.join(tokens(entry.device.name))} " in sentence:
                found.add(entry.device.kind)
        return frozenset(found)

    def knows(self, device_id: str) -> bool:
        """Whether there is such a device."""
        return device_id in self._all

    def of_kind(self, kind: Kind) -> list[str]:
        """Ids, in order."""
        return sorted(i for i, entry in self._all.items() if entry.device.kind == kind)

    def spoken(self, device_id: str) -> str:
        """How a device is called aloud: "the bedside lamp", "the kitchen light"."""
        device = self._all[device_id].device
        return f"the {self.called(device_id)}" if device.kind != "scene" else device.name

    def called(self, device_id: str) -> str:
        """Without an article; with its room if the name alone doesn't tell."""
        entry = self._all[device_id]
        name = small(entry.device.name)
        alone = len(self._called["".join(tokens(name))]) == 1
        bare = all(word in KINDS or word.isdigit() for word in entry.name)
        if not entry.room or set(entry.room.split()) <= entry.name or (alone and not bare):
            return name
        return f"{small(entry.device.room)} {name}"

    def listed(self, ids: Sequence[str]) -> str:
        """Names to be said, not too many."""
        ids = [i for i in ids if i in self._all]
        if len(ids) > _MANY:
            shown = [self.spoken(i) for i in ids[: _MANY - 1]]
            return joined([*shown, f"{len(ids) - len(shown)} more"])
        return joined([self.spoken(i) for i in ids])

    def _add(self, device: Device) -> None:
        name, room = tokens(device.name), " ".join(tokens(device.room))
        self._ids[device.id.casefold()] = device.id
        self._all[device.id] = _Entry(device, frozenset(name), room)
        words = {*name, *room.split(), *tokens(device.floor)}
        for floor, others in FLOORS.items():
            if " ".join(tokens(device.floor)) in others:
                words.add(floor)
        words.update(w for w, (kind, sort) in KINDS.items() if _is(device, kind, sort))
        for alias in device.aliases:
            words.update(tokens(alias))
            self._called["".join(tokens(alias))].add(device.id)
        for word in words:
            self._having[word].add(device.id)
        self._called["".join(name)].add(device.id)
        if room:
            self._rooms.setdefault(room, device.room)
            self._in[room].add(device.id)
            self._called["".join((*room.split(), *name))].add(device.id)

    def _joined(
        self, said: str, kinds: Sequence[Kind], room: str, sure: bool, whole: bool = False
    ) -> Found:
        """ "the hall and kitchen lights": each part has the kind that the last one tells."""
        parts = [part for part in _AND.split(said) if part.strip()]
        if len(parts) < 2 or "".join(tokens(said)) in self._called:
            return self._one(said, kinds, room, sure, whole)
        told = [w for w in tokens(parts[-1]) if w in KINDS]
        found: dict[str, None] = {}
        for part in parts:
            mine = tokens(part)
            named = any(w in KINDS for w in mine) or "".join(mine) in self._called
            full = part if named or not told else f"{part} {told[-1]}s"
            try:
                one = self._one(full, kinds, room, sure, whole)
            except Unclear:
                if full == part:
                    raise
                one = self._one(part, kinds, room, sure, whole)
            found.update(dict.fromkeys(one.ids))
        return Found(tuple(found), _the(said), many=True)

    def _one(self, said: str, kinds: Sequence[Kind], room: str, sure: bool, whole: bool) -> Found:
        if said in self._ids:
            return Found((self._ids[said],), self.spoken(self._ids[said]))
        phrase = self._read(said, room, sure)
        ids = self._called.get("".join(tokens(said)), set())
        bare = all(word in KINDS for word in phrase.words)
        room_only = phrase.room and set(phrase.words) <= set(phrase.room.split())
        if ids and not room_only and not (bare and len(ids) > 1):
            kept = self._fitting(ids, kinds)
            if kept and not (phrase.room and self._several(said, kept)):
                return self._choose(phrase, kept, room, whole)
        every = self._having_all(phrase.words) if phrase.words else set(self._all)
        if phrase.room:
            every = (every & self._in[phrase.room]) or every
        loose = self._loose(phrase)
        if not loose:
            every = {i for i in every if self._all[i].device.sort != "group"}
        if not every:
            raise Unclear(self._none(said))
        kept = self._fitting(every, kinds, each=phrase.everything or whole, whole=whole)
        if not kept:
            are = sorted({self._all[i].device.kind for i in every})
            instead = "switch" if _SWEPT.issuperset(are) else ""
            raise Unclear(
                f"“{said}” is a {joined(are, 'or')} here, which can't do that", instead=instead
            )
        if loose:
            exact = [i for i in kept if self._all[i].name == frozenset(phrase.words)]
            return self._choose(phrase, exact or kept, room, whole)
        return self._group(phrase, kept, room, whole)

    def _several(self, said: str, ids: Sequence[str]) -> bool:
        """ "the bedroom lights", where one of them is called bedroom light."""
        names = [small(self._all[i].device.name) for i in ids]
        return said.endswith("s") and not any(name.endswith("s") for name in names)

    def _read(self, said: str, room: str, sure: bool) -> _Phrase:
        """Take a phrase apart; unknown words become known ones that are alike, unless sure."""
        here = bool(_HERE.search(said)) and bool(room)
        plain = " ".join(_HERE.sub(" ", said).split()) if here else said
        words, guessed = self._known(tokens(plain), sure)
        where = self._room_in(words)
        placed = set(where.split())
        everything = (not words and not here) or any(
            w in EVERYTHING and w not in placed for w in words
        )
        kept = tuple(
            w
            for w in words
            if w in placed
            or not (
                w in FILLERS
                or (w in EVERYTHING and not self._having.get(w))
                or (w in PLACED and not self._having.get(w))
            )
        )
        if not where and here:
            where = " ".join(tokens(room))
            where = where if where in self._in else ""
        return _Phrase(kept, said, plural(said), everything, where, here, guessed)

    def _room_in(self, words: tuple[str, ...]) -> str:
        """The longest name of a room that the words have in a row."""
        for size in range(len(words), 0, -1):
            for i in range(len(words) - size + 1):
                key = " ".join(words[i : i + size])
                if key in self._in:
                    return key
        return ""

    def _known(self, words: tuple[str, ...], sure: bool) -> tuple[tuple[str, ...], bool]:
        """The words with those that nothing here has replaced, and whether any was guessed."""
        out: list[str] = []
        guessed, i = False, 0
        while i < len(words):
            word, pair = words[i], " ".join(words[i : i + 2])
            if pair != word and not self._has(pair) and (other := self._other(pair)):
                out += other.split()
                i += 2
                continue
            i += 1
            if word in self._having or word in FILLERS | EVERYTHING | PLACED or word.isdigit():
                out.append(word)
                continue
            if pair != word and pair.replace(" ", "") in self._having:
                out.append(pair.replace(" ", ""))
                i += 1
            elif other := self._other(word):
                out += other.split()
            elif halves := self._halves(word):
                out += halves
            elif near := "" if sure else self._near(word):
                out.append(near)
                guessed = True
            else:
                out.append(word)
        return tuple(out), guessed

    def _has(self, words: str) -> bool:
        return all(word in self._having for word in words.split())

    def _other(self, words: str) -> str:
        """Another name for the same, that this house has."""
        return next((other for other in OTHERS.get(words, ()) if self._has(other)), "")

    def _halves(self, word: str) -> tuple[str, ...]:
        for i in range(3, len(word) - 2):
            if word[:i] in self._having and word[i:] in self._having:
                return word[:i], word[i:]
        return ()

    def _near(self, word: str) -> str:
        """The one known word that this may be a mishearing of; empty: none, or several."""
        if len(word) < 4:
            return ""
        sound = skeleton(word)
        sounding = self._sounds.get(sound, ()) if len(sound) > 2 else ()
        if len(sounding) == 1:
            return sounding[0]
        most = 1 if len(word) < 8 else 2
        best: list[str] = []
        for known in self._having:
            if abs(len(known) - len(word)) > most or len(known) < 4:
                continue
            far = OSA.distance(word, known, score_cutoff=most)
            if far < most or (far == most and best == []):
                best = [known] if far < most else [*best, known]
                most = far
            elif far == most:
                best.append(known)
        return best[0] if len(best) == 1 else ""

    def _having_all(self, words: Iterable[str]) -> set[str]:
        sets = sorted((self._having.get(w, set()) for w in words), key=len)
        return set.intersection(*sets) if sets else set()

    def _loose(self, phrase: _Phrase) -> bool:
        """Whether the phrase has a word of a device's own name, beside kinds and places."""
        places = set(phrase.room.split()) | set(FLOORS)
        return any(
            w not in places
            and w not in KINDS
            and any(w in self._all[i].name or self._by_alias(w, i) for i in self._having.get(w, ()))
            for w in phrase.words
        )

    def _by_alias(self, word: str, device_id: str) -> bool:
        return any(word in tokens(alias) for alias in self._all[device_id].device.aliases)

    def _fitting(
        self, ids: Iterable[str], kinds: Sequence[Kind], each: bool = False, whole: bool = False
    ) -> list[str]:
        """Those of the first kind that is among them (each: of all the kinds), in order."""
        if not kinds:
            return sorted(ids)
        by: dict[Kind, list[str]] = defaultdict(list)
        for i in ids:
            by[self._all[i].device.kind].append(i)
        have = [kind for kind in kinds if by[kind]]
        if each and not whole:
            have = [kind for kind in have if kind in _SWEPT] or have
        return sorted(i for kind in (have if each else have[:1]) for i in by[kind])

    def _choose(self, phrase: _Phrase, ids: list[str], room: str, whole: bool) -> Found:
        """Devices by name: one, unless more are asked for."""
        if len(ids) > 1 and not (phrase.many or whole):
            heard = " ".join(tokens(room))
            near = [i for i in ids if heard and self._all[i].room == heard]
            if len(near) != 1:
                names = [self._apart(i) for i in ids[:_MANY]]
                more = f" or {len(ids) - _MANY} more" if len(ids) > _MANY else ""
                raise Unclear(f"“{phrase.plain}” may be {joined(names, 'or')}{more}: ask which")
            ids = near
        if len(ids) == 1:
            return Found(tuple(ids), self.spoken(ids[0]))
        named = self.listed(ids) if phrase.guessed else _the(phrase.plain)
        return Found(tuple(ids), named, many=True)

    def _group(self, phrase: _Phrase, ids: list[str], room: str, whole: bool) -> Found:
        """All of a kind, of a place, or both."""
        placed = bool(phrase.room) or any(w in FLOORS for w in phrase.words)
        placed = placed or any(not self._is_kind(w) for w in phrase.words)
        said = phrase.plain
        if phrase.here and phrase.room:
            place = small(self._rooms[phrase.room])
            said = f"{said} in the {place}" if said else place
        if not placed and not whole and "all" not in said.split():
            heard = " ".join(tokens(room))
            near = [i for i in ids if heard and self._all[i].room == heard]
            if near and not phrase.everything:
                ids, said = near, f"{said} in the {small(self._rooms[heard])}"
            elif not phrase.many and not phrase.everything and len(ids) > 1:
                names = [self._apart(i) for i in ids[:_MANY]]
                raise Unclear(f"“{said}” may be {joined(names, 'or')}: ask which")
        if phrase.everything and not whole:
            ids = [i for i in ids if not self._all[i].name & ESSENTIAL] or ids
        if len(ids) == 1 and not phrase.everything:
            return Found(tuple(ids), self.spoken(ids[0]))
        if phrase.guessed:
            said = self.listed(ids)
        return Found(tuple(ids), _the(said or "everything"), many=True)

    def _is_kind(self, word: str) -> bool:
        return word in KINDS or word in EVERYTHING

    def _apart(self, device_id: str) -> str:
        """A name that tells it from others of the same name."""
        device = self._all[device_id].device
        name = small(device.name)
        if not device.room or set(tokens(device.room)) <= set(tokens(name)):
            return f"the {name}"
        return f"the {small(device.room)} {name}"

    def _none(self, said: str) -> str:
        """What is told if nothing fits, with names that are a little alike."""
        words = set(tokens(said)) - FILLERS - PLACED
        like = {i for w in words if w not in KINDS for i in self._having.get(w, ())}
        hint = f"; there is {self.listed(sorted(like)[:3])}" if like else ""
        rooms = f"; rooms: {joined(self.rooms[:12])}" if self._rooms and not like else ""
        return f"nothing here is called “{said}”{hint}{rooms}"


def _is(device: Device, kind: Kind, sort: str) -> bool:
    if kind == "sensor" and sort:
        return device.sort == sort
    if device.kind != kind:
        return False
    return not sort or device.sort in ("", sort)


def _the(said: str) -> str:
    said = said.strip()
    return said if _LED.match(said) else f"the {said}"
