"""Feeds as stories, and what makes two of them one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.news.press import item, real, rss
from vivavoce.core import ConfigError
from vivavoce.experts.builtin.news.choosing import about, merged, ranked, since
from vivavoce.experts.builtin.news.reading import MOST, MOST_TEXT, stories
from vivavoce.experts.builtin.news.sources import Source, read_sources
from vivavoce.experts.builtin.news.story import Story, mark, same, stems

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def told(title: str, source: str = "A", text: str = "", hours: float = 0, **more: str) -> Story:
    return Story(source, more.get("key", title), title, text, NOON - timedelta(hours=hours))


def one(xml: str | bytes, content_type: str = "application/rss+xml") -> Story:
    [found] = stories(xml.encode() if isinstance(xml, str) else xml, content_type, "A")
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Q&amp;A with the mayor", "Q&A with the mayor"),
        ("Q&amp;amp;A with the mayor", "Q&A with the mayor"),
        ("&lt;b&gt;Bold&lt;/b&gt; claim", "Bold claim"),
        ("<![CDATA[Less than <i>five</i>&nbsp;%]]>", "Less than five %"),
        ("3 &lt; 4, they say", "3 < 4, they say"),
        ("Two\n   lines", "Two lines"),
        ("Turned\u202e around", "Turned around"),
    ],
)
def test_titles_are_plain_text_however_they_are_written(written: str, read: str):
    assert one(rss(item("x", key="k").replace("<title>x", f"<title>{written}"))).title == read


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("Tue, 24 Nov 2026 13:40:00 GMT", datetime(2026, 11, 24, 13, 40, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 13:40:00 +0200", datetime(2026, 11, 24, 11, 40, tzinfo=UTC)),
        ("24 Nov 2026 13:40 EST", datetime(2026, 11, 24, 18, 40, tzinfo=UTC)),
        ("2026-11-24T13:40:00Z", datetime(2026, 11, 24, 13, 40, tzinfo=UTC)),
        ("yesterday at noon", None),
        ("Tue, 99 Nov 99999999 13:40:00 GMT", None),
    ],
)
def test_dates_are_read_as_feeds_write_them(written: str, at: datetime | None):
    assert one(rss(item("x", written))).at == at


def test_a_story_of_many_links_keeps_its_text():
    found = stories(real("harbour.xml"), "", "H")
    assert found[0].text.startswith("The city council has approved a new bridge")
    assert found[0].topics == ("Politics",)
    assert [story.place for story in found] == [0, 1, 2, 3]


def test_the_longest_text_counts_and_not_its_title_twice():
    both = "<description>Short.</description><content:encoded>x. Much longer.</content:encoded>"
    xml = rss(f"<item><title>x</title>{both}</item>").replace(
        '"2.0"', '"2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    )
    assert one(xml).text == ". Much longer." or one(xml).text == "Much longer."


@pytest.mark.parametrize(
    "tail",
    ["Continue reading...", "Read more", "The post x appeared first on A Blog.", "Weiterlesen …"],
)
def test_the_end_that_every_story_has_is_left_out(tail: str):
    assert one(rss(item("x", text=f"It rained. {tail}"))).text == "It rained."


@pytest.mark.parametrize(
    "text",
    ["y" + " " * 30_000 + "x", "&lt;b&gt;x&lt;/b&gt;" + "&lt;a " * 15_000],
    ids=["a gap", "tags that never end"],
)
def test_a_story_that_is_made_to_take_long_does_not(text: str):
    began = process_time()
    assert one(rss(item("Long", text=text))).title == "Long"
    assert process_time() - began < 3


def test_a_broken_feed_gives_what_can_be_read():
    cut = real("harbour.xml")[:2600]
    assert stories(cut, "", "H")[0].title.startswith("Council approves")
    bare = rss(item("Fish & chips", text="a < b"), item("Second & last"))
    assert [story.title for story in stories(bare.encode(), "", "A")] == [
        "Fish & chips",
        "Second & last",
    ]


def test_a_wrong_charset_in_the_header_costs_nothing():
    [first, _] = stories(real("tech.rdf"), "text/xml; charset=us-ascii", "T")
    assert first.title == "Café chain's robots learn to fold napkins"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!doctype html><title>Hi</title><p>Hello",
        b'{"version": 1}',
        b"\x89PNG\r\n",
        b"<" * 999,
    ],
)
def test_what_is_no_feed_is_none(body: bytes):
    with pytest.raises(ValueError, match=r"feed"):
        stories(body, "text/html", "A")


def test_an_empty_feed_is_one():
    assert stories(rss().encode(), "", "A") == ()


@pytest.mark.parametrize(
    "harm",
    [
        "&#99999999999;",
        "&#x110000;",
        "<![wrong[",
        "<!ENTITY",
        "&undefined;",
        "<dc:date>0-99-99</dc:date>",
        "<link href='http://[::1'/>",
    ],
)
def test_damage_in_one_story_spares_the_rest(harm: str):
    xml = rss(item("First"), f"<item><title>Harmed</title>{harm}</item>", item("Last"))
    assert "First" in [story.title for story in stories(xml.encode(), "", "A")]


def test_entities_of_entities_do_not_explode():
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9)
    )
    xml = rss(item("&a8;", key="k"), item("Safe")).replace("<rss", f"{bomb}]><rss")
    found = stories(xml.encode(), "", "A")
    assert sum(len(story.title) for story in found) < 1000


def test_files_of_this_machine_are_not_read():
    xml = rss(item("&file;", key="k")).replace(
        "<rss", '<!DOCTYPE r [<!ENTITY file SYSTEM "file:///etc/hostname">]><rss'
    )
    try:
        found = stories(xml.encode(), "", "A")
    except ValueError:
        found = ()
    host = Path("/etc/hostname").read_text().strip()
    assert all(host not in story.title for story in found)


def test_there_is_an_end_to_what_one_feed_gives():
    many = rss(*(item(f"Story {n}", text="word " * 20_000) for n in range(MOST + 20)))
    found = stories(many.encode(), "", "A")
    assert len(found) == MOST
    assert all(len(story.text) <= MOST_TEXT for story in found)


@given(st.integers(0, 4000), st.binary(min_size=1, max_size=30), st.sampled_from(["rss", "atom"]))
def test_whatever_happens_to_a_feed_it_is_stories_or_none(at: int, harm: bytes, kind: str):
    whole = real("harbour.xml" if kind == "rss" else "world.xml")
    try:
        found = stories(whole[:at] + harm + whole[at:], "application/xml", "A")
    except ValueError:
        return
    assert all(story.title and "\n" not in story.title for story in found)


ONE = [
    ("Council approves new bridge over the harbour", "New harbour bridge approved by city council"),
    ("Flood in the old town, cellars under water", "Flood in the old town, cellars under water"),
    ("Nobel prize in physics goes to Adeyemi", "Adeyemi wins the Nobel prize in physics"),
    ("Train drivers strike on Friday", "Train drivers' strike on Friday"),
    ("Ministers' pay: parliament says no", "Parliament says no to ministers' pay"),
]
TWO = [
    ("Man dies in a fire in Bonn", "Man dies in a traffic accident in Bonn"),
    ("Shares fall by 5 percent in Tokyo", "Shares fall by 2 percent in Tokyo"),
    ("Council approves new bridge", "Council approves new school"),
    ("Storm over the Atlantic", "Storm over the tax reform"),
    ("What we know today", "What we know about it today"),
]


@pytest.mark.parametrize(("first", "second"), ONE)
def test_one_story_in_two_papers_is_one(first: str, second: str):
    assert same(mark(told(first)), mark(told(second, "B", hours=3)))


@pytest.mark.parametrize(("first", "second"), TWO)
def test_two_stories_that_sound_alike_are_two(first: str, second: str):
    assert not same(mark(told(first)), mark(told(second, "B")))


def test_papers_that_print_the_same_agency_tell_one_story():
    agency = (
        "A quake of magnitude 7.1 hit the north of Chile on Tuesday, the geological survey says."
    )
    quake = told("Quake shakes the north of Chile", text=agency)
    ports = told("Chile closes its ports after a strong quake", "B", text=f"(AP) {agency}")
    assert same(mark(quake), mark(ports))
    other = told("Chile votes on its quake fund", "B", text="The vote on the fund is on Friday.")
    assert not same(mark(quake), mark(other))


def test_the_daily_column_of_one_paper_is_new_every_day():
    column = told("The day in three short minutes", key="1")
    tomorrow = told("The day in three short minutes", key="2", hours=-24)
    assert not same(mark(column), mark(tomorrow))
    assert same(mark(column), mark(told("The day in three short minutes", key="3", hours=1)))


def test_the_same_headline_weeks_later_is_another_story():
    assert not same(mark(told(ONE[0][0])), mark(told(ONE[0][1], "B", hours=24 * 14)))


def test_merging_keeps_everything_and_the_first_teller_first():
    given_ = [told(first) for first, _ in ONE] + [told(second, "B") for _, second in ONE]
    items = merged(given_)
    assert len(items) == len(ONE)
    assert all(item.sources == ("A", "B") for item in items)


words = st.sampled_from(["bridge", "harbour", "council", "quake", "chile", "vote", "12", "7"])
papers = st.builds(
    lambda title, source, key, hours: Story(
        source, key, " ".join(title), "", NOON - timedelta(hours=hours)
    ),
    st.lists(words, min_size=1, max_size=5),
    st.sampled_from("ABC"),
    st.sampled_from("123456"),
    st.integers(0, 60),
)


@given(st.lists(papers, max_size=12))
def test_no_story_is_lost_and_none_is_there_twice(given_: list[Story]):
    items = merged(given_)
    kept = [story for item in items for story in (item.story, *item.others)]
    assert sorted(map(repr, kept)) == sorted(map(repr, given_))
    order = ranked(items, NOON, {"chess"})
    assert sorted(map(repr, order)) == sorted(map(repr, items))
    keys = [(item.story.source, item.story.key) for item in items]
    assert len(keys) == len(set(keys))


def test_the_best_match_of_a_subject_comes_first():
    items = merged(
        [
            told("Mayor at the fair", text="He spoke of the bridge."),
            told("Bridge is open", key="b"),
            told("Cats"),
        ]
    )
    assert [item.story.title for item in about(items, "the bridge")] == [
        "Bridge is open",
        "Mayor at the fair",
    ]
    assert about(items, "the bridge in Lisbon over the Tagus") == []
    assert [item.story.title for item in about(items, "the mayor's bridge")] == [
        "Mayor at the fair"
    ]


def test_since_leaves_out_what_has_no_date():
    undated = Story("A", "u", "When was it")
    items = merged([undated, told("New", hours=1), told("Older", hours=9)])
    assert [i.story.title for i in since(items, NOON - timedelta(hours=2))] == ["New"]


def test_one_busy_paper_does_not_drown_the_others():
    busy = [told(f"{word} matters", "Busy", hours=0.1) for word in ("Sea", "Sky", "Sun", "Moon")]
    items = merged([*busy, told("Quiet day in the country", "Calm", hours=6)])
    order = [item.story.source for item in ranked(items, NOON, ())]
    assert "Calm" in order[:4]


def test_stems_are_the_same_for_the_forms_of_a_word():
    for forms in ("vote votes voted voting", "bridge bridges", "city cities", "Église eglises"):
        assert len(set(stems(forms))) == 1, forms


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Guardian = https://g.example/rss", ["The Guardian"]),
        ("A = https://a.example/x?b=1,2&c=d, B=http://b.example", ["A", "B"]),
        ("A = https://a.example\n\n  B = https://b.example  \n", ["A", "B"]),
        ("https://www.news.example/feed; B = https://b.example", ["news.example", "B"]),
        ("https://a.example/feed,https://b.example/feed", ["a.example", "b.example"]),
        ("", []),
    ],
)
def test_sources_are_lines_or_between_commas(text: str, names: list[str]):
    assert [source.name for source in read_sources(text)] == names


def test_an_address_keeps_its_commas():
    [first, _] = read_sources("A = https://a.example/x?b=1,2&c=d, B=http://b.example")
    assert first == Source("A", "https://a.example/x?b=1,2&c=d")


@pytest.mark.parametrize(
    "text",
    ["The Guardian", "A = ftp://a.example", "A = https://", "A = https://a.example B", "= x"],
)
def test_a_source_that_can_not_be_read_is_told_by_its_number(text: str):
    with pytest.raises(ConfigError, match="source 2 can't be read"):
        read_sources(f"Good = https://good.example\n{text}")


def test_two_of_one_name_and_too_many_are_refused():
    with pytest.raises(ConfigError, match="called a"):
        read_sources("A = https://a.example\na = https://b.example")
    with pytest.raises(ConfigError, match="at most 30"):
        read_sources("\n".join(f"https://{n}.example" for n in range(31)))
