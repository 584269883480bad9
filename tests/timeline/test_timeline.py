import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import (
    Decided,
    Decision,
    Failed,
    Flush,
    Heard,
    Move,
    Partial,
    Percept,
    Refused,
    ReplyDone,
    ReplyMade,
    ReplyStarted,
    ReplyText,
    ReplyThought,
    ReplyVote,
    Side,
    SoundReady,
    Spoken,
    ToolCall,
    TurnEnded,
    TurnStarted,
    Word,
)
from vivavoce.timeline import Timeline, lines, read

TIMES = st.floats(0, 1e5)
SHARES = st.floats(0, 1)
TEXTS = st.text(st.characters(), max_size=20)  # line ends, lone surrogates and all
WORDS = st.builds(Word, TEXTS, TIMES, TIMES)
EVENTS = st.one_of(
    st.builds(
        Decided,
        index=st.integers(0, 10**7),
        t=TIMES,
        percept=st.builds(Percept, SHARES, SHARES, SHARES, SHARES, SHARES, SHARES),
        decision=st.builds(Decision, st.sampled_from(Move), TEXTS),
    ),
    st.builds(TurnStarted, t=TIMES),
    st.builds(Partial, t=TIMES, stable=TEXTS, tentative=TEXTS),
    st.builds(TurnEnded, t=TIMES, speech_end=TIMES),
    st.builds(Heard, t=TIMES, text=TEXTS, words=st.lists(WORDS).map(tuple)),
    st.builds(ReplyStarted, t=TIMES, reply=st.integers(0, 99)),
    st.builds(ReplyText, t=TIMES, reply=st.integers(0, 99), delta=TEXTS),
    st.builds(ReplyThought, t=TIMES, reply=st.integers(0, 99), delta=TEXTS),
    st.builds(
        ReplyVote,
        t=TIMES,
        reply=st.just(1),
        chains=st.just(5),
        counts=st.dictionaries(TEXTS, SHARES, max_size=3),
    ),
    st.builds(
        ReplyMade,
        t=TIMES,
        reply=st.just(1),
        model=TEXTS,
        fell_from=st.lists(TEXTS, max_size=2).map(tuple),
    ),
    st.builds(ToolCall, t=TIMES, reply=st.just(1), call=TEXTS, name=TEXTS, arguments=TEXTS),
    st.builds(SoundReady, t=TIMES, reply=st.integers(0, 99)),
    st.builds(Flush, t=TIMES, reply=st.integers(0, 99), final=st.booleans()),
    st.builds(Spoken, t=TIMES, reply=st.integers(0, 99), word=WORDS),
    st.builds(
        ReplyDone,
        t=TIMES,
        reply=st.just(2),
        text=TEXTS,
        heard=TEXTS,
        stages=st.dictionaries(TEXTS, TIMES, max_size=3),
    ),
    st.builds(Failed, t=TIMES, code=TEXTS, message=TEXTS),
)


def decided(index: int) -> Decided:
    percept = Percept(speech=0.98, owner=0.97, addressed=0.9, turn_end=0.1)
    return Decided(index, index * 0.08, percept, Decision(Move.LISTEN, "owner speaks"))


def test_a_frame_has_the_promised_form():
    assert list(lines(decided(16))) == [
        {
            "kind": "frame",
            "t": 1.28,
            "p": {
                "echo": 0.0,
                "speech": 0.98,
                "owner": 0.97,
                "other": 0.0,
                "addressed": 0.9,
                "turn_end": 0.1,
                "backchannel": 0.0,
            },
            "move": "listen",
            "why": "owner speaks",
        }
    ]


def test_a_word_of_either_side_has_the_promised_form():
    word = Word("lights", 1.1000004, 1.4)
    heard = Heard(2.0, "lights", (word,))
    promised = {"kind": "word", "side": "user", "text": "lights", "start": 1.1, "end": 1.4}
    assert next(lines(heard)) == promised
    assert list(lines(Spoken(1.1, 0, word))) == [promised | {"side": "assistant"}]
    assert next(lines(Heard(2.0, "lights", (word,), Side.ASSISTANT)))["side"] == "assistant"


@given(st.lists(EVENTS))
def test_what_is_written_is_read_back(tmp_path_factory, events):
    path = tmp_path_factory.mktemp("t") / "timeline.jsonl"
    timeline = Timeline(path)
    for event in events:
        timeline(event)
    timeline.close()
    assert read(path) == [line for event in events for line in lines(event)]


@given(EVENTS)
def test_every_line_says_its_kind_and_its_time_to_the_millisecond(event):
    for line in lines(event):
        when = line["start"] if line["kind"] == "word" else line["t"]
        assert when == round(when, 3)
        assert next(iter(line)) == "kind"


def test_at_most_a_second_of_audio_waits_to_be_written(tmp_path):
    path = tmp_path / "timeline.jsonl"
    timeline = Timeline(path)
    for index in range(100):
        timeline(decided(index))
        on_disk = read(path)
        assert index * 0.08 - (on_disk[-1]["t"] if on_disk else 0.0) <= 1.04
    timeline.close()


def test_a_torn_last_line_is_left_out(tmp_path):
    path = tmp_path / "timeline.jsonl"
    whole = json.dumps({"kind": "error", "t": 1.0, "code": "x", "message": "é"}, ensure_ascii=False)
    for cut in range(1, len(whole.encode())):
        path.write_bytes(f"{whole}\n".encode() + whole.encode()[:cut])
        assert len(read(path)) == 1


@pytest.mark.parametrize("bad", ["{oops", "[1, 2]", '{"t": 1}'])
def test_a_broken_line_in_the_middle_is_named(tmp_path, bad):
    path = tmp_path / "timeline.jsonl"
    path.write_text('{"kind": "turn", "t": 0}\n' + bad + '\n{"kind": "turn", "t": 1}\n')
    with pytest.raises(Refused, match="line 2"):
        read(path)


def test_a_missing_timeline_is_named(tmp_path):
    with pytest.raises(Refused, match=r"nothing\.jsonl"):
        read(tmp_path / "nothing.jsonl")
