"""The words of a growing turn."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests import fakes
from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, Pcm, Word
from vivavoce.words import Hearing, HearingConfig, Transcript, Window, agreed

READ = fakes.FakeRecogniser().transcribe


def frames(pcm: Pcm) -> list[Pcm]:
    padded = np.pad(pcm, (0, -len(pcm) % IN_FRAME))
    return list(padded.reshape(-1, IN_FRAME))


def hear(pcm: Pcm, cfg: HearingConfig | None = None) -> tuple[Hearing, list[Window]]:
    """All of pcm, transcribing whenever it is due."""
    hearing, windows = Hearing(cfg), []
    for index, frame in enumerate(frames(pcm)):
        hearing.push(index, frame, bool(np.mean(np.abs(frame)) > fakes.LOUD / 2))
        window = hearing.due()
        if window is not None:
            windows.append(window)
            hearing.take(window, READ(window.pcm))
    return hearing, windows


def test_the_words_and_their_times_on_the_conversations_clock() -> None:
    pcm = np.concatenate([fakes.silence(0.8), fakes.speech("one two three"), fakes.silence(0.4)])
    hearing, _ = hear(pcm)
    assert hearing.text == "one two three"
    assert abs(hearing.words[1].start - (0.8 + fakes.WORD_S)) < 0.1
    assert abs(hearing.speech_end - (0.8 + 3 * fakes.WORD_S)) < 0.1
    assert hearing.settled


def test_nothing_is_due_in_silence() -> None:
    assert hear(fakes.silence(5.0))[1] == []


def test_partials_come_at_least_every_300_ms_while_somebody_speaks() -> None:
    _, windows = hear(fakes.speech("a b c d e f g h i j"))
    ends = [w.speech_frame * FRAME_S for w in windows]
    assert max(np.diff(ends)) <= 0.3


def test_the_end_of_the_speech_is_transcribed_and_then_no_more() -> None:
    hearing, windows = hear(np.concatenate([fakes.speech("a b c"), fakes.silence(2.0)]))
    assert hearing.settled
    assert windows[-1].speech_frame * FRAME_S >= hearing.speech_end - 2 * FRAME_S
    assert len({w.speech_frame for w in windows}) == len(windows)


def test_words_before_the_first_loud_frame_are_not_lost() -> None:
    hearing = Hearing()
    for index, frame in enumerate(frames(fakes.speech("hello there"))):
        hearing.push(index, frame, speaks=index >= 3)  # the detector wakes up late
    window = hearing.final()
    assert window is not None
    assert READ(window.pcm).text == "hello there"


def test_a_long_turn_keeps_its_window_short_and_loses_no_word() -> None:
    text = " ".join(f"word{i}" for i in range(120))
    hearing, windows = hear(np.concatenate([fakes.speech(text), fakes.silence(0.5)]))
    assert hearing.text == text
    assert max(len(w.pcm) for w in windows) / 16_000 < 16
    starts = [w.start for w in hearing.words]
    assert starts == sorted(starts)


def test_what_a_recogniser_is_far_behind_with_is_read_in_pieces_that_it_can_take() -> None:
    text = " ".join(f"word{i}" for i in range(190))
    hearing, windows = Hearing(), list[Window]()
    for index, frame in enumerate(frames(fakes.speech(text))):
        hearing.push(index, frame, True)
    while (window := hearing.due() or hearing.final()) is not None:
        windows.append(window)
        hearing.take(window, READ(window.pcm))
        assert len(windows) < 5
    assert hearing.text == text
    assert max(len(w.pcm) for w in windows) / IN_RATE <= 24


def test_a_first_short_transcript_that_comes_late_costs_no_word() -> None:
    pcm = frames(fakes.speech(" ".join(f"word{i}" for i in range(120))))
    hearing = Hearing()
    for index, frame in enumerate(pcm):
        hearing.push(index, frame, True)
        if index == 10:
            first = hearing.due()
    assert first is not None
    hearing.take(first, READ(first.pcm))
    while (window := hearing.final()) is not None:
        hearing.take(window, READ(window.pcm))
    assert len(hearing.words) == 120


def test_an_hour_of_silence_after_a_turn_that_only_a_client_can_end_keeps_its_words() -> None:
    hearing, _ = hear(np.concatenate([fakes.speech("one two"), fakes.silence(60.0)]))
    assert hearing.text == "one two"
    assert hearing.settled
    assert len(hearing.sound(60.0)) == 0
    for index, frame in enumerate(frames(fakes.speech("three four")), 1000):
        hearing.push(index, frame, True)
        window = hearing.due()
        if window is not None:
            hearing.take(window, READ(window.pcm))
    assert hearing.text == "one two three four"


def test_a_word_after_a_pause_begins_with_its_sound() -> None:
    hearing = Hearing()
    for index in range(20):
        hearing.push(index, np.zeros(IN_FRAME, np.float32), index < 5 or index >= 15)
    window = hearing.final()
    assert window is not None
    hearing.take(window, Transcript((Word("one", 0.0, 0.4), Word("two", 0.4, 1.5))))
    assert abs(hearing.words[1].start - 15 * FRAME_S) < 1e-9


def test_an_old_window_is_not_taken_after_a_reset() -> None:
    hearing = Hearing()
    pcm = frames(fakes.speech("one two three"))
    for index, frame in enumerate(pcm):
        hearing.push(index, frame, True)
    window = hearing.final()
    assert window is not None
    hearing.reset()
    for index, frame in enumerate(frames(fakes.silence(1.0)), len(pcm)):
        hearing.push(index, frame, False)
    assert not hearing.take(window, READ(window.pcm))
    assert hearing.text == ""


def forgotten(*, may_begin: bool) -> str:
    """The words of a turn whose first word was heard and forgotten just before the others."""
    hearing = Hearing()
    pcm = frames(np.concatenate([fakes.silence(0.8), fakes.speech("hello there")]))
    for index, frame in enumerate(pcm):
        hearing.push(index, frame, speaks=index >= 10)
        if index < 14:
            hearing.reset(may_begin=may_begin)
    window = hearing.final()
    assert window is not None
    hearing.take(window, READ(window.pcm))
    return hearing.text


def test_what_may_begin_a_turn_is_not_lost_with_the_sound_of_none() -> None:
    assert forgotten(may_begin=True) == "hello there"
    assert "hello" not in forgotten(may_begin=False)


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=6)


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_stable_and_tentative_always_make_up_the_text(transcripts: list[list[str]]) -> None:
    hearing = Hearing()
    for index in range(4 * len(transcripts)):
        hearing.push(index, np.zeros(IN_FRAME, np.float32), True)
        window = hearing.due()
        if window is None:
            continue
        words = transcripts[min(index // 4, len(transcripts) - 1)]
        timed = tuple(Word(w, i * 0.1, i * 0.1 + 0.1) for i, w in enumerate(words))
        assert hearing.take(window, Transcript(timed))
        assert f"{hearing.stable} {hearing.tentative}".strip() == hearing.text


def half_heard(words: tuple[str, ...], anybody: bool) -> list[Window]:
    """The windows of a turn whose speaker is lost after 0.8 s, while somebody goes on speaking or
    nobody does; each transcript has these words."""
    hearing, windows = Hearing(), list[Window]()
    for index, frame in enumerate(frames(fakes.speech("a b c d e f g h"))):
        hearing.push(index, frame, speaks=index < 10, anybody=anybody)
        window = hearing.due()
        if window is not None:
            windows.append(window)
            found = tuple(Word(w, n * 0.3, n * 0.3 + 0.3) for n, w in enumerate(words))
            hearing.take(window, Transcript(found))
    return windows


def test_where_no_words_were_found_and_somebody_speaks_on_more_is_listened_to() -> None:
    windows = half_heard((), anybody=True)
    again = HearingConfig().again_frames
    assert [len(w.pcm) // IN_FRAME for w in windows[-2:]] == [10 + n for n in again]


def test_who_was_understood_or_has_stopped_is_not_listened_to_again() -> None:
    for windows in (half_heard(("a", "b"), anybody=True), half_heard((), anybody=False)):
        assert len(windows[-1].pcm) // IN_FRAME <= 10 + HearingConfig().after_frames


def test_the_words_are_not_settled_while_more_is_to_be_listened_to() -> None:
    hearing = Hearing()
    settled = []
    for index, frame in enumerate(frames(fakes.speech("a b c d e f g h"))):
        hearing.push(index, frame, speaks=index < 10, anybody=True)
        if (window := hearing.due()) is not None:
            hearing.take(window, Transcript(()))
        settled.append(hearing.settled)
    assert not any(settled[10 : 10 + HearingConfig().again_frames[-1] - 2])
    assert settled[-1]


def test_who_ends_the_turn_by_hand_does_not_wait_for_more() -> None:
    hearing = Hearing()
    for index, frame in enumerate(frames(fakes.speech("a b c d"))[:12]):
        hearing.push(index, frame, speaks=index < 10, anybody=True)
    window = hearing.final()
    assert window is not None
    hearing.take(window, Transcript(()))
    assert not hearing.settled
    assert hearing.final_ready
    assert hearing.final() is None


def test_transcripts_agree_in_the_words_that_they_begin_with() -> None:
    before, now = ([Word(w, 0.0, 0.1) for w in said.split()] for said in ("Wait, st", "wait stop"))
    assert agreed(before, now) == 1
    assert agreed((), now) == 0
