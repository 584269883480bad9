"""Names, wishes, what is alike, times."""

from random import Random
from time import process_time

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import Refused
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.media.alike import MOST_BY_ONE, alike, reason
from vivavoce.experts.builtin.media.catalogue import Catalogue, choose
from vivavoce.experts.builtin.media.music_server import Mpd
from vivavoce.experts.builtin.media.names import SURE, Names, best, likeness, normal
from vivavoce.experts.builtin.media.songs import Song, song_of
from vivavoce.experts.builtin.media.spans import seconds, spoken
from vivavoce.experts.builtin.media.wish import read_wish, years_of

ARTISTS = (
    "Miles Davis", "The Beatles", "Beethoven, Ludwig van", "Björk", "AC/DC", "a-ha", "Queen",
    "Sigur Rós", "Simon & Garfunkel", "Guns N' Roses", "Wolfgang Amadeus Mozart", "P!nk",
)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "name"),
    [("miles davies", "Miles Davis"), ("beatles", "The Beatles"), ("bjork", "Björk"),
     ("beethoven", "Beethoven, Ludwig van"), ("bethoven", "Beethoven, Ludwig van"),
     ("ac dc", "AC/DC"), ("acdc", "AC/DC"), ("aha", "a-ha"), ("sigur ross", "Sigur Rós"),
     ("simon and garfunkel", "Simon & Garfunkel"), ("guns and roses", "Guns N' Roses"),
     ("mozart", "Wolfgang Amadeus Mozart"), ("the queen", "Queen")],
)  # fmt: skip
def test_a_name_is_found_as_people_say_it(said: str, name: str) -> None:
    found = Names(ARTISTS).find(said)[0]
    assert (found.name, found.likeness >= SURE) == (name, True)


@pytest.mark.parametrize("said", ["lunch", "the weather", "something nice for dinner", "zz top"])
def test_what_nobody_is_called_is_not_found(said: str) -> None:
    assert all(found.likeness < SURE for found in Names(ARTISTS).find(said))


@given(st.lists(st.text(max_size=30), max_size=20), st.text(max_size=30))
def test_likeness_is_a_share_and_a_name_is_itself(names: list[str], said: str) -> None:
    found = Names([*names, said]).find(said)
    assert all(0 <= f.likeness <= 1 for f in found)
    if normal(said):
        assert normal(found[0].name) == normal(said)
        assert found[0].likeness == 1


@given(st.text(max_size=40), st.text(max_size=40))
def test_normal_is_stable_and_likeness_is_bounded(a: str, b: str) -> None:
    assert normal(normal(a)) == normal(a) or normal(a).split()[:1] in (["the"], ["a"], ["an"])
    assert 0 <= likeness(normal(a), normal(b)) <= 1


def test_twenty_thousand_titles_are_searched_quickly() -> None:
    rng = Random(1)
    words = [f"{a}{b}" for a in ("lo", "ma", "ri", "su", "ke") for b in ("ra", "ve", "lin", "to")]
    titles = [" ".join(rng.choices(words, k=3)) + f" {i}" for i in range(20_000)]
    names = Names([*titles, "Bohemian Rhapsody"])
    began = process_time()
    found = [names.find(f"bohemian rapsod{end}")[0].name for end in "yie" * 5]
    assert process_time() - began < 1.5
    assert set(found) == {"Bohemian Rhapsody"}


@pytest.mark.parametrize(
    ("said", "kind", "what", "by"),
    [
        ("something by Miles Davis", "artist", "Miles Davis", ""),
        ("some music from the beatles", "artist", "the beatles", ""),
        ("songs by a-ha", "artist", "a-ha", ""),
        ("the album Kind of Blue", "album", "Kind of Blue", ""),
        ("the album greatest hits by Queen", "album", "greatest hits", "Queen"),
        ("the song Naima", "song", "Naima", ""),
        ("so what by miles davis", "anything", "so what", "miles davis"),
        ("the playlist cooking", "playlist", "cooking", ""),
        ("my cooking playlist", "playlist", "cooking", ""),
        ("some jazz", "anything", "jazz", ""),
        ("jazz music", "anything", "jazz", ""),
        ("a bit of classical music", "anything", "classical", ""),
        ("something", "anything", "", ""),
        ("some music", "anything", "", ""),
        ("", "anything", "", ""),
        ("something like this", "like_this", "", ""),
        ("more songs like this one", "like_this", "", ""),
        ("more of this", "like_this", "", ""),
        ("music from the eighties", "year", "the eighties", ""),
        ("eighties music", "year", "eighties", ""),
        ("something from 1959", "year", "1959", ""),
        ("Hey Jude", "anything", "Hey Jude", ""),
        ("summer of 69", "anything", "summer of 69", ""),
    ],
)
def test_a_wish_is_read_from_words(said: str, kind: str, what: str, by: str) -> None:
    wish = read_wish(said)
    assert (wish.kind, wish.what, wish.by) == (kind, what, by)


def test_a_room_counts_only_if_there_is_one() -> None:
    rooms = ["Kitchen", "Living Room"]
    assert read_wish("some jazz in the kitchen", rooms).room == "Kitchen"
    assert read_wish("something like this in the living room", rooms).kind == "like_this"
    dark = read_wish("dancing in the dark", rooms)
    assert (dark.what, dark.room) == ("dancing in the dark", "")


@pytest.mark.parametrize(
    ("said", "years"),
    [("the eighties", (1980, 1989)), ("the 80s", (1980, 1989)), ("1970s", (1970, 1979)),
     ("1959", (1959, 1959)), ("the 2010s", (2010, 2019)), ("blue", None)],
)  # fmt: skip
def test_years(said: str, years: tuple[int, int] | None) -> None:
    assert years_of(said) == years


