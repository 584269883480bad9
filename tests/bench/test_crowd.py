"""Heard in a crowd: what is counted, of whom, and on which sound."""

import json
from dataclasses import replace

import anyio
import numpy as np
import pytest

from bench import cafe_compare
from bench.crowd import bystanders, curve, who
from bench.crowd.loop import GRAIN_S, Lecturer, Plan, Went, converse
from bench.crowd.material import Said, bed, everything_said, interruptions
from bench.crowd.numbers import per_hour, share
from bench.material import Clip, clips
from bench.peers.strategies import Turn, paired
from bench.stats import spread
from tests.fakes import FakeEars, parts, silence, speech
from vivavoce.core import FRAME_S, IN_FRAME, IN_RATE, Pcm
from vivavoce.ears import Sensed
from vivavoce.models import Request
from vivavoce.scenes import Corpus, Scene, Split, speaker
from vivavoce.session import SessionConfig

NOTHING = np.zeros(0, np.float32)


def went(**changes: object) -> Went:
    """Three seconds in which we spoke throughout and nobody was obeyed."""
    plain = Went(3.0, [], [], 0, np.ones(300, np.bool_), NOTHING, [])
    return replace(plain, **changes)  # type: ignore[arg-type]


def said(start_s: float, end_s: float) -> Said:
    clip = clips("phrases", "interruption")[0]
    return Said(NOTHING, NOTHING, clip, start_s, end_s, 10.0)


def talk(pcm: Pcm, plan: Plan, *, model: bool = True) -> Went:
    house = parts(Lecturer() if model else None)  # type: ignore[arg-type]
    return anyio.run(lambda: converse(pcm, house, SessionConfig(max_tokens=60), plan))


def test_we_keep_talking_while_nobody_speaks():
    told = talk(silence(12.0), Plan(keep_talking=True))
    assert told.cuts == []
    assert told.turns == []
    assert told.sounding_s > 9
    assert told.seconds == pytest.approx(12.0)


def test_an_answer_that_is_asked_for_begins_then_and_is_cut_by_who_speaks_over_it():
    pcm = np.concatenate([silence(3.0), speech("stop that now please"), silence(3.0)])
    told = talk(pcm, Plan(speak_at_s=(1.0,)))
    assert not told.sounding[: round(1.0 / GRAIN_S)].any()
    assert told.sounds_at(3.0)
    assert len(told.cuts) == 1
    assert 3.0 < told.cuts[0] < 4.5
    assert 0 < told.silent_after(3.0, told.cuts[0]) < 0.6
    assert told.ducks >= 1


def test_without_a_model_a_turn_of_anybody_is_counted_with_its_words():
    pcm = np.concatenate([silence(1.0), speech("one two three."), silence(3.0)])
    told = talk(pcm, Plan(), model=False)
    assert [text for _, text in told.turns] == ["one two three."]
    assert 1.9 < told.turns[0][0] < 4
    assert not told.sounding.any()


class Echoes(FakeEars):
    """Keeps what comes back."""

    def __init__(self) -> None:
        self.heard: list[float] = []

    def hear(self, mic: Pcm, played: Pcm) -> Sensed:
        self.heard.append(float(np.abs(mic).max()))
        return Sensed(mic, 0.0, 0.0, 0.0)


def test_our_own_voice_comes_back_later_and_weaker():
    path = np.zeros(3200, np.float32)
    path[-1] = 0.1
    ears = Echoes()
    house = parts(Lecturer(), ears=lambda: ears)  # type: ignore[arg-type]
    plan = Plan(speak_at_s=(0.0,), echo=path)
    told = anyio.run(lambda: converse(silence(3.0), house, SessionConfig(max_tokens=60), plan))
    first = int(np.argmax(told.sounding)) * GRAIN_S
    back = next(n for n, peak in enumerate(ears.heard) if peak > 0.01) * FRAME_S
    assert 0.1 < back - first < 0.4
    assert max(ears.heard) == pytest.approx(0.03, rel=0.2)


def test_a_lecture_goes_on_where_it_was_broken_off():
    async def words(begun: str, n: int) -> str:
        request = Request((), max_tokens=n, begun=begun)
        return begun + "".join(
            [d.text async for d in Lecturer().stream(request) if hasattr(d, "text")]
        )

    whole = anyio.run(words, "", 20)
    assert anyio.run(words, " ".join(whole.split()[:7]), 20) == whole


