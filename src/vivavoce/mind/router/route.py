"""Where a request goes: nowhere, to a model, to its thinking, to a vote. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from vivavoce.core import Refused
from vivavoce.mind.ask import AUTO, Ask, Route
from vivavoce.mind.character import CHARACTER
from vivavoce.mind.mind import NOTHING
from vivavoce.mind.router.config import RouterConfig
from vivavoce.mind.router.difficulty import Table, chance, shipped
from vivavoce.mind.router.eligible import eligible, wants_tools
from vivavoce.mind.router.learns import Beliefs
from vivavoce.mind.router.rungs import (
    Question,
    Rung,
    budgets,
    can_think,
    expected,
    qualities,
    rung,
    rungs,
)
from vivavoce.mind.router.words import Wish, named, stays_here, wish
from vivavoce.models import Card, Usage

DEFAULT = RouterConfig()
UNTAUGHT = Beliefs()
_COUNTABLE = re.compile(r"\d|\bhow (?:many|much|long|old|far)\b|\bwhich (?:one|of)\b|yes or no")
_WORK = re.compile(
    r"\d|\b(?:prove|plan|design|compare|solve|calculate|estimate|derive|debug|fix|code|function|"
    r"program|algorithm|if|than|each|total|twice|half)\b"
)
"""Words of what is worked out, however short."""
_KNOWN_WORDS = 20.0
"""A solution that is expected to be shorter says what is known: of 114 everyday questions all but
two are, of GSM8K's 1,319 four."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A route, and all that was weighed for it."""

    route: Route
    rungs: tuple[Rung, ...] = ()
    """The best first."""


