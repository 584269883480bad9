"""The weather, asked in words and by tools."""

from datetime import date, datetime, timedelta

import pytest

from tests.experts.weather.house import House, house
from tests.experts.weather.sky import Sky
from vivavoce.core import ConfigError, Refused, Retry
from vivavoce.experts import Unclear

pytestmark = pytest.mark.anyio
RAINY = {"weather_code": 63, "precipitation_probability": 80, "precipitation": 1.2}


def at(hour: int, days: int = 0) -> datetime:
    return datetime(2026, 11, 24 + days, hour)


async def test_the_weather_of_this_minute_is_told_in_a_sentence(at_home: House):
    assert await at_home.hear("What's the weather like?") == ("It is 9 degrees and cloudy in Bonn.")


async def test_wind_and_cold_that_are_felt_are_told_too(at_home: House, sky: Sky):
    sky.temperature, sky.feels, sky.wind = -1.2, -7.0, 34.0
    assert await at_home.hear("how cold is it outside") == (
        "It is minus 1 degree and cloudy in Bonn; it feels like minus 7 degrees. "
        "The wind blows with 34 kilometres an hour."
    )


async def test_an_umbrella_is_needed_when_rain_is_likely_later_today(at_home: House, sky: Sky):
    sky.hours[at(18)] = RAINY
    assert await at_home.hear("Do I need an umbrella?") == (
        "Yes, rain is likely today in Bonn, around 18:00: 80 percent."
    )


async def test_rain_that_is_over_needs_no_umbrella(at_home: House, sky: Sky):
    sky.hours[at(9)] = RAINY
    assert (await at_home.hear("will it rain today")).startswith("No, rain is unlikely today")


async def test_rain_of_tomorrow_is_not_told_for_today(at_home: House, sky: Sky):
    sky.hours[at(10, days=1)] = RAINY
    assert (await at_home.hear("will it rain today")).startswith("No")
    assert await at_home.hear("will it rain tomorrow") == (
        "Yes, rain is likely tomorrow in Bonn, around 10:00: 80 percent."
    )


async def test_a_small_chance_is_a_maybe(at_home: House, sky: Sky):
    sky.hours[at(20)] = RAINY | {"precipitation_probability": 35}
    result = await at_home("will_it", what="rain")
    assert result.say.startswith("Maybe: today in Bonn there is a 35 percent chance of rain")
    assert result.data == {"yes": False}


async def test_snow_is_not_rain(at_home: House, sky: Sky):
    sky.hours[at(20)] = RAINY | {"weather_code": 73}
    assert (await at_home.hear("will it snow today")).startswith("Yes, snow is likely")
    assert (await at_home.hear("will it rain today")).startswith("No")


async def test_a_frosty_night_counts_its_early_morning(at_home: House, sky: Sky):
    sky.hours[at(5, days=1)] = {"temperature_2m": -2.4}
    assert await at_home.hear("will it freeze tonight") == (
        "Yes, tonight in Bonn it gets down to minus 2 degrees, around 5:00."
    )


async def test_frost_of_the_next_morning_is_not_tonight(at_home: House, sky: Sky):
    sky.hours[at(8, days=1)] = {"temperature_2m": -2.4}
    assert (await at_home.hear("will it freeze tonight")).startswith("No, tonight")


async def test_asked_after_midnight_tonight_is_what_is_left_of_the_night(sky: Sky, address: str):
    sky.now = datetime(2026, 11, 25, 1, 30)
    sky.hours[datetime(2026, 11, 25, 4)] = {"temperature_2m": -3.0}
    sky.hours[datetime(2026, 11, 25, 22)] = {"temperature_2m": -9.0}
    async with house(address, place="Bonn") as ours:
        assert "minus 3 degrees, around 4:00" in await ours.hear("will it freeze tonight")


async def test_tomorrow_has_its_own_forecast(at_home: House, sky: Sky):
    sky.days[date(2026, 11, 25)] = {
        "weather_code": 61,
        "temperature_2m_max": 7.2,
        "temperature_2m_min": -0.6,
        "precipitation_probability_max": 64,
    }
    assert await at_home.hear("What's the weather tomorrow?") == (
        "Tomorrow in Bonn: light rain, minus 1 to 7 degrees, 64 percent chance of rain."
    )


async def test_a_weekday_is_the_next_one(at_home: House, sky: Sky):
    sky.days[date(2026, 11, 28)] = {"weather_code": 0}
    assert (await at_home.hear("how's the weather on saturday")).startswith(
        "Saturday in Bonn: clear"
    )


