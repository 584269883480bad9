"""Votes over chains that are made up."""

from collections.abc import AsyncIterator, Sequence

import anyio
import pytest

from vivavoce.core import Broken, Message, Refused, Retry, VivavoceError
from vivavoce.mind import Vote, Voting
from vivavoce.mind.vote import Polling
from vivavoce.models import Card, Piece, Request, Text, Thinking, Usage

pytestmark = pytest.mark.anyio
ASKED = Request((Message("user", "How many eggs?"),), seed=3)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Chains:
    """Chain i says answers[i] in so many steps of 10 ms, or fails with it."""

    card = Card("chains", context_tokens=4096)

    def __init__(
        self, answers: Sequence[str | VivavoceError], steps: int = 1, sure: Sequence[float] = ()
    ) -> None:
        self.answers, self.steps, self.sure = answers, steps, sure
        self.asked: list[Request] = []
        self.open = self.most = self.cut = 0

    async def count(self, request: Request) -> int:
        return 1

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        number = len(self.asked)
        self.asked.append(request)
        self.open += 1
        self.most = max(self.most, self.open)
        done = False
        try:
            answer = self.answers[number]
            yield Thinking(f"thought {number}")
            if answer == "never":
                await anyio.sleep_forever()
            for _ in range(self.steps + number % 4):
                await anyio.sleep(0.01)
            if isinstance(answer, VivavoceError):
                raise answer
            yield Text(answer)
            sure = self.sure[number] if self.sure else None
            done = True
            yield Usage(7, 0, 10, 4, "stop", confidence=sure, model="chains")
        finally:
            self.open -= 1
            self.cut += not done


async def held(
    model: Chains | tuple[Chains, ...],
    voting: Voting,
    request: Request = ASKED,
    polling: Polling | None = None,
) -> tuple[list[Vote], str, str, Usage]:
    votes, said, thought, usage = [], "", "", Usage()
    models = model if isinstance(model, tuple) else (model,)
    async for item in (polling or Polling())(models, request, voting):
        match item:
            case Vote():
                votes.append(item)
            case Text():
                said += item.text
            case Thinking():
                thought += item.text
            case Usage():
                usage = item
    return votes, said, thought, usage


async def test_most_chains_win_and_each_ballot_is_told() -> None:
    model = Chains(["The answer is 5", "It is 6", "So 5.00", "7", "5 eggs"])
    votes, said, thought, usage = await held(model, Voting(5, "all"))
    assert [len(v.ballots) for v in votes] == [1, 2, 3, 4, 5]
    assert votes[-1].counts == {"5": 3, "6": 1, "7": 1}
    assert votes[-1].stopped == "all"
    assert (said, thought) == ("The answer is 5", "thought 0")
    assert (usage.tokens_in, usage.tokens_out, usage.tokens_thought) == (35, 50, 20)


async def test_chains_have_seeds_of_their_own_and_are_warm() -> None:
    model = Chains(["1"] * 5)
    await held(model, Voting(5, "all"))
    assert len({r.seed for r in model.asked}) == 5
    assert all(r.temperature > 0 for r in model.asked)


async def test_no_more_run_at_once_than_may() -> None:
    model = Chains(["1"] * 9)
    await held(model, Voting(9, "all"), polling=Polling(at_once=2))
    assert model.most == 2


async def test_a_decided_vote_stops_the_rest_and_counts_what_they_wrote() -> None:
    model = Chains(["8"] * 9)
    votes, said, _, usage = await held(model, Voting(9, "decided"), polling=Polling(at_once=2))
    assert votes[-1].stopped == "decided"
    assert len(votes[-1].ballots) == 5
    assert model.open == 0
    assert len(model.asked) < 9
    assert votes[-1].tokens == usage.tokens_out >= 50 + model.cut
    assert said == "8"


async def test_a_failed_chain_is_a_missing_ballot() -> None:
    votes, said, _, _ = await held(Chains([Retry("gone"), "3", "3"]), Voting(3, "all"))
    assert said == "3"
    assert votes[-1].counts == {"3": 2}


