"""The floor, frame by frame."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError, Decision, Move, Percept
from vivavoce.floor import FloorConfig, FloorState, Phase, step
from vivavoce.floor.config import BYSTANDERS, EAGERNESS, Bystanders

USER = Percept(speech=1.0, owner=1.0)
NOBODY = Percept()
ENDED = Percept(turn_end=0.97, words=5, settled=True)
PAUSE = Percept(turn_end=0.1, words=3, settled=True)
OURS = Percept(answering=True, audible=True)
OVER_US = replace(OURS, speech=1.0, owner=1.0)


def run(*percepts: Percept, cfg: FloorConfig | None = None) -> tuple[FloorState, list[Decision]]:
    state, decisions = FloorState(), []
    for percept in percepts:
        state, decision = step(state, percept, cfg or FloorConfig())
        decisions.append(decision)
    return state, decisions


def moves(*percepts: Percept, cfg: FloorConfig | None = None) -> list[Move]:
    return [d.move for d in run(*percepts, cfg=cfg)[1]]


def until(move: Move, before: list[Percept], then: Percept, cfg: FloorConfig) -> int:
    """Frames of `then` until the move comes."""
    made = moves(*before, *[then] * 200, cfg=cfg)[len(before) :]
    return made.index(move) + 1


def test_one_loud_frame_is_not_a_turn() -> None:
    assert set(moves(NOBODY, USER, NOBODY, NOBODY)) == {Move.IDLE}


def test_speech_opens_a_turn_and_its_end_gives_us_the_floor() -> None:
    made = moves(*[USER] * 10, *[ENDED] * 2)
    assert made[1] is Move.LISTEN
    assert made[-1] is Move.SPEAK


def test_a_short_pause_does_not_cost_the_user_the_floor() -> None:
    assert Move.SPEAK not in moves(*[USER] * 10, *[PAUSE] * 8, *[USER] * 5)


def test_an_unfinished_sentence_is_waited_for_even_if_it_sounds_over() -> None:
    unfinished = replace(ENDED, unfinished=0.9)
    assert Move.SPEAK not in moves(*[USER] * 10, *[unfinished] * 12)


def test_it_nods_in_the_pauses_of_a_long_turn_but_not_often() -> None:
    cfg = FloorConfig()
    long = [*[USER] * cfg.nod_frames, *[PAUSE] * 8]
    made = moves(*long, *[USER] * 20, *[PAUSE] * 8, *long, *[USER] * 5)
    assert made.count(Move.NOD) == 2


def test_it_does_not_nod_at_the_end_of_a_turn_nor_in_a_short_one() -> None:
    assert Move.NOD not in moves(*[USER] * 100, *[ENDED] * 8)
    assert Move.NOD not in moves(*[USER] * 30, *[PAUSE] * 20)


def test_a_nod_leaves_the_floor_to_the_user() -> None:
    state, decisions = run(*[USER] * FloorConfig().nod_frames, *[PAUSE] * 3)
    assert decisions[-1].move is Move.NOD
    assert state.phase is Phase.USER


def test_a_turn_that_was_hardly_the_owners_is_not_answered() -> None:
    perhaps = replace(USER, owner=0.45)
    opens = replace(USER, owner=0.51)
    state, decisions = run(*[opens] * 2, *[perhaps] * 10, *[ENDED] * 4)
    assert state.phase is Phase.IDLE
    assert {d.move for d in decisions} & {Move.SPEAK} == set()
    assert not any(d.ended for d in decisions)
    assert Move.SPEAK in moves(
        *[opens] * 2, *[perhaps] * 10, *[ENDED] * 4, cfg=FloorConfig.semantic(bystanders="open")
    )


def test_another_who_talks_on_over_us_does_not_take_the_floor() -> None:
    over = [replace(OVER_US, owner=0.61), *[replace(OVER_US, owner=0.36, words=4)] * 30]
    assert Move.YIELD not in moves(*[OURS] * 3, *over)


def test_words_that_are_taken_back_are_not_forgotten() -> None:
    aside = replace(OVER_US, words=5, aside=0.9)
    taken_back = [replace(OVER_US, words=0)] * 30
    assert Move.YIELD not in moves(*[OURS] * 3, *[aside] * 8, *taken_back)


def test_more_words_are_waited_for_while_it_is_not_sure_to_whom_they_are_said() -> None:
    cfg, unsure = FloorConfig(), replace(OVER_US, words=2, aside=0.5)
    assert Move.YIELD not in moves(*[OURS] * 3, *[unsure] * (cfg.yield_frames + 5))
    _, decisions = run(*[OURS] * 3, *[unsure] * 20, replace(OVER_US, words=6, aside=0.1))
    assert decisions[-1].move is Move.YIELD
    assert Move.YIELD in moves(*[OURS] * 3, *[unsure] * (cfg.yield_unsure_frames + 1))


def test_talk_to_somebody_else_over_us_is_waited_for_and_then_we_go_on() -> None:
    aside = replace(OVER_US, words=5, aside=0.9, settled=True)
    over = replace(OURS, words=5, aside=0.9, settled=True)
    _, decisions = run(*[OURS] * 3, *[aside] * 40, *[over] * 4)
    assert Move.YIELD not in {d.move for d in decisions}
    assert decisions[-1] == Decision(Move.SPEAK, "floor is ours")
    assert "said to somebody else" in {d.why for d in decisions}


def test_a_turn_said_to_somebody_else_is_not_answered() -> None:
    state, decisions = run(*[USER] * 10, *[replace(ENDED, aside=0.97)] * 4)
    assert state.phase is Phase.IDLE
    assert "said to somebody else" in {d.why for d in decisions}
    assert Move.SPEAK in moves(*[USER] * 10, *[replace(ENDED, aside=0.8)] * 4)


@pytest.mark.parametrize(
    ("owner", "aside", "answered"), [(0.66, 0.1, True), (0.66, 0.6, False), (0.97, 0.6, True)]
)
def test_a_voice_that_is_not_sure_is_believed_by_what_it_says(
    owner: float, aside: float, answered: bool
) -> None:
    cfg = FloorConfig()
    turn = [replace(USER, owner=owner)] * 10
    ended = [replace(ENDED, aside=aside)] * 4
    assert (Move.SPEAK in moves(*turn, *ended, cfg=cfg)) is answered
    over = [replace(OVER_US, owner=owner, words=5, aside=aside)] * 8
    quiet = [replace(OURS, words=5, aside=aside, settled=True)] * 4
    assert (Move.YIELD in moves(*[OURS] * 3, *over, *quiet, cfg=cfg)) is answered


@given(st.floats(0, 1, exclude_min=True), st.floats(0, 1, exclude_min=True), st.floats(0, 2))
def test_the_more_it_sounds_said_to_others_the_surer_the_voice_must_be(
    a: float, b: float, context: float
) -> None:
    for bystanders in BYSTANDERS:
        cfg = replace(FloorConfig.semantic(bystanders=bystanders), context=context)
        low, high = cfg.evidence_for(min(a, b)), cfg.evidence_for(max(a, b))
        assert 0 <= low <= high <= 1
        assert cfg.evidence_for(0) == cfg.evidence
        assert cfg.evidence_for(cfg.aside_unsure) == pytest.approx(cfg.evidence)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_a_stricter_floor_never_opens_a_turn_that_a_more_open_one_would_not(
    owner: list[float],
) -> None:
    heard = [replace(USER, owner=p) for p in owner]
    opened = [
        Move.LISTEN in moves(*heard, cfg=FloorConfig.semantic(bystanders=name))
        for name in ("strict", "medium", "open")
    ]
    assert opened == sorted(opened)


def test_each_number_is_no_lower_where_the_floor_is_stricter() -> None:
    for field in fields(Bystanders):
        lows = [getattr(BYSTANDERS[name], field.name) for name in ("open", "medium", "strict")]
        assert lows == sorted(lows), field.name


def test_a_sound_without_words_is_let_go() -> None:
    state, decisions = run(*[USER] * 5, *[NOBODY] * 12)
    assert state.phase is Phase.IDLE
    assert decisions[-1].why == "no words: not a turn"


def test_the_last_words_are_waited_for_but_not_for_ever() -> None:
    unsettled = replace(ENDED, settled=False)
    cfg = FloorConfig()
    waited = until(Move.SPEAK, [USER] * 5, unsettled, cfg)
    assert waited == cfg.wait_frames(ENDED.turn_end) + cfg.settle_frames


def test_a_recogniser_that_is_behind_does_not_cost_the_user_the_turn() -> None:
    behind = Percept(transcribing=True)
    state, decisions = run(*[USER] * 10, *[behind] * 60, ENDED)
    assert decisions[-1].move is Move.SPEAK
    assert state.phase is Phase.OURS
    assert run(*[USER] * 10, *[behind] * 130)[0].phase is Phase.IDLE


def test_a_recogniser_that_is_behind_does_not_cost_the_user_an_interruption() -> None:
    before = [*[USER] * 5, *[ENDED] * 2, *[OURS] * 10]
    behind, known = replace(OURS, transcribing=True), replace(OURS, words=2, backchannel=0.02)
    assert run(*before, *[OVER_US] * 6, *[behind] * 30, known)[0].phase is Phase.USER
    assert run(*before, *[OVER_US] * 6, *[behind] * 40)[0].phase is Phase.OURS
    another = [OVER_US, *[replace(OVER_US, owner=0.4)] * 8]
    assert run(*before, *another, *[behind] * 10)[0].phase is Phase.OURS


def test_our_own_echo_never_ducks_us() -> None:
    echo = replace(OURS, speech=0.95, echo=0.9, owner=0.1)
    state, decisions = run(*[USER] * 5, *[ENDED] * 2, *[echo] * 50)
    assert state.phase is Phase.OURS
    assert decisions[-1].why == "our own echo"


def test_speech_over_us_ducks_at_once_and_yields_by_its_length() -> None:
    before = [*[USER] * 5, *[ENDED] * 2, *[OURS] * 10]
    assert until(Move.DUCK, before, OVER_US, FloorConfig()) == 1
    assert until(Move.YIELD, before, OVER_US, FloorConfig()) == FloorConfig().yield_frames


def test_words_that_mean_stop_yield_sooner_than_length() -> None:
    before = [*[USER] * 5, *[ENDED] * 2, *[OURS] * 10, *[OVER_US] * 3]
    real = replace(OVER_US, words=2, backchannel=0.02)
    assert until(Move.YIELD, before, real, FloorConfig()) == 1


def test_an_uh_huh_brings_us_back_up() -> None:
    nod = replace(OURS, words=1, backchannel=0.95, settled=True)
    made = moves(*[USER] * 5, *[ENDED] * 2, *[OURS] * 10, *[OVER_US] * 4, *[nod] * 4)
    assert Move.YIELD not in made
    assert made[-1] is Move.SPEAK


def test_before_we_are_heard_speech_takes_the_floor_back_but_no_single_frame() -> None:
    silent = replace(OVER_US, audible=False)
    assert moves(*[USER] * 5, *[ENDED] * 2, silent)[-1] is Move.SPEAK
    assert moves(*[USER] * 5, *[ENDED] * 2, silent, silent)[-1] is Move.YIELD


def test_in_manual_mode_nothing_but_the_client_moves_the_floor() -> None:
    made = moves(*[USER] * 5, *[ENDED] * 50, cfg=FloorConfig(mode="manual"))
    assert Move.SPEAK not in made


def test_without_leave_to_interrupt_we_speak_on() -> None:
    cfg = FloorConfig(interruptible=False)
    assert Move.DUCK not in moves(*[USER] * 5, *[ENDED] * 2, *[OVER_US] * 30, cfg=cfg)


@given(st.floats(0, 1))
def test_a_more_eager_floor_never_waits_longer(turn_end: float) -> None:
    waits = [FloorConfig.semantic(e).wait_frames(turn_end) for e in ("low", "medium", "high")]
    assert waits == sorted(waits, reverse=True)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=2))
def test_a_turn_that_sounds_more_over_is_never_waited_for_longer(
    ends: list[tuple[float, float]],
) -> None:
    (a, _), (b, _) = sorted(ends)
    for name in EAGERNESS:
        cfg = FloorConfig.semantic(name)
        assert cfg.wait_frames(b) <= cfg.wait_frames(a)


PROBABILITY = st.floats(0, 1)
PERCEPTS = st.builds(
    Percept,
    echo=PROBABILITY,
    speech=PROBABILITY,
    owner=PROBABILITY,
    turn_end=PROBABILITY,
    unfinished=PROBABILITY,
    backchannel=PROBABILITY,
    words=st.integers(0, 9),
    settled=st.booleans(),
    transcribing=st.booleans(),
    answering=st.booleans(),
    audible=st.booleans(),
)


@given(st.lists(PERCEPTS, max_size=120))
def test_whatever_is_heard_every_frame_gets_one_explained_move(percepts: list[Percept]) -> None:
    state, decisions = run(*percepts)
    assert all(d.why for d in decisions)
    assert state.quiet >= 0 <= state.spoke


@given(st.lists(PERCEPTS, max_size=60))
def test_after_enough_silence_the_floor_is_always_idle(percepts: list[Percept]) -> None:
    cfg = FloorConfig(answers=False)
    state, _ = run(*percepts, *[NOBODY] * 80, cfg=cfg)
    assert state.phase is Phase.IDLE


@pytest.mark.parametrize(
    "bad",
    [
        {"present_idle": 0.0},
        {"present_speaking": 1.5},
        {"onset_frames": 0},
        {"patience": ((0.5, 3),)},
        {"patience": ()},
    ],
)
def test_a_setting_that_can_not_work_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="floor"):
        FloorConfig(**bad)  # type: ignore[arg-type]


def test_an_unknown_eagerness_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="low, medium, high"):
        FloorConfig.semantic("very")
