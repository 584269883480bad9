"""What rings when: the pure steps, and the keeper on clocks of the test's own."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.experts.time.conftest import BERLIN, Clock
from vivavoce.core import Refused
from vivavoce.experts.builtin.time.items import RINGS, Item, jumped, read, step, wait_s, written
from vivavoce.experts.builtin.time.keeper import MOST, Keeper
from vivavoce.experts.builtin.time.store import FILE, Store
from vivavoce.experts.builtin.time.wording import LOST
from vivavoce.experts.when import Repeat

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=BERLIN)
AT = NOW.timestamp()
TIMER = Item(1, "timer", AT + 600, "pasta", "Tim", 600.0)
ALARM = Item(2, "alarm", AT + 600, repeat=Repeat(frozenset(range(5)), 7, 0))
REMINDER = Item(3, "reminder", AT + 600, "call mum", "Tim")

items = st.builds(
    Item,
    st.integers(1, 99),
    st.sampled_from(list(RINGS)),
    st.floats(AT - 10**6, AT + 10**6),
    st.text(max_size=5),
    st.text(max_size=5),
    st.floats(0, 10**6),
    st.none()
    | st.builds(
        Repeat,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.integers(0, 23),
        st.integers(0, 59),
    ),
    st.integers(0, 9),
)


class Clocks:
    """A wall clock that can be set, and a steady one that can't."""

    def __init__(self) -> None:
        self.wall, self.steady_s = Clock(NOW), 0.0

    def steady(self) -> float:
        return self.steady_s

    def go(self, seconds: float) -> None:
        self.wall.go(seconds=seconds)
        self.steady_s += seconds


class Kept:
    """A keeper that nobody wakes."""

    def __init__(self, folder: Path) -> None:
        self.clocks, self.said, self.stopped = Clocks(), list[str](), list[str]()
        self.keeper = Keeper(Store(folder), self.hear, self.clocks.wall, self.clocks.steady)

    def hear(self, text: str, *, about: str = "", good_s: float = 0.0) -> None:
        del good_s
        if text:
            self.said.append(text)
        else:
            self.stopped.append(about)

    async def after(self, seconds: float) -> list[str]:
        """What is said once so much time has passed."""
        self.clocks.go(seconds)
        before = len(self.said)
        await self.keeper.look()
        return self.said[before:]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def test_nothing_is_due_before_its_time():
    assert step((TIMER, ALARM, REMINDER), NOW) == ((TIMER, ALARM, REMINDER), ())


def test_a_timer_is_said_three_times_and_then_it_is_gone():
    left, said, now = (TIMER,), 0, Clock(NOW)
    for _ in range(200):
        now.go(seconds=5)
        left, due = step(left, now())
        said += len(due)
    assert (said, left) == (3, ())


def test_a_reminder_is_said_once():
    left, due = step((REMINDER,), NOW + timedelta(seconds=600))
    assert ([one.item for one in due], left) == ([REMINDER], ())


def test_an_alarm_of_weekdays_comes_again_on_the_next_of_them():
    friday = datetime(2026, 11, 27, 7, 0, tzinfo=BERLIN)
    (left,), _ = step((replace(ALARM, at=friday.timestamp(), rung=9),), friday)
    assert datetime.fromtimestamp(left.at, BERLIN) == datetime(2026, 11, 30, 7, 0, tzinfo=BERLIN)
    assert left.rung == 0


def test_what_was_missed_is_said_once_with_how_late_it_is():
    left, (due,) = step((TIMER,), NOW + timedelta(hours=2))
    assert due.late == timedelta(minutes=110)
    assert left == ()


def test_what_was_being_said_when_the_house_stopped_is_not_missed():
    assert step((replace(TIMER, rung=1),), NOW + timedelta(hours=2)) == ((), ())


@given(st.lists(items, max_size=5).map(tuple), st.integers(-(10**6), 10**6))
def test_after_a_step_all_that_is_left_is_ahead(found, seconds: int):
    now = NOW + timedelta(seconds=seconds)
    left, due = step(found, now)
    assert all(item.at > now.timestamp() for item in left)
    assert len(due) <= len(found)
    assert wait_s(left, now, 2.0) > 0


@given(items)
def test_an_item_is_read_as_it_was_written(item: Item):
    assert read(written(item)) == item


@given(items, st.floats(-7200, 7200))
def test_when_the_clock_is_set_a_timer_keeps_its_real_length(item: Item, seconds: float):
    timer = replace(item, kind="timer")
    (moved,) = jumped((timer,), seconds, NOW + timedelta(seconds=seconds))
    assert moved.at - timer.at == pytest.approx(seconds, abs=1e-5)


@pytest.mark.anyio
async def test_a_clock_that_is_set_ahead_ends_no_timer(kept: Kept):
    await kept.keeper.add(TIMER)
    kept.clocks.wall.go(hours=1)
    assert await kept.after(1) == []
    assert await kept.after(598) == []
    assert await kept.after(1) == ["Tim, your timer for pasta is over."]


@pytest.mark.anyio
async def test_a_clock_that_is_set_back_holds_no_timer_up(kept: Kept):
    await kept.keeper.add(TIMER)
    kept.clocks.wall.go(hours=-1)
    assert await kept.after(599) == []
    assert len(await kept.after(1)) == 1


@pytest.mark.anyio
async def test_an_alarm_goes_by_the_clock_that_was_set(kept: Kept):
    await kept.keeper.add(Item(0, "alarm", AT + 3600))
    kept.clocks.wall.go(minutes=59, seconds=50)
    assert await kept.after(5) == []
    assert await kept.after(5) == ["It is 11 am: your alarm."]


