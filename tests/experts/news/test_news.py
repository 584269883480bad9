"""The news, asked in words and by tools, of feeds on loopback."""

import gzip
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.experts.news.house import House, house
from tests.experts.news.press import Press, item, printing, real, rss
from vivavoce.core import ConfigError, Retry
from vivavoce.experts import Unclear
from vivavoce.experts.builtin.news import feed as feed_module
from vivavoce.experts.builtin.news import fetch as fetch_module
from vivavoce.experts.builtin.news.fetch import MOST_BYTES

pytestmark = pytest.mark.anyio
TODAY = "Tue, 24 Nov 2026 %s +0100"


async def test_headlines_say_who_tells_them_and_when(harbour: House):
    assert await harbour.hear("What's in the news?") == (
        "The Harbour Post, 32 minutes ago: Council approves new bridge over the harbour. "
        "The Harbour Post, this morning: Chess: Moreau & Okafor share the lead in Lisbon. "
        "The Harbour Post, last night: River festival draws a record crowd."
    )


async def test_what_two_papers_tell_is_told_once(three: House):
    told = await three("headlines")
    bridges = [line for line in told.text.splitlines() if "bridge" in line]
    assert len(bridges) == 1
    assert "The Harbour Post, 32 minutes ago" in bridges[0]
    assert "(also World Service)" in bridges[0]


async def test_atom_and_rdf_are_read_like_rss(three: House):
    told = await three("headlines")
    assert "World Service, this morning: Strong quake hits northern Chile" in told.say
    assert "Technology Daily, this afternoon: Café chain's robots learn to fold" in told.say


async def test_whose_words_they_are_is_known(three: House):
    assert (await three("headlines", source="technology daily")).source == (
        "news from Technology Daily"
    )
    assert (await three("read", which="chess")).source == "news from The Harbour Post"
    plain = (await three("headlines", again=True)).text
    for source, about in (("all", "general"), ("any source", "today"), ("", "everything")):
        told = await three("headlines", source=source, about=about, again=True)
        assert told.text == plain
    assert (await three("headlines", about="quake")).source == "news from World Service"


async def test_programs_get_links_and_times(three: House):
    told = (await three("headlines", about="Chile")).data
    assert told["stories"] == [
        {
            "source": "World Service",
            "title": "Strong quake hits northern Chile, ports are closed",
            "at": "2026-11-24T10:20:00+00:00",
            "link": "https://world.example.com/9000",
        }
    ]


async def test_nobody_hears_the_same_twice(harbour: House):
    await harbour.hear("what's in the news")
    assert await harbour.hear("what's in the news") == "There is nothing new in the news."


async def test_asked_again_it_is_told_again(harbour: House):
    first = await harbour.hear("read me the headlines")
    assert await harbour.hear("read me the headlines again") == first


async def test_somebody_else_has_not_heard_it(harbour: House):
    first = await harbour.hear("read me the headlines")
    harbour.who = "Bob"
    assert await harbour.hear("read me the headlines") == first


async def test_what_was_told_is_known_after_a_restart(address: str, tmp_path: Path):
    sources = f"The Harbour Post = {address}/harbour"
    async with house(tmp_path, sources=sources) as ours:
        await ours("headlines")
    async with house(tmp_path, sources=sources) as ours:
        assert (await ours("headlines")).say == "There is nothing new in the news."
    assert (tmp_path / "told.json").stat().st_mode & 0o077 == 0


async def test_what_was_told_from_one_paper_is_not_told_from_the_next(address: str, tmp_path: Path):
    async with house(tmp_path, sources=f"World Service = {address}/world") as ours:
        assert "bridge" in (await ours("headlines")).say
    sources = f"World Service = {address}/world, Harbour = {address}/harbour"
    async with house(tmp_path, sources=sources) as ours:
        told = (await ours("headlines")).say
    assert "bridge" not in told
    assert "Chess" in told


async def test_a_damaged_memory_is_put_aside(address: str, tmp_path: Path):
    (tmp_path / "told.json").write_text('{"told": {"Lea": [[1, 2]]}}')
    async with house(tmp_path, sources=f"Harbour = {address}/harbour") as ours:
        assert "bridge" in (await ours("headlines")).say
    assert (tmp_path / "told.damaged").exists()
    assert "Lea" in json.loads((tmp_path / "told.json").read_text())["told"]


