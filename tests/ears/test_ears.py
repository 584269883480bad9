"""Real ears on real sound."""

import numpy as np
import pytest

from tests.clips import clip, clips
from tests.weights_here import piper, silero, smart_turn
from vivavoce.audio.resample import Resampler
from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, OUT_RATE, Pcm
from vivavoce.ears import Ears, EchoCanceller, Sensed
from vivavoce.ears.presence import Presence
from vivavoce.ears.voices import Voices

pytestmark = pytest.mark.real


def frames(pcm: Pcm) -> list[Pcm]:
    return list(np.pad(pcm, (0, -len(pcm) % IN_FRAME)).reshape(-1, IN_FRAME))


def hear(mic: Pcm, played: Pcm | None = None, *, echo: bool = True) -> list[Sensed]:
    ears = Ears(silero(), EchoCanceller() if echo else None)
    ours = frames(played if played is not None else np.zeros_like(mic))
    return [ears.hear(m, p) for m, p in zip(frames(mic), ours, strict=True)]


def our_voice(text: str) -> Pcm:
    return Resampler(OUT_RATE, IN_RATE).push(piper().say(text).pcm)


def test_speech_is_heard_within_two_frames_of_its_beginning_and_end() -> None:
    said = clip("questions", "q01")
    room = np.random.default_rng(0).normal(0, 5e-4, IN_RATE).astype(np.float32)
    heard = hear(np.concatenate([room, said.pcm, room]))
    loud = [i * FRAME_S for i, s in enumerate(heard) if s.owner > 0.5]
    assert abs(loud[0] - (1.0 + said.start_s)) <= 2 * FRAME_S
    assert abs(loud[-1] + FRAME_S - (1.0 + said.end_s)) <= 2 * FRAME_S


def test_silence_and_noise_are_not_speech() -> None:
    rng = np.random.default_rng(0)
    for level in (0.0, 0.001, 0.03):
        noise = (level * rng.standard_normal(5 * IN_RATE)).astype(np.float32)
        assert max(s.speech for s in hear(noise)[3:]) < 0.5


@pytest.mark.parametrize("delay_ms", [20, 110, 230])
def test_our_own_voice_in_the_microphone_is_not_the_owner(delay_ms: int) -> None:
    played = our_voice("The sky is blue because the air scatters blue light more than red light.")
    echo = 0.3 * np.pad(played, (delay_ms * 16, 0))[: len(played)]
    without = [s.owner > 0.6 for s in hear(echo.astype(np.float32), played, echo=False)]
    with_it = [s.owner > 0.6 for s in hear(echo.astype(np.float32), played)]
    after = int(1.0 / FRAME_S)  # the canceller has converged
    assert sum(without[after:]) > 10
    assert sum(with_it[after:]) == 0


def long_answer() -> Pcm:
    """Some ten seconds."""
    return our_voice(
        "The sky is blue because the air scatters blue light more than red light. At sunset the "
        "light comes a longer way through the air, and what is left of it is red."
    )


@pytest.mark.parametrize("ppm", [-300, 200])
def test_our_voice_from_a_loudspeaker_whose_clock_drifts_is_not_the_owner(ppm: int) -> None:
    played = long_answer()
    at = np.arange(len(played)) * (1 + ppm * 1e-6) - 0.08 * IN_RATE
    echo = 0.3 * np.interp(at, np.arange(len(played)), played, left=0.0)
    owner = [s.owner > 0.6 for s in hear(echo.astype(np.float32), played)]
    assert sum(owner[int(1.0 / FRAME_S) :]) == 0


def test_an_echo_whose_delay_jumps_is_found_again_within_a_second() -> None:
    played = long_answer()
    half = len(played) // 2
    near, far = (np.pad(played, (ms * 16, 0))[: len(played)] for ms in (60, 250))
    echo = 0.3 * np.concatenate([near[:half], far[half:]])
    owner = [s.owner > 0.6 for s in hear(echo.astype(np.float32), played)]
    jump, second = round(half / IN_FRAME), round(1.0 / FRAME_S)
    assert sum(owner[second:jump]) == 0
    assert sum(owner[jump + second :]) == 0


def test_our_voice_from_a_recording_opens_no_turn_of_the_enrolled_owner() -> None:
    """Nothing is played meanwhile, so there is no echo to take away."""
    presence = Presence()
    known = [("Anna", presence.embed(clip("questions", "q01").pcm))]
    ears = Ears(silero(), EchoCanceller(), presence, Voices(known, presence.embed))
    heard = [ears.hear(m, np.zeros_like(m)) for m in frames(long_answer())]
    assert sum(s.owner > 0.6 for s in heard) == 0


@pytest.mark.parametrize("echo_gain", [0.0, 0.05, 0.2], ids=["headphones", "faint", "loud"])
def test_somebody_who_speaks_over_us_is_heard_whether_there_is_an_echo_or_not(
    echo_gain: float,
) -> None:
    played = our_voice("The sky is blue because the air scatters blue light more than red light.")
    mic = echo_gain * np.pad(played, (800, 0))[: len(played)]
    said = clip("phrases", "interruption5")
    mic[2 * IN_RATE : 2 * IN_RATE + len(said.pcm)] += said.pcm[: len(mic) - 2 * IN_RATE]
    over = [s.owner > 0.6 for s in hear(mic.astype(np.float32), played)]
    begins = int((2.0 + said.start_s) / FRAME_S)
    assert not any(over[int(1.0 / FRAME_S) : begins - 1])
    assert any(over[begins : begins + 4])


def test_a_thinking_pause_does_not_sound_like_the_end_of_a_turn() -> None:
    whole, paused = [], []
    for said in (*clips("questions")[:12], *clips("phrases", "thinking")):
        heard = np.concatenate([said.pcm[: int(said.end_s * IN_RATE)], np.zeros(3840, np.float32)])
        whole.append(smart_turn().turn_end(heard))
    for said in clips("phrases", "thinking"):
        heard = said.pcm[: longest_pause(said.pcm) + 3840]
        paused.append(smart_turn().turn_end(heard))
    assert np.mean(np.array(whole) > 0.5) >= 0.8
    assert max(paused) < 0.5


def longest_pause(pcm: Pcm) -> int:
    """Sample at which the longest silence inside the speech begins."""
    loud = np.flatnonzero(np.abs(pcm) > 0.01)
    return int(loud[np.argmax(np.diff(loud))])
