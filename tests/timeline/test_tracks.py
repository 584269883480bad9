import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vivavoce.core import IN_FRAME, OUT_FRAME
from vivavoce.timeline.tracks import Tracks


def heard(value: float = 0.0) -> np.ndarray:
    return np.full(IN_FRAME, value, np.float32)


def played(value: float) -> np.ndarray:
    return np.full(OUT_FRAME, value, np.float32)


def frames(pairs: list[np.ndarray]) -> list[float]:
    """What the right track holds, a value a frame."""
    right = np.concatenate(pairs)[:, 1].reshape(-1, OUT_FRAME)
    assert np.all(right == right[:, :1])
    return [round(float(v), 2) for v in right[:, 0]]


def test_what_is_played_lies_beside_the_frame_after_which_it_was_played():
    tracks, pairs = Tracks(), []
    for index in range(6):
        pairs.append(tracks.heard(heard(), index * IN_FRAME))
        if index in (2, 3):
            tracks.played(played(index / 10))
    assert frames([*pairs, tracks.finish()]) == [0, 0, 0.2, 0.3, 0, 0]


def test_sound_that_was_pulled_ahead_follows_itself():
    tracks, pairs = Tracks(), []
    for index in range(5):
        pairs.append(tracks.heard(heard(), index * IN_FRAME))
        if index == 1:
            for value in (0.1, 0.2, 0.3):
                tracks.played(played(value))
    assert frames([*pairs, tracks.finish()]) == [0, 0.1, 0.2, 0.3, 0]


def test_sound_that_ran_ahead_does_not_delay_the_next():
    tracks, pairs = Tracks(), []
    for index in range(6):
        pairs.append(tracks.heard(heard(), index * IN_FRAME))
        for value in {0: (0.1, 0.2, 0.3), 4: (0.5,)}.get(index, (0.0,)):
            tracks.played(played(value))
    assert frames([*pairs, tracks.finish()]) == [0.1, 0.2, 0.3, 0, 0.5, 0]


def test_what_was_dropped_before_it_sounded_is_not_there():
    tracks, pairs = Tracks(), []
    for index in range(5):
        pairs.append(tracks.heard(heard(), index * IN_FRAME))
        if index == 1:
            for value in (0.1, 0.2, 0.3):
                tracks.played(played(value))
            tracks.drop()
    assert frames([*pairs, tracks.finish()]) == [0, 0.1, 0, 0, 0]


def test_lost_frames_of_the_microphone_become_silence_and_shift_nothing():
    tracks, pairs = Tracks(), []
    for index in (0, 1, 4, 5):
        pairs.append(tracks.heard(heard(0.5), index * IN_FRAME))
        tracks.played(played(index / 10))
    pair = np.concatenate([*pairs, tracks.finish()])
    assert len(pair) == 6 * OUT_FRAME
    left = pair[:, 0].reshape(6, OUT_FRAME)[:, 900:1000]  # away from the edges, where filters ring
    assert np.allclose(left, np.array([0.5, 0.5, 0, 0, 0.5, 0.5])[:, None], atol=0.01)
    assert frames([pair]) == [0, 0.1, 0, 0, 0.4, 0.5]


@given(st.lists(st.sampled_from(["hear", "play", "silence", "drop"]), max_size=40))
@settings(deadline=None)
def test_the_tracks_are_as_long_as_what_was_heard_whatever_happens(steps):
    tracks, pairs, index = Tracks(), [], 0
    for step in steps:
        if step == "hear":
            pairs.append(tracks.heard(heard(0.1), index * IN_FRAME))
            index += 1
        elif step == "drop":
            tracks.drop()
        else:
            tracks.played(played(0.3 if step == "play" else 0.0))
    assert sum(len(pair) for pair in [*pairs, tracks.finish()]) == index * OUT_FRAME
