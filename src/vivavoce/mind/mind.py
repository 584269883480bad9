"""Takes a request to the best model for it; thinks as long as allowed, votes, recovers."""

import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol, cast

import anyio
from anyio import to_thread

from vivavoce.core import Broken, Budget, Message, Refused, Retry, Unable
from vivavoce.mind.ask import Ask, Outcome, Route, Vote, Voting, settled
from vivavoce.mind.direct import Told, signed
from vivavoce.mind.shorten import shorten
from vivavoce.mind.stopwatch import Stopwatch
from vivavoce.models import Card, LanguageModel, Piece, Request, Text, Usage

log = logging.getLogger(__name__)

REMEMBERED = 256
"""Conversations whose route is kept."""
NOTHING = "none"
"""The route of what needs no model."""
SILENT_S = 10.0
"""While a voice is waited for, a model elsewhere that has said nothing for so long is left for the
next."""


class Router(Protocol):
    """Decides; does nothing."""

    def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
        """Where this goes. last: where the conversation went before. Refused: nowhere."""
        ...

    def escalate(
        self, ask: Ask, route: Route, usage: Usage, cards: Mapping[str, Card]
    ) -> Route | None:
        """Where it goes next, if the answer is not sure enough of itself."""
        ...

    def followed(self, asked: str, route: Route, then: Ask) -> None:
        """In one conversation, after what was asked had gone down a route, this is asked next."""
        ...

    def took(self, card: Card, read: tuple[int, float], wrote: tuple[int, float]) -> None:
        """A model read so many tokens in so many seconds, and wrote so many."""
        ...

    def keep(self) -> None:
        """Write down what was learned since the last time; blocks."""
        ...


class Poll(Protocol):
    """Holds a vote."""

    def __call__(
        self, models: Sequence[LanguageModel], request: Request, voting: Voting
    ) -> AsyncIterator[Piece | Vote]:
        """Models take turns as chains. A Vote whenever it changes, then the winner's answer, then
        one Usage."""
        ...


@dataclass(slots=True)
class _Course:
    """Where one conversation goes."""

    now: Route
    """Of the answer that is being written, or was last."""
    last: Route | None = None
    """Of the last answer that is whole…"""
    asked: str = ""
    """…what it answered…"""
    turns: int = 0
    """…and how often the user had spoken by then."""

    def answered(self, route: Route, request: Request) -> None:
        """An answer is whole."""
        self.last, self.asked, self.turns = route, _last_words(request), _turns(request)


