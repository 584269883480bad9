"""Several chains of thought at once; the answer that most of them come to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import cast

import anyio

from vivavoce.core import Broken, Call, ConfigError, Retry, VivavoceError
from vivavoce.mind.ask import MOST_CHAINS, Ballot, Vote, Voting
from vivavoce.mind.vote.answers import Kind, extract, kind_of
from vivavoce.mind.vote.likeness import agreed, likeness
from vivavoce.mind.vote.tally import step
from vivavoce.models import LanguageModel, Piece, Request, Text, Thinking, Usage
from vivavoce.models.model import ManyChains

Verify = Callable[[str], Awaitable[bool]]
"""Says of a chain's answer that it is right: for code, that its tests pass."""
TEMPERATURE = 0.7
"""Where the request has none: chains that can't differ need no vote."""
_SEEDS = 2**31
_CHARACTERS = 4
"""A token has about so many, where a model is stopped before it could tell."""


@dataclass(slots=True)
class Chain:
    """One chain, while it runs and afterwards."""

    number: int
    model: LanguageModel
    pieces: list[Piece] = field(default_factory=list)
    usage: Usage | None = None
    error: VivavoceError | None = None
    proven: bool = False

    def take(self, piece: Piece) -> bool:
        """Keep a piece; true: it was the last."""
        if isinstance(piece, Usage):
            self.usage = piece
        else:
            self.pieces.append(piece)
        return isinstance(piece, Usage)

    @property
    def text(self) -> str:
        """The answer so far, without the thinking; calls as JSON."""
        calls = [
            f"{c.name}({extract(c.arguments, 'json') or c.arguments})"
            for c in self.pieces
            if isinstance(c, Call)
        ]
        said = "".join(piece.text for piece in self.pieces if isinstance(piece, Text))
        return json.dumps(calls) if calls else said

    @property
    def tokens(self) -> int:
        """Written; an estimate as long as it writes."""
        if self.usage and self.usage.tokens_out:
            return self.usage.tokens_out
        texts = [p.text for p in self.pieces if isinstance(p, Text | Thinking) and p.text]
        return max(len(texts), len("".join(texts)) // _CHARACTERS)


class Polling:
    """Holds votes.

    A model that reads a prompt once for many chains decides itself how many run at once."""

    def __init__(
        self,
        at_once: int = 4,
        verify: Verify | None = None,
    ) -> None:
        if at_once < 1:
            raise ConfigError(f"voting.at_once must be at least 1, got {at_once}")
        self._at_once, self._verify = at_once, verify

    async def __call__(
        self, models: Sequence[LanguageModel], request: Request, voting: Voting
    ) -> AsyncIterator[Piece | Vote]:
        """A Vote whenever a ballot comes in, the winning chain's pieces, one Usage of all chains.
        Several models take turns.

        The first error where every chain fails; Retry where none is done by request.deadline_s.
        """
        poll = _Poll(request, voting, models, self._at_once, self._verify)
        votes_in, votes = anyio.create_memory_object_stream[Vote](voting.chains + 1)
        # A task of its own: a scope that is open across a yield would entangle the caller's scopes.
        owner = asyncio.create_task(poll.hold(votes_in.send_nowait))
        owner.add_done_callback(lambda _: votes_in.close())
        try:
            async for vote in votes:
                yield vote
            await owner
            winner = poll.winner()
            for piece in winner.pieces:
                yield piece
            yield poll.usage(winner)
        finally:
            votes.close()
            owner.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.gather(owner, return_exceptions=True)


class _Poll:
    """One vote."""

    def __init__(
        self,
        request: Request,
        voting: Voting,
        models: Sequence[LanguageModel],
        at_once: int,
        verify: Verify | None,
    ) -> None:
        self._request, self._voting, self._verify = request, voting, verify
        self._at_once = min(at_once, voting.chains)
        self._chains = [Chain(i, models[i % len(models)]) for i in range(voting.chains)]
        self._kind = _kind(request)
        self._vote = Vote(voting.chains)

    async def hold(self, tell: Callable[[Vote], None]) -> None:
        """Until it is over; raises where nobody answered."""
        waiting = iter(self._chains)
        shared = self._shared()

        async def done(chain: Chain) -> None:
            await self._count(chain, tell)
            if self._vote.stopped:
                tasks.cancel_scope.cancel()

        async def work() -> None:
            for chain in waiting:
                await self._run(chain)
                if self._vote.stopped:
                    return
                await done(chain)

        async def together(many: ManyChains) -> None:
            error: VivavoceError = Retry("the model told of no such chain; ask again")
            try:
                stream = many.chains(self._warm(0), len(self._chains))
                async with aclosing(stream) as pieces:  # type: ignore[type-var]
                    async for number, piece in pieces:
                        if self._chains[number].take(piece):
                            await done(self._chains[number])
                            if self._vote.stopped:
                                return
            except VivavoceError as failed:
                error = failed
            for chain in self._chains:
                if not chain.usage and not self._vote.stopped:
                    chain.error = error
                    await done(chain)

        with anyio.move_on_after(self._request.deadline_s):
            async with anyio.create_task_group() as tasks:
                if shared is not None:
                    tasks.start_soon(together, shared)
                else:
                    for _ in range(self._at_once):
                        tasks.start_soon(work)
        if not self._vote.stopped:
            self._vote = self._settled(replace(self._vote, stopped="deadline"))
            tell(self._vote)
        self._raise()

    def _shared(self) -> ManyChains | None:
        """The model, if it is the only one and reads a prompt once for all its chains."""
        model = self._chains[0].model
        alone = all(chain.model is model for chain in self._chains)
        return cast(ManyChains, model) if alone and hasattr(model, "chains") else None

    def _warm(self, number: int) -> Request:
        """The request of one chain: it may differ from the others'."""
        return replace(
            self._request,
            temperature=self._request.temperature or TEMPERATURE,
            seed=(self._request.seed * MOST_CHAINS + number) % _SEEDS,
            conversation=self._request.conversation if number == 0 else 0,
            deadline_s=None,
            confidence=self._request.confidence or self._voting.weighted,
        )

    async def _run(self, chain: Chain) -> None:
        """One chain to its end; an error stays with it."""
        try:
            stream = chain.model.stream(self._warm(chain.number))
            async with aclosing(stream) as pieces:  # type: ignore[type-var]
                async for piece in pieces:
                    chain.take(piece)
        except VivavoceError as error:
            chain.error = error

    async def _count(self, chain: Chain, tell: Callable[[Vote], None]) -> None:
        if self._verify and not chain.error:
            chain.proven = await self._verify(chain.text)
            if self._vote.stopped:  # by another chain, meanwhile
                return
        vote = step(self._vote, self._ballot(chain), self._voting, proven=chain.proven)
        self._vote = self._settled(vote) if vote.stopped else vote
        tell(self._vote)

    def _ballot(self, chain: Chain) -> Ballot:
        """A failed chain's is empty."""
        if chain.error:
            return Ballot(chain.number, "", 0.0, chain.tokens)
        usage = chain.usage or Usage()
        if any(isinstance(piece, Call) for piece in chain.pieces):
            answer = chain.text
        else:
            answer = extract(chain.text, self._kind, cut=usage.finish == "length")
        if self._kind == "free":
            answer = agreed(answer, list(self._vote.counts))
        return Ballot(chain.number, answer, self._weight(chain), chain.tokens)

    def _weight(self, chain: Chain) -> float:
        """0…1. A verifier's word goes over all counting."""
        if self._verify:
            return 1.0 if chain.proven else 0.0
        sure = chain.usage.confidence if chain.usage else None
        return min(1.0, max(0.0, sure)) if self._voting.weighted and sure is not None else 1.0

    def _settled(self, vote: Vote) -> Vote:
        """The last word: nothing proven, then they count again; nothing agreed, then the one that
        is most like the others leads; the tokens of those that are stopped now come on top."""
        ballots = vote.ballots
        if self._verify and not any(self._chains[b.chain].proven for b in ballots):
            ballots = tuple(replace(b, weight=1.0 if b.answer else 0.0) for b in ballots)
        if not any(b.answer for b in ballots) or (
            self._kind == "free" and len(set(_given(ballots))) == len(_given(ballots)) > 2
        ):
            ballots = self._by_likeness(ballots)
        if all(self._chains[b.chain].error for b in ballots):
            vote = replace(vote, stopped="failed")
        done = {b.chain for b in ballots}
        halfway = sum(chain.tokens for chain in self._chains if chain.number not in done)
        return replace(vote, ballots=ballots, tokens=vote.tokens + halfway)

    def _by_likeness(self, ballots: tuple[Ballot, ...]) -> tuple[Ballot, ...]:
        """Each weighs as much as its text is like the others."""
        with_text = [b for b in ballots if self._chains[b.chain].text.strip()]
        texts = [" ".join(self._chains[b.chain].text.split()) for b in with_text]
        alike = dict(zip((b.chain for b in with_text), likeness(texts), strict=True))
        named = dict(zip((b.chain for b in with_text), texts, strict=True))
        return tuple(
            replace(b, answer=named[b.chain], weight=alike[b.chain])
            if b.chain in alike and not self._chains[b.chain].error
            else b
            for b in ballots
        )

    def _raise(self) -> None:
        """Nobody answered: why."""
        ballots = self._vote.ballots
        errors = [self._chains[b.chain].error for b in ballots]
        if any(error is None for error in errors):
            return
        first = next((error for error in errors if error), None)
        if first is None or len(ballots) < self._vote.chains:
            raise Retry(f"no chain was done within {self._request.deadline_s:g} s; allow more")
        if isinstance(first, Broken):  # nothing of it was said
            raise Retry(f"all chains broke off: {first}") from first
        raise first

    def winner(self) -> Chain:
        """Of the chains with the winning answer: a finished one, the most alike, the surest."""
        vote = self._vote
        fit = [self._chains[b.chain] for b in vote.ballots if b.answer == vote.answer]
        fit = [c for c in fit if not c.error] or [
            self._chains[b.chain] for b in vote.ballots if not self._chains[b.chain].error
        ]
        alike = likeness([c.text for c in fit]) if self._kind == "free" else [0.0] * len(fit)

        def worth(at: int) -> tuple[bool, bool, float, float]:
            usage = fit[at].usage or Usage()
            return fit[at].proven, usage.finish != "length", alike[at], usage.confidence or 0.0

        return fit[max(range(len(fit)), key=worth)]  # of equals: who came first

    def usage(self, winner: Chain) -> Usage:
        """Of all chains; what stopped ones had read nobody knows. Ended as the winner did."""
        all_of = [chain.usage for chain in self._chains if chain.usage]
        kept = [u.budget for u in all_of]
        return replace(
            winner.usage or Usage(),
            tokens_in=sum(u.tokens_in for u in all_of),
            tokens_cached=sum(u.tokens_cached for u in all_of),
            tokens_out=self._vote.tokens,
            tokens_thought=sum(u.tokens_thought for u in all_of),
            budget=next((k for k in ("none", "hint", "exact") if k in kept), "none"),
        )


def _given(ballots: Sequence[Ballot]) -> list[str]:
    return [b.answer for b in ballots if b.answer]


def _kind(request: Request) -> Kind:
    """By the last thing that the user said; where that doesn't show, by the instructions."""
    asked = next((m.text for m in reversed(request.messages) if m.role == "user"), "")
    kind = kind_of(asked, request.schema)
    if kind == "free":
        system = " ".join(m.text for m in request.messages if m.role == "system")
        kind = kind_of(system) if "answer is N" in system else kind
    return kind