def library() -> Catalogue:
    return Catalogue(
        "1",
        {
            "artist": Names(["Queen", "ABBA", "J. S. Bach", "C. P. E. Bach", "W. F. Bach"]),
            "album": Names(["Greatest Hits", "Arrival"]),
            "song": Names(["Dancing Queen", "Jazz Police", "Arrival", "Stand by Me"]),
            "genre": Names(["Jazz", "Pop"]),
            "playlist": Names(["Cooking"]),
        },
    )


def test_an_artist_comes_before_a_song_that_has_the_name_in_it() -> None:
    assert choose(read_wish("queen"), library()).kind == "artist"
    assert choose(read_wish("dancing queen"), library()).kind == "song"


def test_some_jazz_is_a_genre_and_an_album_comes_before_its_song() -> None:
    assert choose(read_wish("some jazz"), library()).name == "Jazz"
    assert choose(read_wish("arrival"), library()).kind == "album"
    assert choose(read_wish("the song arrival"), library()).kind == "song"


def test_a_title_may_have_by_in_it() -> None:
    assert choose(read_wish("stand by me"), library()).name == "Stand by Me"


def test_what_there_is_not_is_unclear_and_what_comes_near_is_told() -> None:
    with pytest.raises(Unclear, match=r"nothing here is called arrivederci; there is Arrival"):
        choose(read_wish("arrivederci"), library())


def test_three_who_are_called_so_are_asked_about() -> None:
    with pytest.raises(Unclear, match=r"bach may be .*C. P. E. Bach.*; say which"):
        choose(read_wish("something by bach"), library())


def test_an_empty_library_says_so() -> None:
    with pytest.raises(Refused, match="music library is empty"):
        choose(read_wish("queen"), Catalogue("1", dict.fromkeys(library().names, Names([]))))


def song(title: str, artist: str, genre: str, year: int | None) -> Song:
    return Song(title, title, artist, "", (genre,) if genre else (), year)


songs = st.builds(
    song, st.text("abc", max_size=3), st.sampled_from(["X", "Y", ""]),
    st.sampled_from(["Jazz", "Pop", ""]), st.none() | st.integers(1950, 2020),
)  # fmt: skip


@given(songs, st.lists(songs, max_size=40))
def test_what_is_alike_shares_a_genre_or_the_artist_and_is_not_the_song(
    one: Song, others: list[Song]
) -> None:
    found = alike(one, others, Random(0))
    for other in found:
        assert (normal(other.title), other.artist) != (normal(one.title), one.artist)
        assert set(one.genres) & set(other.genres) or one.artist == other.artist != ""
    for artist in {f.artist for f in found if f.artist}:
        assert sum(f.artist == artist for f in found) <= MOST_BY_ONE
    if found:
        assert reason(one, found)


def test_nearer_years_come_first_and_the_reason_is_told() -> None:
    blue = song("So What", "Miles Davis", "Jazz", 1959)
    found = alike(
        blue,
        [song("New", "A", "Jazz", 2015), song("Naima", "John Coltrane", "Jazz", 1960),
         song("Freddie", "Miles Davis", "Jazz", 1959), song("Waterloo", "ABBA", "Pop", 1959)],
        Random(0),
    )  # fmt: skip
    assert [f.title for f in found] == ["Freddie", "Naima", "New"]
    assert reason(blue, found) == "jazz from about 1959, some of it by Miles Davis"


def test_a_song_is_told_from_any_tags() -> None:
    assert str(song_of({"file": "x/01_intro.ogg"})) == "01 intro"
    many = song_of({"file": "a", "title": "T", "artist": ["B", "C"], "genre": ["x", "y"]})
    assert (str(many), many.genres) == ("T by B and C", ("x", "y"))
    assert song_of({"file": "http://user:pw@radio.example:8000/live"}).station == "radio.example"
    assert song_of({"file": "a", "date": "12.3.1985", "track": "3/12"}).order == (0, 3)


@pytest.mark.parametrize(
    ("said", "length_s"),
    [("two minutes", 120), ("30 seconds", 30), ("1:30", 90), ("1:02:03", 3723), ("45", 45),
     ("minute 5", 300), ("an hour and ten minutes", 4200), ("half a minute", 30),
     ("the kitchen", None), ("", None)],
)  # fmt: skip
def test_a_time_is_read_as_it_is_said(said: str, length_s: float | None) -> None:
    assert seconds(said) == length_s


@given(st.integers(1, 3599))
def test_a_place_in_a_song_is_read_as_it_was_told(length_s: int) -> None:
    assert seconds(spoken(length_s)) == length_s


class _Wire:
    """What MPD would be sent."""

    def __init__(self) -> None:
        self.sent: list[object] = []

    async def save(self, *arguments: object) -> None:
        self.sent += arguments


@pytest.mark.parametrize("name", ["x\nrm Party\nclear\ny", "x\r", "x\0y", "\x7f"])
def test_a_name_of_several_lines_is_no_command(name: str) -> None:
    wire = _Wire()
    mpd = Mpd(wire)
    for send in (mpd.do, mpd.one, mpd.many):
        with pytest.raises(Refused, match="line breaks"):
            anyio.run(send, "save", name)
    anyio.run(mpd.do, "save", 'Töne "und" \\')
    assert wire.sent == ['Töne "und" \\']


def test_best_is_empty_when_none_is_meant() -> None:
    assert best("bathroom", ["Kitchen", "Living Room"]) == ""
    assert best("livingroom", ["Kitchen", "Living Room"]) == "Living Room"
