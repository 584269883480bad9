"""What must be heard waits for somebody who hears it."""

from vivavoce.experts.announcer import Announcer, Note


class Somebody:
    """Listens."""

    def __init__(self) -> None:
        self.notes: list[Note] = []

    def __call__(self, note: Note) -> None:
        self.notes.append(note)

    @property
    def texts(self) -> list[str]:
        return [note.text for note in self.notes]


def test_what_must_be_heard_is_told_to_everybody_who_comes_until_somebody_heard_it() -> None:
    say, first, second, third = Announcer(), Somebody(), Somebody(), Somebody()
    stop = say.listen(first)
    say("The timer is over.", about="timer 1")
    stop()  # talked over, and gone
    say.listen(second)
    assert first.texts == second.texts == ["The timer is over."]
    say.heard(second.notes[0])
    say.listen(third)
    assert third.texts == []


def test_what_is_only_said_is_not_kept_for_others() -> None:
    say, first, second = Announcer(), Somebody(), Somebody()
    say.listen(first)
    say("The washing is done.")
    say.listen(second)
    assert (first.texts, second.texts) == (["The washing is done."], [])


def test_a_newer_text_takes_the_place_and_an_empty_one_takes_it_back() -> None:
    say, first, second = Announcer(), Somebody(), Somebody()
    say("One minute late.", about="timer 1")
    say("Two minutes late.", about="timer 1")
    say("Somebody is at the door.", about="door")
    say("", about="door")
    say.listen(first)
    assert first.texts == ["Two minutes late."]
    say("", about="timer 1")
    assert first.texts == ["Two minutes late.", ""]
    say.listen(second)
    assert second.texts == []


def test_to_have_heard_the_old_words_is_not_to_have_heard_the_new_ones() -> None:
    say, first, second = Announcer(), Somebody(), Somebody()
    say.listen(first)
    say("It rings.", about="timer 1")
    say("It still rings.", about="timer 1")
    say.heard(first.notes[0])
    say.listen(second)
    assert second.texts == ["It still rings."]


def test_what_comes_too_late_is_not_told() -> None:
    now = [0.0]
    say, soon, late = Announcer(lambda: now[0]), Somebody(), Somebody()
    say("Somebody is at the door.", about="door", good_s=180)
    now[0] = 100
    say.listen(soon)
    now[0] = 200
    say.listen(late)
    assert (soon.texts, late.texts) == (["Somebody is at the door."], [])
    assert say.late(soon.notes[0])


def test_half_a_character_of_a_server_reaches_nobody() -> None:
    say, first = Announcer(), Somebody()
    say.listen(first)
    say("Happy birthday \ud83c", about="job 1")
    assert first.texts == ["Happy birthday ?"]


def test_a_listener_that_breaks_is_nobody_elses_trouble() -> None:
    def gone(note: Note) -> None:
        raise BrokenPipeError

    say, first = Announcer(), Somebody()
    say.listen(gone)
    say.listen(first)
    say("The timer is over.", about="timer 1")
    assert first.texts == ["The timer is over."]


def test_what_another_process_left_is_told_to_who_listens_and_is_not_told_twice() -> None:
    say, first = Announcer(), Somebody()
    say.listen(first)
    say("The bath is full.", about="bath")
    say.remember([Note("The bath is nearly full.", "bath"), Note("The oven is hot.", "oven")])
    assert first.texts == ["The bath is full.", "The oven is hot."]
    assert [note.about for note in say.unheard] == ["oven", "bath"]
