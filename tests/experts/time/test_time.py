"""Timers, alarms and reminders, as people ask for them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import anyio
import pytest

from tests.experts.time.conftest import BERLIN, MIA, TIM, Clock, OpenHouse
from vivavoce.core import OWNER, Refused
from vivavoce.experts import Unclear

pytestmark = pytest.mark.anyio
MORNING = datetime(2026, 11, 25, 10, 0, tzinfo=BERLIN)


def real() -> datetime:
    return datetime.now(BERLIN)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Set a timer for ten minutes.", "Timer set for 10 minutes."),
        ("timer ten minutes", "Timer set for 10 minutes."),
        ("Set a timer for ten minutes for the pasta", "Pasta timer set for 10 minutes."),
        ("could you start a ten minute egg timer please", "Egg timer set for 10 minutes."),
        ("set a pasta timer for nine minutes", "Pasta timer set for 9 minutes."),
        ("timer for the eggs, six minutes", "Eggs timer set for 6 minutes."),
        ("timer for the wild rice for an hour", "Wild rice timer set for 1 hour."),
        ("at noon remind me to air the rooms", "I will remind you at noon: air the rooms"),
        ("start a timer called cake for an hour and a half", "Cake timer set for 1 hour and 30 mi"),
        ("wake me at seven", "Alarm set for tomorrow at 7 am."),
        ("wake me up every weekday at quarter to seven", "Alarm set on weekdays at 6:45 am."),
        ("set an alarm for six thirty pm", "Alarm set for 6:30 pm."),
        ("remind me to call my mum at five", "I will remind you at 5 pm: call your mum."),
        ("remind me in ten minutes to check the oven", "I will remind you at 10:10 am: check the"),
        ("remind me every Monday at eight to do the bins", "I will remind you every Monday at 8"),
        ("remind me on Friday to pay the rent", "I will remind you on Friday at 9 am: pay the r"),
        ("what time is it", "It is 10 am."),
        ("what time is it in Tokyo?", "It is 6 pm in Tokyo."),
        ("what's the date", "It is Wednesday, November 25."),
        ("how long is left", "There are no timers."),
    ],
)
async def test_a_plain_sentence_is_followed(open_house: OpenHouse, words: str, answer: str):
    async with open_house(Clock(MORNING)) as house:
        assert (await house.hear(words)).say.startswith(answer)


@pytest.mark.parametrize(
    "words",
    [
        "set a timer",
        "wake me when the pasta is done",
        "remind me to buy milk",
        "stop",
        "snooze",
        "cancel the timer",
        "cancel the nine minute timer",
        "what time is it in Hogwarts",
        "wake me tomorrow",
        "set a timer for ten minutes and then turn off the light",
    ],
)
async def test_what_is_not_clear_is_left_to_a_model_and_nothing_is_done(
    open_house: OpenHouse, words: str
):
    async with open_house(Clock(MORNING)) as house:
        with pytest.raises(Unclear):
            await house.hear(words)
        assert "no timers, alarms" in (await house.run("left", {})).text


async def test_a_timer_rings_in_real_time_and_is_stopped_by_a_word(open_house: OpenHouse):
    async with open_house(real) as house:
        await house.hear("set a timer for one second for the tea")
        with anyio.fail_after(10):
            await house.spoke.wait()
        assert house.said == ["Tim, your timer for tea is over."]
        assert (await house.hear("stop", MIA)).say == "Stopped."
        assert (await house.hear("how long is left")).say == "There are no timers."


async def test_what_rings_can_wait(open_house: OpenHouse):
    async with open_house(real) as house:
        await house.hear("timer one second")
        with anyio.fail_after(10):
            await house.spoke.wait()
        assert (await house.hear("five more minutes")).say == "Again in 5 minutes."
        assert "minutes" in (await house.hear("how long is left")).say


async def test_the_house_may_be_restarted(open_house: OpenHouse):
    clock = Clock(MORNING)
    async with open_house(clock) as house:
        await house.hear("timer ten minutes")
        await house.hear("set a timer for an hour for the cake")
        await house.hear("remind me every Monday at eight to do the bins")
    clock.go(minutes=30)
    async with open_house(clock) as house:
        await anyio.sleep(0.05)
        assert house.said == [
            "Tim, your timer of 10 minutes was over 20 minutes ago; I could not say so then."
        ]
        assert (await house.hear("how long is left")).say == "30 minutes left."
        assert "every Monday at 8 am" in (await house.hear("what are my reminders")).say


async def test_several_timers_are_told_apart_by_name_and_by_length(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("timer ten minutes")
        await house.hear("pasta timer for nine minutes")
        await house.hear("timer for eggs for six minutes")
        with pytest.raises(Unclear, match="which one"):
            await house.hear("cancel the timer")
        assert (
            await house.hear("cancel the pasta timer")
        ).say == "Your timer for pasta is cancelled."
        assert "10 minutes" in (await house.hear("cancel the ten minute timer")).say
        assert (await house.hear("how long is left")).say == "6 minutes left."


async def test_of_two_peoples_timers_my_own_is_meant(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("timer ten minutes", TIM)
        await house.hear("timer five minutes", MIA)
        assert "5 minutes" in (await house.hear("cancel the timer", MIA)).say


async def test_a_reminder_is_told_to_nobody_else(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("remind me to buy a present for Mia at five", TIM)
        assert (await house.hear("what are my reminders", MIA)).say == "There are no reminders."
        with pytest.raises(Unclear):
            await house.hear("cancel the reminder to buy a present for Mia", MIA)
        assert "present" in (await house.hear("what are my reminders", OWNER)).say


async def test_all_that_was_done_can_be_undone(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        set_ = await house.hear("pasta timer for nine minutes")
        longer = await house.hear("add five minutes to the pasta timer")
        assert longer.say == "14 minutes left now."
        assert (await house.undo(longer)).say == "9 minutes left now."
        cancelled = await house.hear("cancel the timer")
        assert "9 minutes left" in (await house.undo(cancelled)).say
        await house.undo(set_)
        assert (await house.hear("how long is left")).say == "There are no timers."


async def test_what_was_cancelled_is_put_back_after_a_restart_too(open_house: OpenHouse):
    clock = Clock(MORNING)
    async with open_house(clock) as house:
        await house.hear("wake me every weekday at seven")
        await house.hear("remind me to call mum at five")
        alarm = await house.hear("cancel the alarm")
        reminder = await house.hear("cancel the reminder to call mum")
    async with open_house(clock) as house:
        assert "on weekdays at 7 am" in (await house.undo(alarm)).say
        assert "at 5 pm" in (await house.undo(reminder)).say
        with pytest.raises(Refused, match="nothing to bring back"):
            await house.undo(reminder)


async def test_everybody_brings_back_what_they_cancelled(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("pasta timer for nine minutes", TIM)
        await house.hear("egg timer for six minutes", MIA)
        tims = await house.hear("cancel the pasta timer", TIM)
        await house.hear("cancel the egg timer", MIA)
        assert "pasta" in (await house.undo(tims)).say
        with pytest.raises(Refused, match="nothing to bring back"):
            await house.hear("bring back my timer", TIM)
        assert "egg" in (await house.hear("bring back my timer", MIA)).say


@pytest.mark.parametrize(
    "change",
    [{"at": float("inf")}, {"at": float("nan")}, {"length_s": float("inf")}, {"kind": "bomb"},
     {"number": float("inf")}, {"days": [8], "clock": [7, 0]}],
)  # fmt: skip
async def test_what_is_no_item_is_not_brought_back(open_house: OpenHouse, change: dict[str, Any]):
    item = {"number": 1, "kind": "timer", "at": 2e9, "name": "", "owner": "", "length_s": 60.0}
    async with open_house(Clock(MORNING)) as house:
        with pytest.raises(Refused, match="no items"):
            await house.run("bring_back", {"items": [item | {"rung": 0} | change]})
        assert (await house.hear("how long is left")).say == "There are no timers."


async def test_cancelling_an_alarm_that_rings_leaves_its_other_days(open_house: OpenHouse):
    clock = Clock(datetime(2026, 11, 25, 6, 59, 59, tzinfo=BERLIN))
    async with open_house(clock) as house:
        await house.hear("wake me every weekday at seven")
        clock.go(seconds=1)
        with anyio.fail_after(10):
            await house.spoke.wait()
        assert house.said == ["Tim, it is 7 am: your alarm."]
        await house.hear("I'm awake")
        assert "on weekdays at 7 am" in (await house.hear("what alarms do I have")).say


async def test_an_alarm_for_the_day_of_the_change_rings_by_the_clock(open_house: OpenHouse):
    async with open_house(Clock(datetime(2027, 3, 27, 22, 0, tzinfo=BERLIN))) as house:
        at = (await house.hear("wake me at seven")).data["at"]
        assert datetime.fromtimestamp(at, BERLIN) == datetime(2027, 3, 28, 7, 0, tzinfo=BERLIN)


async def test_a_time_that_is_over_is_refused(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        with pytest.raises(Refused, match="over already"):
            await house.run("set_alarm", {"when": "2026-11-25 09:00"})
        await house.hear("timer ten minutes")
        with pytest.raises(Refused, match="cancel it instead"):
            await house.hear("take twenty minutes off the timer")


async def test_a_machine_in_another_zone_has_its_own_evening(open_house: OpenHouse):
    now = datetime(2026, 11, 25, 10, 0, tzinfo=ZoneInfo("America/New_York"))
    async with open_house(Clock(now)) as house:
        made = await house.hear("set an alarm for six pm")
        assert made.data["at"] - now.timestamp() == timedelta(hours=8).total_seconds()


@pytest.mark.parametrize(
    ("words", "which", "left"),
    [
        ("cancel that", "timer", "20"),
        ("stop the second one", "timer", "10"),
        ("actually, stop the last one", "", "10"),
        ("cancel the first one", "the first one", "20"),
        ("stop the newest", "newest timer", "10"),
    ],
)
async def test_one_of_two_is_told_by_its_place(
    open_house: OpenHouse, words: str, which: str, left: str
):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("set a timer for ten minutes")
        if "that" not in words:
            await house.hear("set a timer for twenty minutes")
        await house.run("cancel", {"which": which}, words=words)
        told = (await house.run("left", {})).text
        assert f"of {left} minutes" in told or "that" in words
        assert told.count("of ") == ("that" not in words)


async def test_a_timer_that_is_put_right_is_changed(open_house: OpenHouse):
    clock = Clock(MORNING)
    async with open_house(clock) as house:
        await house.hear("set a timer for five minutes")
        await house.run("set_timer", {"length": "ten minutes"}, words="no, make it ten")
        assert (await house.run("left", {})).text == "Your timer of 10 minutes: 10 minutes left."
        await house.run("set_timer", {"length": "6 minutes"}, words="and another for six minutes")
        assert (await house.run("left", {})).text.count("timer of") == 2
        await house.run("set_timer", {"length": "7 minutes"}, MIA, words="no, seven minutes")
        assert (await house.run("left", {})).text.count("of ") == 3, "it is somebody else's"
        clock.go(minutes=3)
        await house.run("set_timer", {"length": "8 minutes"}, words="make it eight")
        assert (await house.run("left", {})).text.count("of ") == 4, "that was too long ago"


async def test_a_reminder_that_is_put_right_is_moved(open_house: OpenHouse):
    async with open_house(Clock(MORNING)) as house:
        await house.hear("remind me to call mum at five")
        again = {"what": "call mum", "when": "at six"}
        await house.run("remind", again, words="sorry, I meant at six")
        assert "6 pm" in (await house.run("left", {})).text
        assert "5 pm" not in (await house.run("left", {})).text