class Chooser:
    """The router of a house: what it knows does not change; new beliefs make a new one."""

    def __init__(
        self,
        beliefs: Beliefs = UNTAUGHT,
        cfg: RouterConfig = DEFAULT,
        table: Table | None = None,
    ) -> None:
        self._beliefs, self._cfg = beliefs, cfg
        self._table = table or shipped()  # read here, so that deciding reads nothing

    def route(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Route:
        """Where this goes. Refused: nowhere."""
        return self.choose(ask, cards, last).route

    def choose(self, ask: Ask, cards: Mapping[str, Card], last: Route | None) -> Choice:
        """As route, with what was weighed."""
        question = look(ask, self._table)
        return choose(question, cards, last, self._beliefs, self._cfg)

    def escalate(
        self, ask: Ask, route: Route, usage: Usage, cards: Mapping[str, Card]
    ) -> Route | None:
        """Where it goes next, if the answer is not sure enough of itself."""
        question = look(ask, self._table)
        return escalate(question, route, usage, cards, self._beliefs, self._cfg)


def look(ask: Ask, table: Table | None = None) -> Question:
    """What can be seen of a request."""
    users = [m.text for m in ask.request.messages if m.role == "user"]
    if ask.request.plain:
        users = []  # a text wishes nothing
    text = users[-1] if users else ""
    found = wish(text)
    if any(stays_here(user) for user in users[:-1]):
        found = replace(found, here=True)
    if found.here:
        ask = replace(ask, stays_here=True)
    odds, said = chance(text, table), text.lower()
    worked_out = odds.words >= _KNOWN_WORDS or _WORK.search(said) is not None
    return Question(ask, found, odds, _COUNTABLE.search(said) is not None, worked_out)


def choose(
    question: Question,
    cards: Mapping[str, Card],
    last: Route | None = None,
    beliefs: Beliefs = UNTAUGHT,
    cfg: RouterConfig = DEFAULT,
) -> Choice:
    """The best expected worth among who may answer; within a conversation only upward, unless the
    user says so. Refused: nobody may."""
    if last is not None and last.stays_here and not question.wish.here:
        question = replace(
            question,
            ask=replace(question.ask, stays_here=True),
            wish=replace(question.wish, here=True),
        )
    ask = question.ask
    if _needs_nothing(question):
        return Choice(Route(NOTHING, "it needs no model", stays_here=question.wish.here))
    may, refused = eligible(ask, cards)
    if not may:
        why = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise Refused(f"no model may answer this ({why or 'there is none'}); turn another one on")
    wanted, because = _wanted(question, may, cfg)
    held, staying = (wanted, False) if because else _held(may, last, cfg)
    found = [r for card in held.values() for r in rungs(question, card, last, beliefs, cfg)]
    found.sort(key=lambda r: (-r.worth, r.usd, r.first_s))
    best = found[0]
    if staying and last is not None and best.model != last.model:
        stay = next(r for r in found if r.model == last.model)
        if best.worth - stay.worth < cfg.move_usd:
            best = stay
    best, slow = _in_time(question, best, found)
    others = [card for card in may.values() if card.name not in held]
    weighed = [r for card in others for r in rungs(question, card, last, beliefs, cfg)]
    everything = sorted([*found, *weighed], key=lambda r: -r.worth)
    route = Route(
        best.model,
        _why(question, best, because or slow or _stays(best, last)),
        best.thinking,
        best.chains,
        {r.name: round(r.worth, 5) for r in everything},
        refused,
        stays_here=question.wish.here,
    )
    return Choice(route, (best, *(r for r in everything if r is not best)))


def escalate(
    question: Question,
    route: Route,
    usage: Usage,
    cards: Mapping[str, Card],
    beliefs: Beliefs = UNTAUGHT,
    cfg: RouterConfig = DEFAULT,
) -> Route | None:
    """The next better way, for an answer that is not sure of itself; None: it stands.

    Always upward in thinking or in quality, so that it ends."""
    ask, doubt = question.ask, usage.confidence
    if doubt is None or doubt >= cfg.confident or question.wish.quick or route.model not in cards:
        return None
    now = cards[route.model]
    right = expected(question, now, route.thinking, route.chains, beliefs, cfg)
    if right >= cfg.sure_right:
        return None
    may, _ = eligible(ask, cards)
    quality = qualities(cards, cfg)
    higher = [
        rung(question, card, _like(question, card, route, cfg), route.chains, None, beliefs, cfg)
        for card in may.values()
        if quality[card.name] > quality[route.model]
    ]
    deeper = _deeper(question, now, route, cfg) if route.model in may else None
    if deeper is not None:
        higher.append(rung(question, now, deeper, route.chains, route, beliefs, cfg))
    deadline = ask.request.deadline_s
    higher = [
        r
        for r in higher
        if r.right >= right + cfg.climb_gain and (deadline is None or r.first_s <= deadline)
    ]
    if not higher:
        return None
    best = max(higher, key=lambda r: r.worth)
    return Route(
        best.model,
        f"{route.model} was only {doubt:.0%} sure of its words: "
        + (f"{best.model} is asked" if best.model != route.model else "it thinks longer"),
        best.thinking,
        best.chains,
        {r.name: round(r.worth, 5) for r in sorted(higher, key=lambda r: -r.worth)},
    )


def _like(question: Question, card: Card, route: Route, cfg: RouterConfig) -> int:
    """As much thinking as before, as far as this model can."""
    return route.thinking if can_think(card) else min(budgets(question, card, cfg))


def _deeper(question: Question, card: Card, route: Route, cfg: RouterConfig) -> int | None:
    """The next step of thinking; None: the user has set it, it is the last, it would not help."""
    request, wished = question.ask.request, question.wish
    if request.thinking is not None or wished.seconds is not None or not can_think(card):
        return None
    if not question.worked_out:
        return None
    room = card.context_tokens - request.max_tokens - 256
    return next((s for s in cfg.steps if route.thinking < s <= room), None)


def _needs_nothing(question: Question) -> bool:
    """A command to the voice. With tools it may be one for them, under a program's instructions its
    text, and written in the middle of a conversation it speaks of what was written."""
    ask = question.ask
    last = ask.request.messages[-1] if ask.request.messages else None
    answered = any(m.role == "assistant" for m in ask.request.messages)
    ours = all(m.text == CHARACTER for m in ask.request.messages if m.role == "system")
    return (
        question.wish.nothing
        and ask.model == AUTO
        and (ask.spoken or (ours and not answered))
        and not ask.request.begun
        and not wants_tools(ask)
        and ask.request.schema is None
        and last is not None
        and last.role == "user"
        and not last.images
    )


def _wanted(
    question: Question, may: Mapping[str, Card], cfg: RouterConfig
) -> tuple[dict[str, Card], str]:
    """The models that the user's words leave, and which words; all, and none, without them."""
    everyone = dict(may)
    if question.ask.model != AUTO:
        return everyone, f"{question.ask.model} was asked for"
    if question.ask.request.plain:
        return everyone, ""
    users = [m.text for m in question.ask.request.messages if m.role == "user"]
    names = [f"{card.name} {card.vendor}" for card in may.values()]
    if family := named(users[-1] if users else "", names):
        kept = {n: c for n, c in may.items() if family in f"{c.name} {c.vendor}".lower()}
        return kept, f"you asked for {family.capitalize()}"
    quality = qualities(may, cfg)
    if question.wish.size:
        pick = max if question.wish.size == "big" else min
        chosen = pick(quality, key=lambda name: quality[name])
        return {chosen: may[chosen]}, f"you asked for the {question.wish.size} model"
    if question.wish.here:
        return everyone, "you asked that it stays here"
    return everyone, ""


def _held(
    may: Mapping[str, Card], last: Route | None, cfg: RouterConfig
) -> tuple[dict[str, Card], bool]:
    """The model of the conversation and those above it, and whether it is among them; all where
    there are none."""
    quality = qualities(may, cfg)
    if last is None or last.model not in may:
        return dict(may), False
    least = quality[last.model]
    return {n: c for n, c in may.items() if n == last.model or quality[n] > least}, True


def _in_time(question: Question, best: Rung, found: list[Rung]) -> tuple[Rung, str]:
    """Whoever is in time, if the best is not; the quickest where nobody is."""
    deadline = question.ask.request.deadline_s
    if deadline is None or best.first_s <= deadline or question.wish.thinks:
        return best, ""
    if timely := [r for r in found if r.first_s <= deadline]:
        return timely[0], f"{best.name} would be late"
    return min(found, key=lambda r: r.first_s), "nobody is in time, and it is the quickest"


def _stays(best: Rung, last: Route | None) -> str:
    if last is None or last.model == NOTHING:
        return ""
    return "the conversation is there" if best.model == last.model else f"better than {last.model}"


def _why(question: Question, best: Rung, because: str) -> str:
    """One sentence."""
    kind = {"easy": "an easy", "fair": "a fair", "hard": "a hard"}[question.chance.bucket]
    parts = [f"{kind} question, {best.right:.0%} expected right"]
    if because:
        parts.insert(0, because)
    if question.wish.seconds is not None and best.thinking:
        parts.append(f"{question.wish.seconds:g} s of thinking were asked for")
    elif question.wish.hard and best.thinking:
        parts.append("thinking was asked for")
    elif question.wish.quick:
        parts.append("quickly")
    return "; ".join(parts)


def explained(wished: Wish) -> str:
    """The user's wishes in a few words; empty: none."""
    found = {
        "think hard": wished.hard > 0,
        f"think for {wished.seconds or 0:g} s": wished.seconds is not None,
        "quick": wished.quick,
        "short": wished.short,
        f"the {wished.size} model": bool(wished.size),
        "stays here": wished.here,
        "no model": wished.nothing,
    }
    return ", ".join(name for name, said in found.items() if said)