class Mind:
    """Shared by all conversations."""

    def __init__(self, models: Mapping[str, LanguageModel], router: Router, poll: Poll) -> None:
        self._models, self._router, self._poll = models, router, poll
        self._courses: OrderedDict[int, _Course] = OrderedDict()
        self._warm: set[str] = set()
        """Models that have answered."""

    @property
    def models(self) -> Mapping[str, LanguageModel]:
        """By name."""
        return self._models

    def cards(self) -> Mapping[str, Card]:
        """Every model that may be used, by name."""
        return {name: model.card for name, model in self._models.items()}

    def route(self, ask: Ask) -> Route:
        """Where a request would go now."""
        course = self._courses.get(ask.request.conversation)
        return self._router.route(ask, self.cards(), course.last if course else None)

    async def count(self, ask: Ask) -> int:
        """Tokens that would be read, by the model with most room where none can read them."""
        try:
            name = self.route(ask).model
        except Refused:
            name = ask.model
        if name not in self._models:
            name = max(self._models, key=lambda n: self._models[n].card.context_tokens)
        return await self._models[name].count(ask.request)

    def resumes(self, conversation: int) -> bool:
        """The model that writes now is on this machine: it keeps what it read."""
        course = self._courses.get(conversation)
        model = self._models.get(course.now.model) if course else None
        return model is not None and model.card.here

    async def stream(self, ask: Ask) -> AsyncIterator[Told]:
        """The answer of the model that the router takes; of the next one where that fails before
        it has said anything. Errors as of LanguageModel."""
        course = self._courses.get(ask.request.conversation)
        if ask.request.read_only or (ask.request.begun and self._writes_on(ask, course)):
            async with aclosing(self._go_on(ask)) as told:
                async for item in told:
                    yield item
            return
        if course is not None and course.last is not None and _turns(ask.request) != course.turns:
            self._router.followed(course.asked, course.last, ask)
        route = self.route(ask)
        if route.stays_here:
            ask = replace(ask, stays_here=True)
        course = self._course(ask.request.conversation, route)
        outcome = Outcome(Usage())
        async with aclosing(self._answer(ask, route, course)) as told:
            async for item in told:
                if isinstance(item, Outcome):
                    outcome = item
                else:
                    yield item
        course.answered(outcome.route or route, ask.request)
        await to_thread.run_sync(self._router.keep)
        yield outcome

    def _course(self, conversation: int, now: Route) -> "_Course":
        """A conversation's, which goes this way now; number 0 is nobody's."""
        course = self._courses.pop(conversation, None) or _Course(now)
        course.now = now
        if conversation:
            self._courses[conversation] = course
            while len(self._courses) > REMEMBERED:
                self._courses.popitem(last=False)
        return course

    async def aclose(self) -> None:
        """Let go of models and connections; the object can't be used afterwards."""
        for model in self._models.values():
            aclose, close = (getattr(model, name, None) for name in ("aclose", "close"))
            if aclose is not None:
                await aclose()
            elif close is not None:
                close()

    def _writes_on(self, ask: Ask, course: _Course | None) -> bool:
        """The model of the conversation may: what a client began may be meant for another."""
        name = course.now.model if course else NOTHING
        try:
            return name in self._models and self._alone(ask, name).model == name
        except Refused:
            return False

    def _voters(self, ask: Ask, voting: Voting) -> list[LanguageModel]:
        """Those who vote along. Refused: there is none of that name, or it may not answer this."""
        if unknown := set(voting.voters) - self._models.keys():
            raise Refused(f"no model is called {', '.join(sorted(unknown))}; see vivavoce models")
        return [self._models[self._alone(replace(ask, model=n), n).model] for n in voting.voters]

    def _alone(self, ask: Ask, name: str) -> Route:
        """As if there were only this model. Refused: it may not answer."""
        return self._router.route(ask, {name: self._models[name].card}, None)

    async def _go_on(self, ask: Ask) -> AsyncGenerator[Told, None]:
        """Read ahead, or go on writing, where this conversation is; nothing is chosen anew. What is
        gone on with to its end is an answer of the conversation as any other."""
        course = self._courses.get(ask.request.conversation)
        route = course.now if course else self.route(ask)
        if route.model not in self._models:  # nothing was said yet, or "stop"
            route = self._likely()
        if route.model == NOTHING or (ask.request.read_only and not self._at(route).card.here):
            yield Outcome(Usage())  # reading ahead would cost money, and tell half a sentence
            return
        async for piece in self._timed(self._at(route), ask.request):
            if not isinstance(piece, Usage):
                yield piece
                continue
            if course is not None and ask.request.begun:
                course.answered(route, ask.request)
            yield Outcome(piece, route)

    async def _answer(self, ask: Ask, route: Route, course: _Course) -> AsyncGenerator[Told, None]:
        """Down the ladder where a model fails; up where an answer is not sure of itself."""
        failed: dict[str, str] = {}
        while True:
            if ask.settled is not None and self._leaves(route):
                ask = replace(ask, speaker=await settled(ask), settled=None)
                route = self._router.route(ask, self._left(failed), course.last)
            course.now = route
            said = False
            kept: list[Told] = []
            holds = not ask.spoken and self._may_climb(ask, route)
            try:
                silent_s = self._silent_s(ask, route, failed)
                async with aclosing(self._one(ask, route, holds, silent_s)) as told:
                    async for item in told:
                        if isinstance(item, Outcome):
                            item = replace(item, route=replace(route, fell_from=tuple(failed)))
                            higher = holds and self._router.escalate(
                                ask, route, item.usage, self._left(failed)
                            )
                            if higher:
                                break
                        elif isinstance(item, Text):
                            said = True
                        if holds and not isinstance(item, Vote):
                            kept.append(item)
                        else:
                            yield item
                    else:
                        higher = None
            except (Retry, Unable, Broken) as error:
                if isinstance(error, Broken) and not holds:
                    raise
                if said and not holds:
                    raise Broken(f"{route.model} broke off: {error}") from error
                failed[route.model] = error.code
                log.warning("%s failed (%s); trying the next", route.model, error.code)
                route = self._next(ask, failed, error)
                continue
            if not higher:
                for item in kept:
                    yield item
                return
            route = higher

    async def _one(
        self, ask: Ask, route: Route, unsure: bool, silent_s: float | None
    ) -> AsyncGenerator[Told, None]:
        """One model's answer. unsure: it is to say how sure it is, at the price of some speed.
        silent_s: so long it may say nothing."""
        if route.model == NOTHING:
            yield Outcome(Usage(model=NOTHING), route)
            return
        model = self._at(route)
        thinking = ask.request.thinking or _budget(route, model.card)
        request = replace(
            ask.request,
            max_tokens=_left_of(ask.request, thinking),
            thinking=thinking,
            confidence=ask.request.confidence or unsure,
        )
        voting = ask.voting or (Voting(route.chains) if route.chains > 1 else None)
        room = model.card.context_tokens - request.max_tokens

        async def count(messages: tuple[Message, ...]) -> int:
            return await model.count(replace(request, messages=messages))

        messages, shortened = request.messages, 0
        if not request.plain:
            messages, shortened = await shorten(messages, room, count)
        request = replace(request, messages=messages)
        pieces: AsyncIterator[Piece | Vote] = (
            self._poll((model, *self._voters(ask, voting)), request, voting)
            if voting and voting.chains > 1
            else self._timed(model, request)
        )
        vote: Vote | None = None
        async for item in _in_time(pieces, silent_s, route.model):
            if isinstance(item, Vote):
                vote = item
            if isinstance(item, Usage):
                yield Outcome(item, route, vote, shortened)
            else:
                yield signed(item, model.card)

    async def _timed(self, model: LanguageModel, request: Request) -> AsyncIterator[Piece]:
        """Its pieces; the router learns how fast they came. The first answer of a model may wait
        for its loading, and says nothing of how fast it reads."""
        card, watch = model.card, Stopwatch(monotonic())
        async with aclosing(cast("AsyncGenerator[Piece]", model.stream(request))) as pieces:
            async for piece in pieces:
                watch.saw(piece, monotonic())
                if isinstance(piece, Usage):
                    read = watch.read(piece) if card.name in self._warm else (0, 0.0)
                    self._router.took(card, read, watch.wrote(piece))
                yield piece
        self._warm.add(card.name)

    def _likely(self) -> Route:
        """Where the next words will probably go: to the first model of this machine."""
        here = (name for name, card in self.cards().items() if card.here)
        return Route(next(here, NOTHING), "read ahead")

    def _may_climb(self, ask: Ask, route: Route) -> bool:
        """The answer may be thrown away: it is held back until it is known to be sure."""
        if route.model == NOTHING or not self._at(route).card.confidences:
            return False
        doubtful = Usage(confidence=0.0, model=route.model)
        return self._router.escalate(ask, route, doubtful, self.cards()) is not None

    def _silent_s(self, ask: Ask, route: Route, failed: Mapping[str, str]) -> float | None:
        """None: it may take its time, because it thinks, or because nobody else is there."""
        thinks = route.thinking or (ask.request.thinking and ask.request.thinking.tokens)
        if ask.request.deadline_s is not None or thinks or not ask.spoken:
            return ask.request.deadline_s
        if not self._leaves(route):
            return None
        try:
            self._router.route(ask, self._left({**failed, route.model: ""}), None)
        except Refused:
            return None
        return SILENT_S

    def _leaves(self, route: Route) -> bool:
        """What is asked goes elsewhere."""
        return route.model != NOTHING and not self._at(route).card.here

    def _next(self, ask: Ask, failed: Mapping[str, str], error: Retry | Unable | Broken) -> Route:
        """Where it goes when these models failed; the error itself if that is nowhere."""
        if ask.model in failed:
            raise error
        try:
            return self._router.route(ask, self._left(failed), None)
        except Refused:
            raise error from None

    def _left(self, failed: Mapping[str, str]) -> Mapping[str, Card]:
        return {name: card for name, card in self.cards().items() if name not in failed}

    def _at(self, route: Route) -> LanguageModel:
        return self._models[route.model]