def test_who_cuts_in_is_obeyed_when_we_fall_silent_and_give_up_the_answer():
    quiet = np.ones(300, np.bool_)
    quiet[130:] = False
    obeyed = went(cuts=[1.5], sounding=quiet)
    late = went(cuts=[2.95])
    told = bystanders.interrupted([obeyed, went(), late], [said(1.0, 1.4)] * 3)
    assert (told["n"], told["share"]) == (3, pytest.approx(1 / 3, abs=0.001))
    assert told["stop"]["p50_ms"] == 300


def test_who_cuts_in_while_bystanders_had_silenced_us_is_counted_apart():
    silenced = went(sounding=np.zeros(300, np.bool_), cuts=[0.4])
    told = bystanders.interrupted([silenced], [said(1.0, 1.4)])
    assert (told["n"], told["not_speaking"], told["share"]) == (0, 1, None)
    assert bystanders.through([silenced], [said(1.0, 1.4)])["n"] == 0


def test_a_question_is_answered_after_its_end_and_soon():
    good, early, late = [[(t, "words")] for t in (1.9, 1.2, 3.9)]
    told = bystanders.answered([went(turns=t) for t in (good, early, late, [])], [said(1, 1.5)] * 4)
    assert (told["n"], told["share"], told["early"]) == (4, 0.25, 1)
    assert told["delay"]["p50_ms"] == 400


def test_what_is_not_for_us_is_talked_through_unless_the_answer_is_given_up():
    told = bystanders.through([went(), went(cuts=[1.8]), went(cuts=[0.2])], [said(1.0, 1.4)] * 3)
    assert (told["n"], told["share"]) == (3, pytest.approx(2 / 3, abs=0.001))