async def test_more_than_a_few_are_told_in_turns(press: Press, address: str, tmp_path: Path):
    names = ["Ants", "Bees", "Cats", "Dogs", "Elks", "Foxes", "Geese"]
    press.put("/zoo", rss(*(item(f"{name} are well", TODAY % "09:00:00") for name in names)))
    async with house(tmp_path, sources=f"Zoo = {address}/zoo") as ours:
        first = await ours.hear("what's in the news")
        second = await ours.hear("more news")
        third = await ours.hear("more news")
    assert first.endswith("There are 2 more; ask for more news.")
    told = first + second
    assert sorted(names, key=told.index) == names
    assert third == "There is nothing new in the news."


async def test_interests_come_first(address: str, tmp_path: Path):
    sources = f"H = {address}/harbour, W = {address}/world, T = {address}/tech"
    async with house(tmp_path, sources=sources, interests="chess, gardening") as ours:
        assert (await ours("headlines")).data["stories"][0]["title"].startswith("Chess")


async def test_what_everybody_tells_comes_before_what_one_tells(
    press: Press, address: str, tmp_path: Path
):
    at = TODAY % "09:00:00"
    flood = "Flood in the old town, cellars under water"
    press.put("/a", rss(item("Mayor opens a swimming pool", at), item(flood, at)))
    press.put("/b", rss(item("Painter wins a prize in Rome", at), item(flood, at)))
    async with house(tmp_path, sources=f"A = {address}/a\nB = {address}/b") as ours:
        told = await ours("headlines")
    assert told.text.startswith(f"1. A, this morning: {flood} (also B)")


async def test_a_subject_finds_its_stories_by_other_forms_of_its_words(three: House):
    assert "fold napkins" in await three.hear("any news about the folding robot")
    assert "budget" in await three.hear("what's the latest on voting in parliament")


async def test_a_subject_may_be_a_topic_of_the_feed(three: House):
    told = await three.hear("give me the politics headlines")
    assert "bridge" in told
    assert "budget" in told
    assert "quake" not in told


async def test_a_subject_that_nobody_wrote_about_is_said_so(three: House):
    assert await three.hear("any news about knitting") == (
        "There is nothing about knitting in the news."
    )


async def test_asked_about_a_thing_once_more_the_last_word_on_it_is_told(three: House):
    await three.hear("any news about the quake")
    assert await three.hear("any news about the quake") == (
        "There is nothing newer than this. World Service, this morning: "
        "Strong quake hits northern Chile, ports are closed."
    )


async def test_old_stories_are_no_headlines_but_are_found(harbour: House):
    assert "Library" not in (await harbour("headlines")).text
    assert "Library" in (await harbour("headlines", about="the library")).text


async def test_a_paper_that_writes_seldom_is_heard(press: Press, address: str, tmp_path: Path):
    press.put("/blog", rss(item("My first tomatoes", "Thu, 02 Jul 2026 10:00:00 GMT")))
    async with house(tmp_path, sources=f"Blog = {address}/blog") as ours:
        assert (await ours("headlines")).say == "Blog, on 2 July: My first tomatoes."


async def test_one_paper_is_heard_by_its_name(three: House):
    told = await three.hear("headlines from the world service")
    assert "World Service" in told
    assert "Harbour Post" not in told
    assert "Technology Daily" in await three.hear("any news about technology daily")


async def test_a_paper_that_is_none_of_ours_is_left_to_a_model(three: House):
    with pytest.raises(Unclear, match="there are: The Harbour Post, World Service and Technology"):
        await three("headlines", source="The Guardian")
    assert await three.hear("headlines from the guardian") == ""


async def test_since_this_morning_is_since_this_morning(three: House):
    told = await three.hear("Any news since noon?")
    assert "bridge" in told
    assert "napkins" in told
    assert "quake" not in told
    assert await three.hear("any news since noon") == "There is nothing new since noon."