async def test_the_weekend_is_two_days(at_home: House):
    said = await at_home.hear("what's the forecast for the weekend")
    assert "Saturday in Bonn:" in said
    assert "Sunday:" in said


async def test_the_week_is_seven_days(at_home: House):
    said = (await at_home("forecast", day="week")).say
    assert [name for name in ("Today", "Tomorrow", "Thursday", "Monday") if name in said] == [
        "Today", "Tomorrow", "Thursday", "Monday",
    ]  # fmt: skip
    assert "Tuesday" not in said


async def test_sunset_is_told_by_the_clock(at_home: House):
    assert await at_home.hear("when does the sun set") == (
        "Today the sun rises at 08:03 and sets at 16:31."
    )


async def test_another_town_is_found(at_home: House, sky: Sky):
    assert (await at_home.hear("what's the weather in Paris tomorrow")).startswith(
        "Tomorrow in Paris"
    )
    assert "latitude=48.85341" in sky.asked[-1]


@pytest.mark.parametrize("said", ["", "here", "at home", "our house.", "your_town"])
async def test_home_has_many_names(at_home: House, said: str):
    assert (await at_home("now", place=said)).say == (await at_home("now")).say


@pytest.mark.parametrize("said", ["Paris, Texas", "paris texas"])
async def test_the_smaller_of_two_towns_is_found_by_its_country(
    at_home: House, sky: Sky, said: str
):
    await at_home("now", place=said)
    assert "latitude=33.66094" in sky.asked[-1]


async def test_a_place_that_nobody_knows_is_left_to_a_model(at_home: House):
    with pytest.raises(Unclear, match="no place called Atlantis"):
        await at_home("now", place="Atlantis")
    assert await at_home.hear("what's the weather in the kitchen") == ""


async def test_coordinates_need_no_search(address: str, sky: Sky):
    async with house(address, place="52.1, -8.5") as ours:
        assert (await ours("now")).say == "It is 9 degrees and cloudy."
    assert [path.partition("?")[0] for path in sky.asked] == ["/v1/forecast"]


async def test_imperial_houses_hear_of_fahrenheit_and_miles(address: str, sky: Sky):
    sky.temperature, sky.wind = 31.0, 25.0
    async with house(address, place="Bonn", units="imperial") as ours:
        assert "25 miles an hour" in (await ours("now")).say
        assert (await ours("will_it", what="freezing")).data == {"yes": True}
    assert "temperature_unit=fahrenheit" in sky.asked[-1]
    assert "wind_speed_unit=mph" in sky.asked[-1]


async def test_the_server_is_asked_once_in_ten_minutes(at_home: House, sky: Sky):
    await at_home("now")
    await at_home("forecast", day="tomorrow")
    assert len(sky.asked) == 2  # the place, the weather
    at_home.now += timedelta(minutes=11)
    await at_home("now")
    assert len(sky.asked) == 3


async def test_without_a_place_it_says_how_to_set_it(address: str):
    async with house(address) as ours:
        with pytest.raises(ConfigError, match="vivavoce setup weather"):
            await ours("now")
        assert (await ours("now", place="Paris")).say.endswith("in Paris.")


async def test_unknown_units_are_named_when_it_opens(address: str):
    with pytest.raises(ConfigError, match="metric or imperial"):
        async with house(address, units="kelvin"):
            pass


async def test_a_server_that_is_away_may_be_tried_again():
    async with house("http://127.0.0.1:9", place="50, 7") as ours:
        with pytest.raises(Retry, match="is away"):
            await ours("now")


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_busy_server_may_be_tried_again(at_home: House, sky: Sky, status: int):
    sky.status = status
    with pytest.raises(Retry, match="busy"):
        await at_home("now")


async def test_a_server_that_refuses_is_not_tried_again(at_home: House, sky: Sky):
    sky.status = 400
    with pytest.raises(Refused, match="would not answer"):
        await at_home("now")


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b"{}", b'{"current": {"time": "soon"}}', b'{"results": 7}', b"null"]
)
async def test_an_answer_that_is_none_is_told_as_one(address: str, sky: Sky, body: bytes):
    sky.body = body
    async with house(address, place="50, 7") as ours:
        with pytest.raises(Retry, match="strange"):
            await ours("now")


async def test_a_day_without_a_forecast_is_not_made_up(at_home: House, sky: Sky):
    sky.days = {date(2026, 11, 24) + timedelta(n): {"weather_code": None} for n in range(8)}  # type: ignore[dict-item]
    with pytest.raises(Unclear, match="no forecast"):
        await at_home("forecast", day="friday")
