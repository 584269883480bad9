"""Whose voice a conversation belongs to."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, Pcm
from vivavoce.ears import VoiceConfig, Voices
from vivavoce.ears.dvector import SIZE, Vector

CFG = VoiceConfig()


def voice(which: int) -> Vector:
    vector = np.zeros(SIZE, np.float32)
    vector[which] = 1.0
    return vector


def frame(which: int) -> Pcm:
    return np.full(IN_FRAME, which, np.float32)


def embed(pcm: Pcm) -> Vector:
    assert len(pcm) == CFG.window_frames * IN_FRAME
    return voice(int(np.median(pcm)))


def test_until_somebody_has_spoken_the_main_speaker_owns_the_talk() -> None:
    assert not Voices((), embed).vectors.any()


def test_the_voice_that_opens_the_conversation_owns_it() -> None:
    voices = Voices((), embed)
    for _ in range(CFG.opener.counts[0] * CFG.window_frames):
        voices.hear(frame(3), owner=0.9, other=0.0)
    assert np.allclose(voices.vectors, voice(3)[None])


def test_frames_that_are_not_sure_teach_nothing() -> None:
    voices = Voices((), embed)
    for _ in range(20 * CFG.window_frames):
        voices.hear(frame(3), owner=CFG.opener.sure, other=0.0)
        voices.hear(frame(3), owner=0.99, other=CFG.opener.alone + 0.1)
    assert not voices.vectors.any()


def test_after_a_minute_without_the_owner_another_may_open_the_conversation() -> None:
    voices = Voices((), embed)
    for _ in range(CFG.opener.counts[0] * CFG.window_frames):
        voices.hear(frame(3), owner=0.9, other=0.0)
    for _ in range(CFG.forget_frames):
        voices.hear(frame(0), owner=0.0, other=0.9)
    assert not voices.vectors.any()


def test_the_opener_hands_over_and_the_next_voice_owns_the_talk() -> None:
    voices = Voices((), embed)
    for which in (3, 4):
        for _ in range(CFG.opener.counts[0] * CFG.window_frames):
            voices.hear(frame(which), owner=0.9, other=0.0)
        assert np.allclose(voices.vectors, voice(which)[None])
        voices.forget()
        assert not voices.vectors.any()


def test_who_is_enrolled_hands_nothing_over() -> None:
    voices = Voices([("Anna", voice(1)), ("Ben", voice(2))], embed)
    voices.forget()
    for _ in range(CFG.window_frames):
        voices.hear(frame(3), owner=0.9, other=0.0, person=1)
    assert voices.names == ("Anna", "Ben")
    assert np.array_equal(voices.vectors[0], voice(1))


def test_who_is_enrolled_in_mid_conversation_is_listened_to_from_then_on() -> None:
    voices = Voices((), embed)
    for _ in range(CFG.opener.counts[0] * CFG.window_frames):
        voices.hear(frame(3), owner=0.9, other=0.0)
    voices.know([("Anna", voice(1)), ("Ben", voice(2))])
    assert voices.names == ("Anna", "Ben")
    assert np.array_equal(voices.vectors, np.stack([voice(1), voice(2)]))
    voices.hear(frame(3), owner=0.9, other=0.0, person=1)
    voices.know([])
    assert not voices.vectors.any()


def test_who_is_enrolled_stays_whoever_speaks() -> None:
    voices = Voices([("Anna", voice(1)), ("Ben", voice(2))], embed)
    for _ in range(CFG.forget_frames + 100):
        voices.hear(frame(3), owner=0.3, other=0.9)
        voices.hear(frame(3), owner=0.9, other=0.9)
    assert np.array_equal(voices.vectors, np.stack([voice(1), voice(2)]))
    assert voices.names == ("Anna", "Ben")


def test_an_enrolled_voice_is_brought_nearer_to_how_it_sounds_today() -> None:
    voices = Voices([("Anna", voice(1)), ("Ben", voice(2))], embed)
    for _ in range(30 * CFG.window_frames):
        voices.hear(frame(3), owner=0.9, other=0.1, person=1)
    assert np.array_equal(voices.vectors[0], voice(1))
    today = voices.vectors[1]
    assert today[2] > today[3] > 0.3, "the enrolment weighs more"
    assert np.linalg.norm(today) < 1.0001


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=400))
def test_there_is_always_a_voice_to_listen_for(heard: list[tuple[float, float]]) -> None:
    voices = Voices((), embed)
    for owner, other in heard:
        voices.hear(frame(3), owner, other)
        assert voices.vectors.shape == (1, SIZE)
        assert np.linalg.norm(voices.vectors) < 1.0001