async def test_since_yesterday_is_more(three: House):
    told = await three("new_since", when="yesterday")
    assert told.data["left"] + len(told.data["stories"]) == 6
    assert "Chip makers" not in told.text


async def test_since_when_and_about_what(three: House):
    told = await three("new_since", when="yesterday", about="the council")
    assert [story["source"] for story in told.data["stories"]] == ["The Harbour Post"]
    assert (await three("new_since", when="2 hours ago", about="chess")).say == (
        "There is nothing new about chess since 2 hours ago."
    )


async def test_since_last_time_is_since_this_person_was_told_any(
    press: Press, address: str, tmp_path: Path
):
    press.put("/a", rss(item("Old hat", TODAY % "09:00:00")))
    async with house(tmp_path, sources=f"A = {address}/a") as ours:
        await ours("headlines", about="hat")
        ours.now += timedelta(hours=3)
        assert (await ours("new_since", when="last time")).say == (
            "There is nothing new since the last time."
        )


async def test_a_time_that_nobody_knows_is_left_to_a_model(three: House):
    with pytest.raises(Unclear, match="not clear when"):
        await three("new_since", when="the flood")


async def test_a_story_without_a_date_is_new_once_it_has_come(
    press: Press, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_module, "FRESH_S", 0.0)
    press.put("/a", rss(item("First of all")))
    async with house(tmp_path, sources=f"A = {address}/a") as ours:
        assert (await ours("headlines")).say == "A: First of all."
        press.put("/a", rss(item("Second thoughts"), item("First of all")))
        ours.now += timedelta(minutes=30)
        assert (await ours("new_since", when="20 minutes ago")).say == (
            "A, just now: Second thoughts."
        )


async def test_a_story_is_read_by_its_number(harbour: House):
    await harbour.hear("read me the headlines")
    assert await harbour.hear("read me the second story") == (
        "The Harbour Post, this morning: Chess: Moreau & Okafor share the lead in Lisbon. "
        "Both drew on Monday, after six hours each. “I was lost for two of them,” said Moreau. "
        "The last round is on Wednesday."
    )


async def test_what_a_page_hides_or_links_to_is_not_read(harbour: House):
    chess = (await harbour("read", which="chess")).text
    assert "unlock" not in chess
    assert "track" not in chess
    bridge = (await harbour("read", which="bridge")).text
    assert "Follow it live" not in bridge
    assert "Continue reading" not in bridge
    assert bridge.endswith("stay as cheap as they are.")


@pytest.mark.parametrize(
    ("which", "title"),
    [
        ("1", "Council"),
        ("the first one", "Council"),
        ("number three", "River"),
        ("the last one", "River"),
        ("the one about chess", "Chess"),
        ("library", "Library"),
    ],
)
async def test_a_story_is_chosen_as_people_do(harbour: House, which: str, title: str):
    await harbour("headlines")
    assert (await harbour("read", which=which)).data["story"]["title"].startswith(title)


async def test_the_next_story_is_the_one_after_this(harbour: House):
    await harbour("headlines")
    await harbour("read", which="1")
    assert "Moreau" in await harbour.hear("next story")
    assert "40,000" in await harbour.hear("next story")
    assert await harbour.hear("next story") == ""


async def test_more_of_a_story_goes_on_where_it_stopped(press: Press, address: str, tmp_path: Path):
    long = " ".join(f"Sentence number {n} is here." for n in range(40))
    press.put("/a", rss(item("A long story", text=long)))
    async with house(tmp_path, sources=f"A = {address}/a") as ours:
        await ours("headlines")
        parts = [await ours.hear("tell me more about that story") for _ in range(3)]
    assert parts[0].endswith("There is more.")
    joined = " ".join(part.removesuffix(" There is more.") for part in parts)
    assert joined.removeprefix("A: A long story. ").startswith(long)
    assert parts[2].endswith("That was all that A tells.") or parts[2].endswith("is here.")


async def test_the_fullest_paper_is_read(press: Press, address: str, tmp_path: Path):
    title = "Flood in the old town, cellars under water"
    press.put("/a", rss(item(title, TODAY % "08:00:00")))
    press.put("/b", rss(item(title, TODAY % "09:00:00", text="The river rose by two metres.")))
    async with house(tmp_path, sources=f"A = {address}/a\nB = {address}/b") as ours:
        await ours("headlines")
        told = await ours("read")
    assert told.say == f"B, this morning: {title}. The river rose by two metres."
    assert told.source == "news from B"