def test_pipecats_events_become_turns_and_turns_what_a_bot_does():
    told = [
        {"t": 1.0, "what": "started"},
        {"t": 1.5, "what": "stopped", "text": "hello"},
        {"t": 2.0, "what": "started"},
    ]
    found = paired(told)
    assert found == [Turn(1.0, 1.5, "hello"), Turn(2.0, None, "")]
    did = bystanders.as_went(silence(3.0), found, speaks=True)
    assert did.cuts == [1.0, 2.0]
    assert did.turns == [(1.5, "hello")]
    assert did.sounding_s == pytest.approx(1.5)
    assert bystanders.as_went(silence(3.0), found, speaks=False).cuts == []


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Four people made of noise, in the simulated rooms of the test split."""
    rng = np.random.default_rng(3)
    people = []
    for n in range(4):
        loud = np.repeat(rng.uniform(0.02, 0.3, 100), IN_FRAME)
        pcm = (loud * rng.standard_normal(len(loud))).astype(np.float32)
        people.append(speaker(f"p{n}", "F" if n % 2 else "M", pcm))
    return Corpus(tmp_path_factory.mktemp("data"), Split.TEST, extra=tuple(people))


def test_a_longer_bed_begins_with_the_shorter_one_and_somebody_speaks_in_it(crowd: Corpus):
    short, long = bed("tv", 30, crowd), bed("tv", 60, crowd)
    assert len(long.pcm) == 2 * len(short.pcm) == 2 * IN_FRAME * len(short.others)
    assert np.array_equal(long.pcm[: len(short.pcm)], short.pcm)
    assert short.others.mean() > 0.5
    assert not np.array_equal(bed("cafe", 30, crowd).pcm, short.pcm)


def test_the_owner_is_heard_where_it_is_said_and_so_much_louder(crowd: Corpus):
    loud, soft = (
        next(everything_said(["cafe"], interruptions(), (db,), crowd, 1)) for db in (0.0, -40.0)
    )
    at = slice(round(loud.start_s * IN_RATE), round(loud.end_s * IN_RATE))
    before = slice(0, round((loud.start_s - 0.3) * IN_RATE))
    assert np.array_equal(loud.mic[before], soft.mic[before])
    assert np.abs(loud.mic[at]).mean() > 1.2 * np.abs(soft.mic[at]).mean()
    assert len(loud.enrolment) > 10 * IN_RATE
    assert len(loud.mic) / IN_RATE > loud.end_s + 2.5


def test_every_owner_has_an_equal_part_of_a_bed(crowd: Corpus):
    whole = bed("tv", 30, crowd)
    given = bystanders.parted(whole, 24.0)
    assert len(given) >= 4
    assert sum(len(pcm) for pcm, _ in given) == 24 * IN_RATE
    assert max(len(p) for p, _ in given) - min(len(p) for p, _ in given) <= 1


def heard(owner: str, seed: int) -> who.Heard:
    rng = np.random.default_rng(seed)
    truth = rng.random(200) < 0.4
    good = truth + rng.normal(0, 0.3, 200)
    return who.Heard(owner, truth, {"silero": rng.random(200), "ours": good})


def who_found() -> dict[str, object]:
    told = who.summary([heard(f"p{n}", n) for n in range(8)])
    return {"turns": {"line": 0.92, **told}, "far": {"line": 0.0, **told}}


def test_the_interval_holds_the_average_precision_and_the_table_names_the_line():
    row = who_found()["turns"]
    ours, chance = row["systems"]["ours"], row["systems"]["silero"]  # type: ignore[index]
    assert ours["low"] <= ours["ap"] <= ours["high"]
    assert ours["ap"] > 0.9 > 0.55 > chance["ap"]
    shown = who.show(who_found()).splitlines()  # type: ignore[arg-type]
    assert "0.92" in shown[2]
    assert f"{chance['ap']:.3f}" in shown[2]


def row(per: int, obeyed: int) -> dict[str, object]:
    bed_row = {"false_turns": per_hour(per, 1800), "false_barge_ins": per_hour(per, 1800)}
    cut = {**share(obeyed, 20), "not_speaking": 1, "stop": spread([0.2, 0.3])}
    return {
        **dict.fromkeys(bystanders.BEDS, bed_row),
        "interruptions": cut,
        "turns": {**share(obeyed, 20), "early": 0, "delay": spread([])},
        "backchannels": share(5, 6),
        "side_talk": share(0, 0),
        "echo": per_hour(0, 1800),
    }


def test_both_tables_and_both_pictures_show_every_system(tmp_path):
    found = {"ours, default": row(0, 19), "ours, open": row(3, 20), "pipecat": row(120, 4)}
    shown = bystanders.show(found)
    assert "0.0 (0.0-7.4)" in shown
    assert "95% of 20" in shown
    assert "200 / " not in shown  # the medians are 250
    assert shown.count("pipecat") == 2
    drawn = curve.draw({"who": who_found(), "bystanders": found}, tmp_path)
    assert [path.name for path in drawn] == ["who.png", "bystanders.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
    json.dumps(found)


def lines(*moves: str) -> list[dict[str, object]]:
    frames = [{"kind": "frame", "t": n * FRAME_S, "move": m} for n, m in enumerate(moves)]
    end = 20 * FRAME_S
    truth = {"kind": "said", "who": "owner", "start": 10 * FRAME_S, "end": end}
    return [*frames, truth, {"kind": "said", "who": "bystander", "start": 0.1, "end": 0.5}]


def test_a_lane_knows_turns_without_the_owner_from_the_owners():
    told = lines(*["listen"] * 4, *["idle"] * 6, *["listen"] * 10, *["hold"] * 3, *["speak"] * 5)
    lane = cafe_compare.ours(told)
    assert [round(a / FRAME_S) for a, _ in lane.listens] == [0, 10]
    assert [round(t / FRAME_S) for t in lane.answers] == [23]
    found = cafe_compare.disturbed(lane, cafe_compare.owner_spans(told))
    assert found["turns_without_the_owner"] == 1
    assert found["answers_without_the_owner"] == 0
    assert found["owner_answered_within_2_s"] == found["owner_spoke"] == 1


def test_the_lanes_are_drawn(tmp_path):
    told = lines(*["listen"] * 20, *["speak"] * 9, "yield")
    other = cafe_compare.Lane("Pipecat, stock", [(0.2, 1.4)], [1.4])
    cafe_compare.draw(
        told, speech("a b c d e f g"), [other, cafe_compare.ours(told)], tmp_path / "a"
    )
    assert (tmp_path / "a").read_bytes().startswith(b"\x89PNG")


def test_everybodys_wrong_enrolment_is_another_person_of_the_same_sex(crowd: Corpus):
    rng = np.random.default_rng(0)
    for owner in crowd.speakers:
        other = who.stranger(owner, crowd.speakers, rng)
        assert (other.sex, other.name != owner.name) == (owner.sex, True)


def test_scenes_are_the_same_every_time(crowd: Corpus):
    first, again = (next(who.scenes("turns", crowd, 1)) for _ in range(2))
    assert isinstance(first[0], Scene)
    assert np.array_equal(first[0].mic, again[0].mic)
    assert first[0].owner.any()
    assert not np.array_equal(first[1], first[0].enrolment)


def test_the_crowds_clips_have_voices_of_their_own():
    owners = {clip.voice for clip in (*clips("questions"), *clips("phrases"), *clips("passages"))}
    others: list[Clip] = [*clips("crowd", "television"), *clips("crowd", "table")]
    assert len(others) >= 30
    assert not owners & {clip.voice for clip in others}
    assert {clip.voice for clip in interruptions()} <= owners