async def _in_time(
    pieces: AsyncIterator[Piece | Vote], deadline_s: float | None, name: str
) -> AsyncIterator[Piece | Vote]:
    """The pieces; Retry if the first is not there after so many seconds."""
    try:
        if deadline_s is not None:
            try:
                with anyio.fail_after(deadline_s):
                    first = await anext(pieces)
            except TimeoutError:
                raise Retry(f"{name} said nothing within {deadline_s:g} s") from None
            yield first
        async for piece in pieces:
            yield piece
    finally:
        close = getattr(pieces, "aclose", None)
        if close is not None:
            with anyio.CancelScope(shield=True):
                await close()


def _budget(route: Route, card: Card) -> Budget | None:
    """Of the router. A server that thinks unasked must be told not to; None: nothing needs to be
    said."""
    unasked = card.thinks and not card.here
    return Budget(route.thinking) if route.thinking or unasked else None


def _left_of(request: Request, thinking: Budget | None) -> int:
    """Tokens of the answer, where thinking and answer share a limit."""
    if request.total_tokens is None or thinking is None:
        return request.max_tokens
    return max(1, min(request.max_tokens, request.total_tokens - thinking.tokens))


def _last_words(request: Request) -> str:
    return next((m.text for m in reversed(request.messages) if m.role == "user"), "")


def _turns(request: Request) -> int:
    """Of the user. A tool's result, or a draft that is begun anew, is none."""
    return sum(m.role == "user" for m in request.messages)