async def test_a_headline_without_a_text_is_all_there_is(harbour: House):
    assert (await harbour("headlines", about="library")).say
    assert (await harbour("read")).say == (
        "The Harbour Post, on 12 November: Library is closed for repairs until spring. "
        "The Harbour Post tells no more than the headline."
    )


async def test_of_several_it_is_asked_which(harbour: House):
    await harbour("headlines")
    with pytest.raises(Unclear, match="which story\\? say a number from 1 to 3"):
        await harbour("read")
    with pytest.raises(Unclear, match="no story 7"):
        await harbour("read", which="7")
    with pytest.raises(Unclear, match="no story about volcanoes"):
        await harbour("read", which="volcanoes")


async def test_rooms_have_their_own_lists(three: House):
    three.room = "kitchen"
    await three("headlines", source="technology daily", again=True)
    three.room = "bath"
    await three("headlines", source="harbour post", again=True)
    assert "Council" in (await three("read", which="1")).say
    three.room = "kitchen"
    assert "napkins" in (await three("read", which="1")).say


async def test_a_paper_is_not_asked_again_within_minutes(harbour: House, press: Press):
    await harbour("headlines")
    await harbour("headlines")
    await harbour("sources")
    assert press.count("/harbour") == 1


async def test_a_paper_without_anything_new_sends_nothing(
    harbour: House, press: Press, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_module, "FRESH_S", 0.0)
    first = await harbour("headlines")
    press.papers["/harbour"].body = b"not sent"
    assert (await harbour("headlines", again=True)).say == first.say
    assert press.asked[1][1]["If-None-Match"] == '"h1"'


async def test_a_paper_that_does_not_answer_is_named_and_the_others_are_told(
    press: Press, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fetch_module, "TIMEOUT_S", 0.5)
    press.put("/slow", b"<rss>", slow=True)
    press.put("/busy", status=503)
    press.put("/page", b"<!doctype html><title>Welcome</title><p>Hello", content_type="text/html")
    papers = {"Slow": "slow", "Busy": "busy", "Gone": "gone", "Page": "page", "H": "harbour"}
    sources = "\n".join(f"{name} = {address}/{path}" for name, path in papers.items())
    async with house(tmp_path, sources=f"{sources}\nOff = http://127.0.0.1:9/feed") as ours:
        told = await ours("headlines")
        again = await ours("headlines", again=True)
    assert "bridge" in told.say
    assert told.say.endswith("I can't read Slow, Busy, Gone, Page and Off now.")
    assert told.text.splitlines()[-1] == (
        "Slow takes too long. Busy is busy (status 503). "
        "Gone is gone (status 404); check its address. Page is no feed. Off is away (ConnectError)."
    )
    assert "can't read" not in again.say
    assert press.count("/busy") == 1


async def test_with_no_paper_at_all_it_may_be_tried_again(tmp_path: Path):
    async with house(tmp_path, sources="Off = http://127.0.0.1:9/feed") as ours:
        with pytest.raises(Retry, match="Off is away"):
            await ours("headlines")
        told = await ours("sources")
        assert told.say == "Your news is from Off. Off is away (ConnectError)."


