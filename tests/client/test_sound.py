"""The two devices made of time."""

import asyncio

import numpy as np
import pytest

from tests.web.help import until
from vivavoce.client import Loudspeaker, Microphone
from vivavoce.core import OUT_RATE, Pcm


def loud(seconds: float, level: float = 0.5) -> Pcm:
    return np.full(round(seconds * OUT_RATE), level, np.float32)


def test_sound_waits_for_what_is_queued_and_starts_at_once_when_nothing_is():
    speaker = Loudspeaker()
    speaker.push(10.0, "a", loud(1.0))
    speaker.push(10.2, "a", loud(1.0))
    speaker.push(15.0, "b", loud(0.5))
    assert [s.start for s in speaker.stretches] == [10.0, 11.0, 15.0]
    assert speaker.ends == 15.5


def test_a_flush_keeps_what_has_sounded_and_nothing_else():
    speaker = Loudspeaker()
    speaker.push(10.0, "a", loud(1.0))
    speaker.push(10.0, "a", loud(1.0))
    speaker.flush(10.25)
    assert speaker.ends == pytest.approx(10.25)
    assert speaker.played_s(99.0, "a") == pytest.approx(0.25)
    assert speaker.sounded("a").size == OUT_RATE // 4
    speaker.push(10.3, "b", loud(0.1))
    assert speaker.stretches[-1].start == 10.3


def test_a_flush_before_the_first_sound_leaves_silence():
    speaker = Loudspeaker()
    speaker.push(10.0, "a", loud(1.0))
    speaker.flush(10.0)
    assert speaker.stretches == []
    assert speaker.ends == 0.0
    assert speaker.sounded("a").size == 0


def test_an_item_has_played_what_lies_before_now():
    speaker = Loudspeaker()
    speaker.push(10.0, "a", loud(1.0))
    speaker.push(10.0, "b", loud(1.0))
    assert [speaker.played_s(now, "a") for now in (9.0, 10.5, 11.5)] == [0.0, 0.5, 1.0]
    assert [speaker.played_s(now, "b") for now in (9.0, 10.5, 11.5)] == [0.0, 0.0, 0.5]


def test_the_track_lies_on_the_given_clock_and_is_cut_at_both_ends():
    speaker = Loudspeaker()
    speaker.push(9.5, "before", loud(1.0, 0.1))
    speaker.push(11.0, "after", loud(9.0, 0.2))
    track = speaker.track(10.0, 2 * OUT_RATE)
    assert track.shape == (2 * OUT_RATE,)
    assert np.all(track[: OUT_RATE // 2] == np.float32(0.1))
    assert np.all(track[OUT_RATE // 2 : OUT_RATE] == 0)
    assert np.all(track[OUT_RATE:] == np.float32(0.2))


def test_only_what_can_be_heard_counts_as_first_and_last():
    speaker = Loudspeaker()
    soft, pause = loud(0.5, 0.005), loud(0.5, 0.0)
    speaker.push(10.0, "a", np.concatenate([soft, loud(1.0), pause]))
    sample = 1 / OUT_RATE
    assert speaker.first_audible(0.0) == pytest.approx(10.5)
    assert speaker.first_audible(11.0) == pytest.approx(11.0)
    assert speaker.first_audible(11.6) is None
    assert speaker.last_audible("a") == pytest.approx(11.5 - sample)
    assert speaker.last_audible("a", by=11.0) == pytest.approx(11.0)
    assert speaker.last_audible("a", by=10.4) is None
    assert speaker.last_audible("b") is None


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_the_microphone_never_stops_and_says_whole_what_it_was_given(rate):
    packets: list[Pcm] = []

    async def send(pcm: Pcm) -> None:
        packets.append(pcm)

    async def listen() -> tuple[float, Microphone]:
        mic = Microphone(send, rate)
        task = asyncio.create_task(mic.run())
        await asyncio.sleep(0.05)
        began = mic.say(np.full(round(0.07 * rate), 0.5, np.float32))
        assert mic.busy
        await until(lambda: not mic.busy)
        await asyncio.sleep(0.05)
        task.cancel()
        return began, mic

    began, mic = asyncio.run(listen())
    heard = np.concatenate(packets)
    assert {p.size for p in packets} == {rate // 50}
    spoken = np.flatnonzero(heard > 0.25)
    assert spoken.size == round(0.07 * rate)
    assert mic.began + spoken[0] / rate == pytest.approx(began, abs=1e-6)
    room = np.delete(heard, spoken)
    assert 0 < np.abs(room).max() < 0.01
    assert np.array_equal(np.concatenate(mic.recorded)[: heard.size], heard)


def test_what_is_heard_besides_goes_on_under_what_is_said_and_begins_again():
    room = (np.arange(1000) / 10_000).astype(np.float32)
    sent: list[Pcm] = []

    async def take(pcm: Pcm) -> None:
        sent.append(pcm)

    async def record() -> None:
        mic = Microphone(take, OUT_RATE, room)
        task = asyncio.create_task(mic.run())
        mic.say(np.full(480, 0.5, np.float32))
        await until(lambda: len(sent) >= 4)
        task.cancel()

    asyncio.run(record())
    heard = np.concatenate(sent[:4])
    assert np.allclose(heard[:480], room[:480] + 0.5)
    assert np.allclose(heard[480:], np.resize(room, 1920)[480:])