async def test_where_all_fail_the_vote_does() -> None:
    with pytest.raises(Refused, match="too long"):
        await held(Chains([Refused("too long")] * 3), Voting(3))
    with pytest.raises(Retry):  # nothing was said, so that another model may answer
        await held(Chains([Broken("half")] * 3), Voting(3))


async def test_at_the_deadline_what_is_in_counts() -> None:
    model = Chains(["4", "never", "never"])
    request = Request(ASKED.messages, deadline_s=1.0)
    votes, said, _, _ = await held(model, Voting(3, "all"), request)
    assert votes[-1].stopped == "deadline"
    assert said == "4"
    assert model.open == 0


async def test_a_deadline_before_the_first_ballot_is_another_models_chance() -> None:
    with pytest.raises(Retry, match="no chain"):
        await held(Chains(["never"] * 3), Voting(3), Request(ASKED.messages, deadline_s=0.03))


async def test_confidence_weighs_where_it_is_wanted() -> None:
    sure = [0.2, 0.2, 0.9]
    _, said, _, _ = await held(Chains(["1", "1", "2"], sure=sure), Voting(3, "all", weighted=True))
    assert said == "2"
    _, said, _, _ = await held(Chains(["1", "1", "2"], sure=sure), Voting(3, "all"))
    assert said == "1"


async def test_the_surest_chain_speaks_for_its_answer() -> None:
    model = Chains(["5", "five: 5", "5!"], sure=[0.2, 0.9, 0.5])
    assert (await held(model, Voting(3, "all")))[1] == "five: 5"


async def test_a_verifier_outvotes_counting() -> None:
    async def right(text: str) -> bool:
        return text == "2"

    polling = Polling(verify=right)
    votes, said, _, _ = await held(Chains(["1", "1", "2", "1", "1"]), Voting(5), polling=polling)
    assert (said, votes[-1].answer, votes[-1].stopped) == ("2", "2", "decided")
    _, said, _, _ = await held(Chains(["1", "3", "3"]), Voting(3, "all"), polling=polling)
    assert said == "3"  # none was right: the count decides


async def test_of_free_texts_the_one_most_like_the_others_is_told() -> None:
    request = Request((Message("user", "Tell me about owls"),))
    texts = ["owls eat mice", "trains run on rails", "owls hunt mice at night in the woods"]
    votes, said, _, _ = await held(Chains(texts), Voting(3, "all"), request)
    assert said in (texts[0], texts[2])
    assert votes[-1].answer == said


async def test_chains_without_an_answer_still_answer() -> None:
    said = (await held(Chains(["none", "none at all", "red"]), Voting(3, "all")))[1]
    assert said


async def test_several_models_take_turns() -> None:
    one, other = Chains(["1"] * 5), Chains(["1"] * 5)
    await held((one, other), Voting(5, "all"))
    assert (len(one.asked), len(other.asked)) == (3, 2)


async def test_closing_the_vote_stops_all_chains() -> None:
    model = Chains(["1", "2", "3", "4"], steps=2)
    pieces = Polling()((model,), ASKED, Voting(4, "all"))
    with anyio.fail_after(5):  # as whoever waits for the first word does
        await anext(pieces)
    await pieces.aclose()  # type: ignore[attr-defined]
    assert model.open == 0
    assert model.cut > 0


class Together(Chains):
    """Shares what it has read."""

    async def chains(self, request: Request, n: int) -> AsyncIterator[tuple[int, Piece]]:
        for i in range(n):
            async for piece in self.stream(request):
                yield i, piece


async def test_a_model_that_shares_the_prompt_is_asked_once_for_all() -> None:
    model = Together(["8", "8", "9", "8", "8"])
    votes, said, thought, _ = await held(model, Voting(5, "decided"))
    assert (said, thought, votes[-1].stopped) == ("8", "thought 0", "decided")
    assert len(votes[-1].ballots) == len(model.asked) == 4


async def test_where_shared_chains_break_off_what_is_in_counts() -> None:
    votes, said, _, _ = await held(Together(["8", "9", Retry("gone")]), Voting(5, "all"))
    assert said == "8"
    assert [b.answer for b in votes[-1].ballots] == ["8", "9", "", "", ""]