async def test_a_paper_that_is_away_for_a_while_still_has_its_stories(
    harbour: House, press: Press, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(feed_module, "FRESH_S", 0.0)
    first = await harbour("headlines")
    press.papers["/harbour"].etag = ""
    press.papers["/harbour"].status = 500
    again = await harbour("headlines", again=True)
    assert again.say == first.say
    harbour.now += timedelta(hours=2)
    assert (await harbour("headlines", again=True)).say.endswith(
        "I can't read The Harbour Post now."
    )


async def test_a_feed_that_never_ends_is_cut(press: Press, address: str, tmp_path: Path):
    start = rss(item("It begins", TODAY % "09:00:00")).removesuffix("</channel></rss>")
    press.put("/a", start, endless=item("And goes on", TODAY % "08:00:00").encode() * 200)
    async with house(tmp_path, sources=f"A = {address}/a") as ours:
        assert "It begins" in (await ours("headlines")).say
    assert press.sent < 20 * MOST_BYTES  # what was on its way is not taken back


async def test_a_packed_feed_is_unpacked_only_so_far(press: Press, address: str, tmp_path: Path):
    packed = {"Content-Encoding": "gzip"}
    press.put("/a", gzip.compress(real("harbour.xml")), headers=packed)
    bomb = gzip.compress(rss(item("A bomb")).encode() + b" " * 200_000_000, 9)
    press.put("/b", bomb, headers=packed)
    press.put("/c", b"not packed", headers=packed)
    sources = f"A = {address}/a\nB = {address}/b\nC = {address}/c"
    async with house(tmp_path, sources=sources) as ours:
        told = await ours("headlines")
    assert "bridge" in told.say
    assert "A bomb" in told.say
    assert "C is damaged" in told.text


async def test_a_feed_that_moved_is_followed(press: Press, address: str, tmp_path: Path):
    press.put("/old", status=301, headers={"Location": "/harbour"})
    press.put("/ring", status=302, headers={"Location": "/ring"})
    press.put("/file", status=302, headers={"Location": "file:///etc/passwd"})
    sources = f"Old = {address}/old\nRing = {address}/ring\nFile = {address}/file"
    async with house(tmp_path, sources=sources) as ours:
        told = await ours("headlines")
    assert "bridge" in told.say
    assert "Ring sends from one address to the next" in told.text
    assert "File sends to an address that is not followed" in told.text


async def test_a_feed_sends_nobody_to_another_door_of_the_house(
    press: Press, address: str, tmp_path: Path
):
    kodi = Press()
    kodi.put("/relay/0?turn=on", real("harbour.xml"))
    with printing(kodi) as at:
        press.put("/feed", status=302, headers={"Location": f"{at}/relay/0?turn=on"})
        async with house(tmp_path, sources=f"A = {address}/feed") as ours:
            with pytest.raises(Retry, match="A sends to an address that is not followed"):
                await ours("headlines")
    assert kodi.asked == []


async def test_an_address_with_a_password_stays_out_of_what_is_told(tmp_path: Path):
    async with house(tmp_path, sources="Mine = http://lea:s3cret@127.0.0.1:9/feed") as ours:
        told = await ours("sources")
    assert "s3cret" not in told.text + str(told.data)


async def test_without_sources_it_says_how_to_set_them(tmp_path: Path):
    async with house(tmp_path) as ours:
        with pytest.raises(ConfigError, match="vivavoce setup news"):
            await ours("headlines")


async def test_where_the_news_is_from_is_told(three: House):
    assert await three.hear("Where do you get your news from?") == (
        "Your news is from The Harbour Post, World Service and Technology Daily."
    )


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        ("could you please read me the headlines", "headlines", {}),
        ("what's going on in the world today", "headlines", {}),
        ("any news?", "headlines", {}),
        ("what's the latest on the budget", "headlines", {"about": "the budget"}),
        ("is there anything new about the strike", "headlines", {"about": "the strike"}),
        ("news from the harbour post", "headlines", {"source": "the harbour post"}),
        ("repeat the headlines", "headlines", {"again": True}),
        ("anything new since eight o'clock", "new_since", {"when": "eight o'clock"}),
        ("what did I miss since yesterday", "new_since", {"when": "yesterday"}),
        ("read the story about the bridge", "read", {"which": "the bridge"}),
        ("read me headline number 2", "read", {"which": "2"}),
        ("which newspapers do you read", "sources", {}),
    ],
)
async def test_sentences_without_a_model(three: House, said: str, tool: str, arguments: object):
    best = three.commands.match(said)[0]
    assert (best.tool, dict(best.arguments)) == (f"news_{tool}", arguments)


@pytest.mark.parametrize(
    "said",
    [
        "tell me more",
        "what's new with you",
        "good news",
        "what's in the fridge",
        "read me that page",
    ],
)
async def test_what_is_no_news_is_left_to_others(three: House, said: str):
    assert three.commands.match(said) == []