@pytest.mark.anyio
async def test_a_machine_that_slept_says_what_it_slept_through(kept: Kept):
    await kept.keeper.add(TIMER)
    (said,) = await kept.after(3600)
    assert said == "Tim, your timer for pasta was over 50 minutes ago; I could not say so then."


@pytest.mark.anyio
@pytest.mark.parametrize("text", ['{"items": [{"number": 1}', '{"items": [], "last": 1e999}'])
async def test_a_damaged_list_is_said_and_kept_and_the_next_timer_works(
    kept: Kept, tmp_path: Path, text: str
):
    (tmp_path / FILE).write_text(text)
    kept.keeper.load()
    assert kept.said == [LOST]
    assert (tmp_path / FILE).with_suffix(".damaged").exists()
    await kept.keeper.add(TIMER)
    assert len(Store(tmp_path).load()[0]) == 1


@pytest.mark.anyio
async def test_a_list_that_cant_be_read_for_a_while_ends_no_timer(kept: Kept, tmp_path: Path):
    """As when root has written it; here a folder is in its place, for root reads all files."""
    path = tmp_path / FILE
    await kept.keeper.add(TIMER)
    path.rename(tmp_path / "meanwhile")
    path.mkdir()
    assert await kept.after(2) == []
    path.rmdir()
    (tmp_path / "meanwhile").rename(path)
    assert await kept.after(10) == []
    path.rename(tmp_path / "meanwhile")
    path.mkdir()
    assert await kept.after(590) == ["Tim, your timer for pasta is over."]
    assert await kept.after(2) == []


@pytest.mark.anyio
async def test_a_list_that_cant_be_read_at_first_is_taken_up_when_it_can(
    kept: Kept, tmp_path: Path
):
    Store(tmp_path).save((TIMER,))
    path = tmp_path / FILE
    path.rename(tmp_path / "meanwhile")
    path.mkdir()
    kept.keeper.load()
    with pytest.raises(Refused, match="kept"):
        await kept.keeper.add(REMINDER)
    path.rmdir()
    (tmp_path / "meanwhile").rename(path)
    assert len(await kept.after(600)) == 1


@pytest.mark.anyio
async def test_a_timer_that_cant_be_kept_is_refused(kept: Kept, tmp_path: Path):
    kept.keeper = Keeper(Store(tmp_path / "away"), kept.hear, kept.clocks.wall)
    with pytest.raises(Refused, match="kept"):
        await kept.keeper.add(TIMER)
    assert kept.keeper.items == ()


@pytest.mark.anyio
async def test_somebody_who_sets_timers_without_end_is_stopped(kept: Kept, tmp_path: Path):
    Store(tmp_path).save(tuple(replace(TIMER, number=n) for n in range(MOST)))
    kept.keeper.load()
    with pytest.raises(Refused, match="cancel some"):
        await kept.keeper.add(TIMER)


@pytest.mark.anyio
async def test_what_one_process_sets_rings_in_all_of_them_each_time_once(tmp_path: Path):
    """serve and ask, with one folder."""
    serve, ask = Kept(tmp_path), Kept(tmp_path)
    assert await serve.after(1) == []
    await serve.keeper.add(replace(TIMER, at=AT + 5))
    assert len(await serve.after(9)) == 1  # from now on it is this one that keeps them
    ask.clocks.go(10)
    ask.keeper.load()
    made = await ask.keeper.add(replace(REMINDER, at=AT + 100))
    assert made.number == 2
    for chat in (serve, ask, serve, ask):
        await chat.after(20)
    assert (await serve.after(70), await ask.after(70)) == (["Tim, remember: call mum."],) * 2
    assert await ask.after(2) == await serve.after(2) == []
    assert ask.keeper.items == serve.keeper.items == ()


@pytest.mark.anyio
async def test_what_is_stopped_by_another_process_is_silent(tmp_path: Path):
    serve, ask = Kept(tmp_path), Kept(tmp_path)
    await serve.keeper.add(replace(TIMER, at=AT + 5))
    await serve.after(6)
    ask.keeper.load()
    await ask.keeper.cancel(ask.keeper.items)
    assert await serve.after(60) == []
    assert serve.stopped == ["timer 1"]
    assert serve.keeper.items == ()


@pytest.mark.anyio
async def test_who_rang_and_ends_leaves_the_ringing_to_another(tmp_path: Path):
    first, second = Store(tmp_path), Store(tmp_path)
    assert first.rings()
    assert first.rings()
    assert not second.rings()
    first.close()
    assert second.rings()


@pytest.mark.anyio
async def test_many_processes_set_timers_at_once_and_none_is_lost(tmp_path: Path):
    houses = [Kept(tmp_path) for _ in range(4)]

    async def fill(house: Kept) -> None:
        for _ in range(10):
            await house.keeper.add(TIMER)

    async with anyio.create_task_group() as group:
        for house in houses:
            group.start_soon(fill, house)
    numbers = [item.number for item in Store(tmp_path).load()[0]]
    assert sorted(numbers) == list(range(1, 41))


@pytest.mark.anyio
async def test_a_number_never_comes_again(kept: Kept, tmp_path: Path):
    made = await kept.keeper.add(TIMER)
    await kept.keeper.cancel([made])
    again = Kept(tmp_path)
    again.keeper.load()
    assert (await again.keeper.add(TIMER)).number == 2
