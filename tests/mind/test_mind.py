"""Which model answers, and what happens when it can't."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import anyio
import pytest

from vivavoce.core import (
    OWNER,
    UNKNOWN,
    Broken,
    Budget,
    Call,
    Message,
    Refused,
    Retry,
    Speaker,
    Unable,
)
from vivavoce.mind import Ask, Outcome, Route, Told, Vote, Voting
from vivavoce.mind.mind import Mind
from vivavoce.models import Card, LanguageModel, Piece, Request, Text, Thinking, Usage

QUESTION = Request((Message("user", "What is two and two?"),))
AND_THREE = replace(
    QUESTION, messages=(*QUESTION.messages, Message("user", "And three?")), conversation=5
)


@dataclass
class Says:
    """A model that writes given pieces, or fails."""

    card: Card
    pieces: tuple[Piece, ...] = (Text("four"),)
    error: Exception | None = None
    confidence: float | None = None
    slow_s: float = 0.0
    usage: Usage = field(default_factory=Usage)
    asked: list[Request] = field(default_factory=list)
    closed: int = 0

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        self.asked.append(request)
        try:
            await anyio.sleep(self.slow_s)
            for piece in self.pieces:
                yield piece
            if self.error is not None:
                raise self.error
            sure = self.confidence if request.confidence else None
            yield replace(self.usage, model=self.card.name, confidence=sure)
        finally:
            self.closed += 1

    async def count(self, request: Request) -> int:
        return sum(len(m.text.split()) for m in request.messages)


class InOrder:
    """A router that takes the first model there is; up to the next when unsure."""

    def __init__(self, **route: object) -> None:
        self.route_more = route
        self.lasts: list[Route | None] = []
        self.paces: list[tuple[str, tuple[int, float], tuple[int, float]]] = []
        self.follow_ups: list[tuple[str, str]] = []

    def took(self, card: Card, read: tuple[int, float], wrote: tuple[int, float]) -> None:
        self.paces.append((card.name, read, wrote))

    def keep(self) -> None:
        pass

    def followed(self, asked: str, route: Route, then: Ask) -> None:
        self.follow_ups.append((asked, then.request.messages[-1].text))

    def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
        self.lasts.append(last)
        if ask.model != "auto":
            return Route(ask.model, "asked for")
        if not cards:
            raise Refused("no model is left")
        return replace(Route(next(iter(cards)), "first"), **self.route_more)  # type: ignore[arg-type]

    def escalate(
        self, ask: Ask, route: Route, usage: Usage, cards: Mapping[str, Card]
    ) -> Route | None:
        names = list(cards)
        above = names[names.index(route.model) + 1 :] if route.model in names else []
        unsure = usage.confidence is not None and usage.confidence < 0.5
        return Route(above[0], "unsure") if unsure and above else None


async def first_two(
    models: Sequence[LanguageModel], request: Request, voting: Voting
) -> AsyncIterator[Piece | Vote]:
    yield Vote(voting.chains)
    for model in models:
        async for piece in model.stream(request):
            yield piece


def small(**more: object) -> Says:
    return Says(Card("small", 1000), **more)  # type: ignore[arg-type]


def large(**more: object) -> Says:
    return Says(Card("large", 1000), **({"pieces": (Text("4"),)} | more))  # type: ignore[arg-type]


def mind(*models: Says, **route: object) -> Mind:
    return Mind({m.card.name: m for m in models}, InOrder(**route), first_two)


def tell(house: Mind, ask: Ask) -> list[Told]:
    async def run() -> list[Told]:
        return [item async for item in house.stream(ask)]

    return anyio.run(run)


def text(told: list[Told]) -> str:
    return "".join(item.text for item in told if isinstance(item, Text))


def outcome(told: list[Told]) -> Outcome:
    assert isinstance(told[-1], Outcome)
    return told[-1]


def test_the_answer_comes_with_who_wrote_it_and_why() -> None:
    told = tell(mind(small(), large()), Ask(QUESTION))
    assert text(told) == "four"
    assert outcome(told).usage.model == "small"
    assert outcome(told).route == Route("small", "first")


def test_a_model_that_fails_before_a_word_is_replaced_by_the_next() -> None:
    broken = small(pieces=(), error=Retry("overloaded"))
    told = tell(mind(broken, large()), Ask(QUESTION))
    assert text(told) == "4"
    assert outcome(told).route == Route("large", "first", fell_from=("small",))


def test_a_model_that_fails_halfway_is_not_replaced_behind_the_users_back() -> None:
    house = mind(small(error=Retry("gone")), large())
    with pytest.raises(Broken, match="small broke off"):
        tell(house, Ask(QUESTION))


def test_when_all_models_fail_the_last_error_is_told() -> None:
    house = mind(small(pieces=(), error=Retry("a")), large(pieces=(), error=Retry("b")))
    with pytest.raises(Retry, match="b"):
        tell(house, Ask(QUESTION))


def test_a_model_that_was_asked_for_by_name_is_not_replaced() -> None:
    house = mind(small(pieces=(), error=Retry("overloaded")), large())
    with pytest.raises(Retry, match="overloaded"):
        tell(house, Ask(QUESTION, model="small"))


def test_an_unsure_answer_is_thrown_away_and_asked_of_a_better_model() -> None:
    unsure = replace(small(confidence=0.2), card=Card("small", 1000, confidences=True))
    told = tell(mind(unsure, large()), Ask(QUESTION))
    assert text(told) == "4"
    assert outcome(told).usage.model == "large"


def test_a_sure_answer_stands_though_it_was_held_back() -> None:
    sure = replace(small(confidence=0.9), card=Card("small", 1000, confidences=True))
    told = tell(mind(sure, large()), Ask(QUESTION))
    assert text(told) == "four"


def test_a_spoken_answer_is_never_held_back() -> None:
    unsure = replace(small(confidence=0.2), card=Card("small", 1000, confidences=True))
    assert text(tell(mind(unsure, large()), Ask(QUESTION, spoken=True))) == "four"


def test_a_conversation_is_routed_from_where_it_was() -> None:
    house = mind(small())
    tell(house, Ask(replace(QUESTION, conversation=5)))
    tell(house, Ask(AND_THREE))
    assert house._router.follow_ups == [("What is two and two?", "And three?")]  # type: ignore[attr-defined]
    assert house._router.lasts == [None, Route("small", "first")]  # type: ignore[attr-defined]


def test_an_answer_that_is_closed_and_gone_on_with_is_one_of_the_conversation() -> None:
    """As a voice does while a clause is made into sound."""
    house = mind(small(pieces=(Text("four"), Text(" of them"))))
    ask = Ask(replace(QUESTION, conversation=5))

    async def part() -> None:
        async with aclosing(house.stream(ask)) as told:  # type: ignore[type-var]
            await anext(told)

    anyio.run(part)
    tell(house, Ask(replace(ask.request, begun="four")))
    tell(house, Ask(AND_THREE))
    assert house._router.follow_ups == [("What is two and two?", "And three?")]  # type: ignore[attr-defined]
    assert house._router.lasts[-1] == Route("small", "first")  # type: ignore[attr-defined]


def test_a_tools_result_or_a_draft_begun_anew_is_no_word_of_the_users() -> None:
    house = mind(small())
    ask = Ask(replace(QUESTION, conversation=5))
    call = Call("1", "add", "{}")
    step = (Message("assistant", "", calls=(call,)), Message("tool", "4", call_id="1"))
    tell(house, ask)
    tell(house, ask)
    tell(house, Ask(replace(ask.request, messages=(*QUESTION.messages, *step))))
    assert house._router.follow_ups == []  # type: ignore[attr-defined]


def test_a_client_that_begins_the_answer_of_another_model_gets_that_one() -> None:
    house = mind(small(), large())
    tell(house, Ask(replace(QUESTION, conversation=5)))
    told = tell(house, Ask(replace(QUESTION, conversation=5, begun="Sure"), model="large"))
    assert text(told) == "4"


@pytest.mark.parametrize("error", [Unable("the key is refused"), Broken("gone while it thought")])
def test_a_model_that_cannot_is_replaced_while_nothing_was_shown(error: Exception) -> None:
    card = Card("small", 1000, confidences=True)
    house = mind(Says(card, pieces=(Thinking("hm"),), error=error), large())
    told = tell(house, Ask(QUESTION))
    assert text(told) == "4"
    assert outcome(told).route.fell_from == ("small",)  # type: ignore[union-attr]
    with pytest.raises(type(error)):
        tell(house, Ask(QUESTION, model="small"))


def away(**more: object) -> Says:
    return Says(Card("away", 1000, place="example.org"), **more)  # type: ignore[arg-type]


class Wary(InOrder):
    """Sends nothing out for strangers."""

    def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
        may = {n: c for n, c in cards.items() if c.here or ask.speaker.rank == "owner"}
        if ask.model not in ("auto", *may):
            raise Refused("not for strangers")
        return super().route(ask, may, last)


@pytest.mark.parametrize(("speaker", "model"), [(OWNER, "away"), (UNKNOWN, "small")])
def test_a_draft_is_sent_out_only_when_it_is_known_whose_it_is(
    speaker: Speaker, model: str
) -> None:
    there, looks = away(), 0

    def settled() -> Speaker | None:
        nonlocal looks
        looks += 1
        assert there.asked == []
        return speaker if looks > 3 else None

    models = {"away": there, "small": small()}
    told = tell(Mind(models, Wary(), first_two), Ask(QUESTION, spoken=True, settled=settled))
    assert outcome(told).route.model == model  # type: ignore[union-attr]
    assert looks == 4


def test_a_voice_waits_for_nobody_elsewhere_who_says_nothing(monkeypatch) -> None:
    monkeypatch.setattr("vivavoce.mind.mind.SILENT_S", 0.05)
    told = tell(mind(away(slow_s=0.5), small()), Ask(QUESTION, spoken=True))
    assert text(told) == "four"
    alone = tell(mind(away(slow_s=0.2)), Ask(QUESTION, spoken=True))
    assert text(alone) == "four", "there is nobody else"
    thinks = Ask(replace(QUESTION, thinking=Budget(64)), spoken=True)
    assert outcome(tell(mind(away(slow_s=0.2), small()), thinks)).route.model == "away"  # type: ignore[union-attr]


def test_a_server_that_thinks_unasked_is_told_not_to() -> None:
    there = Says(Card("away", 1000, place="example.org", thinks=True))
    tell(mind(there), Ask(QUESTION))
    assert there.asked[0].thinking == Budget(0)


def test_tokens_are_counted_of_what_nobody_can_answer_too() -> None:
    class Nobody(InOrder):
        def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
            raise Refused("too long")

    house = Mind({"small": small(), "large": large()}, Nobody(), first_two)
    assert anyio.run(house.count, Ask(QUESTION)) == 5
    assert anyio.run(house.count, Ask(QUESTION, model="small")) == 5


def test_the_router_is_told_how_fast_a_model_was_but_not_how_fast_it_was_loaded() -> None:
    house = mind(
        small(
            pieces=(Text("four "),) * 6,
            usage=Usage(tokens_in=90, tokens_cached=10, tokens_out=21),
        )
    )
    tell(house, Ask(QUESTION))
    tell(house, Ask(QUESTION))
    cold, warm = house._router.paces  # type: ignore[attr-defined]
    assert (cold[0], cold[1][0], cold[2][0]) == ("small", 0, 20)
    assert (warm[1][0], warm[2][0]) == (80, 20)
    assert 0 <= warm[1][1] < 1


def test_the_routers_budget_is_the_models_unless_the_client_gave_one() -> None:
    model = small()
    house = mind(model, thinking=64)
    tell(house, Ask(QUESTION))
    tell(house, Ask(replace(QUESTION, thinking=Budget(7))))
    assert [r.thinking for r in model.asked] == [Budget(64), Budget(7)]


def test_thinking_is_taken_off_the_answer_where_they_share_a_limit() -> None:
    model = small()
    tell(mind(model, thinking=25), Ask(replace(QUESTION, max_tokens=50, total_tokens=50)))
    assert model.asked[0].max_tokens == 25


def test_a_vote_is_watched_and_told_in_the_end() -> None:
    told = tell(mind(small()), Ask(QUESTION, voting=Voting(5)))
    assert Vote(5) in told
    assert outcome(told).vote == Vote(5)


def test_models_vote_along_that_may_answer() -> None:
    along = Voting(5, voters=("large",))
    assert text(tell(mind(small(), large()), Ask(QUESTION, voting=along))) == "four4"
    with pytest.raises(Refused, match="claude"):
        tell(mind(small()), Ask(QUESTION, voting=Voting(5, voters=("claude",))))
    out = Ask(QUESTION, voting=Voting(5, voters=("away",)), speaker=UNKNOWN)
    with pytest.raises(Refused, match="strangers"):
        tell(Mind({"small": small(), "away": away()}, Wary(), first_two), out)


def test_a_model_that_says_nothing_in_time_is_replaced() -> None:
    told = tell(mind(small(slow_s=5), large()), Ask(replace(QUESTION, deadline_s=0.05)))
    assert text(told) == "4"
    assert outcome(told).route.fell_from == ("small",)  # type: ignore[union-attr]


def test_thinking_is_passed_on_apart_from_the_answer() -> None:
    told = tell(mind(small(pieces=(Thinking("hm"), Text("four")))), Ask(QUESTION))
    assert [type(item) for item in told] == [Thinking, Text, Outcome]


def test_closing_the_stream_closes_the_models() -> None:
    model = small()

    async def run() -> None:
        stream = mind(model).stream(Ask(QUESTION))
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]

    anyio.run(run)
    assert model.closed == 1


def test_a_history_too_long_is_shortened_and_that_is_said() -> None:
    model = replace(small(), card=Card("small", 400))
    chat = tuple(Message("user", "blah " * 60) for _ in range(8))
    request = Request((*chat, QUESTION.messages[-1]), max_tokens=100)
    told = tell(mind(model), Ask(request))
    assert outcome(told).shortened > 0
    assert model.asked[0].messages[-1] == QUESTION.messages[-1]


def test_reading_ahead_sends_nothing_away() -> None:
    away = Says(Card("away", 1000, place="example.org"))
    told = tell(mind(away), Ask(replace(QUESTION, read_only=True)))
    assert away.asked == []
    assert isinstance(told[-1], Outcome)


def test_before_a_word_was_said_the_instructions_are_read_by_the_model_of_this_machine() -> None:
    class Silent(InOrder):
        def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
            return Route("none", "there is nothing to answer")

    model = small()
    house = Mind({"small": model}, Silent(), first_two)
    tell(house, Ask(Request((Message("system", "Be brief."),), read_only=True, conversation=3)))
    assert len(model.asked) == 1
