"""Where requests go."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mind.router.house import CLAUDE, EASY, HARD, HERE, HOUSE, SMALL, TINY, ask
from vivavoce.core import Message, Refused
from vivavoce.mind import Ask, Route, Voting
from vivavoce.mind.character import CHARACTER
from vivavoce.mind.router import Beliefs, Chooser, RouterConfig
from vivavoce.models import Card, Usage

ROUTER = Chooser()


def went(request: Ask, cards: dict[str, Card] = HOUSE, last: str = "") -> Route:
    """Where it went."""
    return ROUTER.route(request, cards, Route(last, "") if last else None)


def test_stop_needs_no_model() -> None:
    assert went(ask("Stop!", spoken=True)).model == "none"
    assert went(ask("louder, please")).model == "none"


def test_stop_with_tools_or_written_in_a_conversation_means_something_else() -> None:
    assert went(ask("louder", tools=True)).model != "none"
    before = (Message("user", "Sort this."), Message("assistant", "Here is bubble sort."))
    assert went(ask("faster", before=before)).model != "none"
    assert went(ask("faster", before=before, spoken=True)).model == "none"


def test_a_program_that_sends_a_command_as_its_text_gets_an_answer() -> None:
    for word in ("louder", "cancel"):
        under = (Message("system", "Translate into French."),)
        assert went(ask(word, before=under)).model != "none"
        assert went(ask(word, before=(Message("system", CHARACTER),))).model == "none"


def test_what_is_private_stays_here_for_the_rest_of_the_conversation() -> None:
    said = Message("user", "Keep this private: I lost my job.")
    first = went(ask(said.text))
    assert (first.model, first.stays_here) == ("small", True)
    before = (said, Message("assistant", "I am sorry."))
    assert went(ask(HARD, before=before)).model == "small"
    shortened = ROUTER.route(ask(HARD), HOUSE, first)
    assert (shortened.model, shortened.stays_here) == ("small", True)
    assert went(ask(HARD, before=(Message("user", "Hello"), Message("assistant", "Hi")))).model == (
        "claude-sonnet"
    )


def test_an_easy_question_goes_to_a_smaller_model_than_a_hard_one() -> None:
    cards = {"tiny": TINY, "claude-sonnet": replace(CLAUDE, usd_in=100, usd_out=300)}
    assert went(ask(EASY), cards).model == "tiny"
    assert went(ask(HARD), cards).model == "claude-sonnet"


def test_every_candidate_has_a_score_and_everyone_else_a_reason() -> None:
    route = went(ask(HARD, stays_here=True))
    assert {name.split(" ")[0] for name in route.scores} == {"tiny", "small"}
    assert set(route.refused) == {"claude-sonnet"}
    assert route.why


def test_nobody_left_says_why() -> None:
    with pytest.raises(Refused, match="images"):
        went(ask("What is this?", image=True), HERE)
    with pytest.raises(Refused, match="there is none"):
        went(ask("Hello"), {})


def test_thinking_that_nobody_asked_for_stays_within_the_limit_of_both() -> None:
    limited = ask("Think hard: what is 17 * 23?")
    for total, most in ((50, 25), (3_000, 1_024)):
        request = replace(limited.request, total_tokens=total)
        route = went(replace(limited, request=request), {"small": SMALL})
        assert (route.thinking, route.chains) == (most, 1)


def test_a_minute_of_thinking_is_as_many_tokens_as_the_model_writes_in_it() -> None:
    route = went(ask("Think about it for a minute"), {"small": SMALL})
    assert route.thinking == 60 * 15
    assert "60 s" in route.why


def test_thinking_that_was_asked_for_fits_the_context() -> None:
    route = went(ask("Think about it for two hours"), {"small": SMALL})
    assert 0 < route.thinking < SMALL.context_tokens - 256


def test_think_hard_thinks_and_quickly_does_not() -> None:
    assert went(ask("Think hard about this: is 391 prime?"), HERE).thinking >= 1024
    quick = went(ask(f"Quickly: {HARD}"), HERE)
    assert (quick.thinking, quick.chains) == (0, 1)


def test_what_everybody_knows_is_not_thought_about_unasked() -> None:
    patient, house = Chooser(cfg=RouterConfig(second_usd=1e-6)), {"small": SMALL}
    for known in ("How do you say good night in German?", "Why is the sky blue?"):
        assert patient.route(ask(known), house, None).thinking == 0
        assert went(ask(f"Think hard: {known}"), house).thinking >= 1024
        weak, doubtful = {"small": replace(SMALL, quality=0.4)}, Usage(confidence=0.1)
        assert ROUTER.escalate(ask(known), Route("small", ""), doubtful, weak) is None
    for worked_out in (HARD, "What is 37 times 43?", "Prove that there is no largest prime."):
        assert patient.route(ask(worked_out), house, None).thinking > 0


def test_a_budget_of_the_request_is_kept() -> None:
    assert went(ask(HARD, thinking=77)).thinking == 77
    assert went(ask(f"Think hard about it. {HARD}", thinking=0)).thinking == 0


def test_a_vote_of_the_request_is_kept() -> None:
    assert went(ask(HARD, voting=Voting(9)), HERE).chains == 9


def test_the_user_picks_the_model() -> None:
    assert went(ask("Ask Claude what a leap year is"), last="tiny").model == "claude-sonnet"
    assert went(ask("Use the big model: what is 2 + 2?")).model == "claude-sonnet"
    assert went(ask("Use the small model: what is 2 + 2?"), last="small").model == "tiny"
    assert went(ask("Use the local model. " + HARD)).model in HERE
    assert went(ask(HARD, model="tiny")).model == "tiny"


@given(st.sampled_from(sorted(HOUSE)), st.sampled_from([EASY, HARD, "Hello", "And why?"]))
def test_a_conversation_moves_only_upward(last: str, text: str) -> None:
    assert HOUSE[went(ask(text), last=last).model].quality >= HOUSE[last].quality


def test_a_conversation_does_not_move_for_next_to_nothing() -> None:
    alike = {
        "a": replace(SMALL, name="a", quality=0.6),
        "b": replace(SMALL, name="b", quality=0.61),
    }
    assert went(ask("And why?"), alike, last="a").model == "a"


def test_a_conversation_goes_on_elsewhere_when_its_model_may_not_answer() -> None:
    assert went(ask("My password is 1234", stays_here=True), last="claude-sonnet").model in HERE


def test_who_speaks_does_not_wait_for_thinking_that_nobody_asked_for() -> None:
    assert went(ask(HARD, spoken=True), HERE).thinking == 0


def test_a_deadline_takes_whoever_is_in_time() -> None:
    slow = {"slow": replace(SMALL, name="slow", read_tokens_s=5, quality=0.95), "tiny": TINY}
    assert went(ask(HARD), slow).model == "slow"
    assert went(ask(HARD, deadline_s=2.0), slow).model == "tiny"


def test_what_the_owner_met_changes_where_it_goes() -> None:
    cards = {"a": replace(SMALL, name="a"), "b": replace(SMALL, name="b", quality=0.59)}
    assert went(ask(HARD), cards).model == "a"
    beliefs = Beliefs()
    for bucket in ("easy", "fair", "hard"):
        for _ in range(20):
            beliefs = beliefs.saw("a", bucket, "corrected")
    assert Chooser(beliefs).route(ask(HARD), cards, None).model == "b"


def test_a_doubtful_answer_climbs_and_a_sure_one_stands() -> None:
    request = ask(HARD)
    first = Route("tiny", "")
    assert ROUTER.escalate(request, first, Usage(confidence=0.95), HOUSE) is None
    assert ROUTER.escalate(request, first, Usage(), HOUSE) is None
    up = ROUTER.escalate(request, first, Usage(confidence=0.3), HOUSE)
    assert up is not None
    assert HOUSE[up.model].quality > TINY.quality
    assert "30%" in up.why


def test_doubt_at_the_top_thinks_longer_until_there_is_no_longer() -> None:
    request, route, seen = ask(HARD, stays_here=True), Route("tiny", ""), []
    sure = RouterConfig(sure_right=0.999, climb_gain=0.0)
    while (up := Chooser(cfg=sure).escalate(request, route, Usage(confidence=0.1), HOUSE)) and len(
        seen
    ) < 20:
        seen.append((up.model, up.thinking))
        route = up
    assert seen[0][0] == "small"
    assert [t for _, t in seen] == sorted({t for _, t in seen})
    assert seen[-1] == ("small", 4096)


def test_doubt_does_not_change_what_the_user_has_set() -> None:
    doubt = Usage(confidence=0.1)
    fixed = ask(HARD, model="small", thinking=64)
    assert ROUTER.escalate(fixed, Route("small", "", 64), doubt, HOUSE) is None
    assert ROUTER.escalate(ask(f"Quickly: {HARD}"), Route("tiny", ""), doubt, HOUSE) is None
    up = ROUTER.escalate(ask(HARD, stays_here=True), Route("tiny", ""), doubt, HOUSE)
    assert up is not None
    assert up.model == "small"


@given(st.text(max_size=200), st.booleans(), st.one_of(st.none(), st.floats(0, 10)))
def test_every_request_goes_somewhere(text: str, spoken: bool, deadline_s: float | None) -> None:
    route = went(ask(text, spoken=spoken, deadline_s=deadline_s))
    assert route.model in {*HOUSE, "none"}
    assert route.thinking >= 0


def test_doubt_does_not_climb_for_next_to_nothing() -> None:
    deep = Route("small", "", 8192)
    assert ROUTER.escalate(ask(HARD), deep, Usage(confidence=0.1), {"small": SMALL}) is None
    alike = {"a": replace(SMALL, name="a"), "b": replace(SMALL, name="b", quality=0.61)}
    assert (
        ROUTER.escalate(ask(HARD, thinking=0), Route("a", ""), Usage(confidence=0.1), alike) is None
    )
