"""The ways in which a model may answer, and what each is expected to be worth. Pure."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vivavoce.core import MOST_TOKENS
from vivavoce.mind.ask import Ask, Route
from vivavoce.mind.router.config import RouterConfig
from vivavoce.mind.router.difficulty import Chance, expit, logit
from vivavoce.mind.router.eligible import tokens, wants_tools
from vivavoce.mind.router.learns import Beliefs
from vivavoce.mind.router.words import Wish
from vivavoce.models import Card

_ONE_ANSWER_MOST_WORDS = 250
"""A question whose solution is longer is rather a text to write: no vote."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One model with so much thinking in so many chains."""

    model: str
    thinking: int
    chains: int
    right: float
    """Expected, 0…1."""
    usd: float
    first_s: float
    """Until the first word of the answer."""
    seconds: float
    """Until its last."""
    worth: float
    """US dollars, costs taken off."""

    @property
    def name(self) -> str:
        """For people."""
        thinking = f" + {self.thinking} thinking" if self.thinking else ""
        return f"{self.model}{thinking}{f' x {self.chains}' if self.chains > 1 else ''}"


@dataclass(frozen=True, slots=True)
class Question:
    """A request, looked at once."""

    ask: Ask
    wish: Wish
    chance: Chance
    countable: bool
    """It has one answer that chains can agree on."""
    worked_out: bool = True
    """Its answer has to be worked out; others are known, or they are not."""


def rungs(
    question: Question,
    card: Card,
    last: Route | None,
    beliefs: Beliefs,
    cfg: RouterConfig,
) -> Iterator[Rung]:
    """All that is weighed of one model."""
    for thinking in budgets(question, card, cfg):
        for chains in _chains(question, thinking, cfg):
            yield rung(question, card, thinking, chains, last, beliefs, cfg)


def rung(
    question: Question,
    card: Card,
    thinking: int,
    chains: int,
    last: Route | None,
    beliefs: Beliefs,
    cfg: RouterConfig,
) -> Rung:
    """What it is worth."""
    ask, wish = question.ask, question.wish
    right = expected(question, card, thinking, chains, beliefs, cfg)
    read_s, write_s = speeds(card, cfg)
    messages = ask.request.messages
    read = tokens(ask, messages[-1:] if last and last.model == card.name else messages)
    out = min(ask.request.max_tokens, 8 if wish.short else cfg.answer_tokens)
    shared = 1 + cfg.chain_share * (chains - 1) if card.here else 1.0
    first_s = (0.0 if card.here else cfg.remote_first_s) + card.load_s + read / read_s
    first_s += thinking / write_s * shared
    if chains > 1:
        first_s += out / write_s * shared  # a vote is known when the answers are
    seconds = first_s + (0.0 if chains > 1 else out / write_s)
    usd = (read * card.usd_in + (out + thinking) * chains * card.usd_out) / 1e6
    waits = first_s * cfg.spoken_second_usd if ask.spoken else seconds * cfg.second_usd
    if wish.thinks:
        waits = 0.0  # told to take its time
    elif wish.quick:
        waits *= cfg.hurry
    late = ask.request.deadline_s is not None and first_s > ask.request.deadline_s
    worth = cfg.right_usd * right - usd - waits - (cfg.late_usd if late else 0.0)
    return Rung(card.name, thinking, chains, right, usd, first_s, seconds, worth)


def expected(
    question: Question, card: Card, thinking: int, chains: int, beliefs: Beliefs, cfg: RouterConfig
) -> float:
    """How probably it is right: the table's, moved by what was met, by thinking and by votes."""
    chance = question.chance
    quality = min(0.98, max(0.02, card.quality or cfg.quality))
    right = logit(beliefs.expect(card.name, chance.bucket, chance.right(quality)))
    if thinking:
        right += cfg.thought_gain * chance.thought(thinking)
    if chains > 1:
        right += cfg.chain_gain * math.log2(chains)
    return expit(right)


def budgets(question: Question, card: Card, cfg: RouterConfig) -> tuple[int, ...]:
    """Tokens of thinking to weigh: what was asked for, else several where the model can think."""
    request, wish = question.ask.request, question.wish
    if request.thinking is not None:
        return (request.thinking.tokens,)
    if not can_think(card) or wish.quick or request.begun or request.plain:
        return (0,)
    room = max(
        0,
        card.context_tokens
        - tokens(question.ask, question.ask.request.messages)
        - question.ask.request.max_tokens,
    )
    total = request.total_tokens
    room = min(MOST_TOKENS, room if total is None else min(room, total // 2))
    if wish.seconds is not None:
        return (min(room, round(wish.seconds * speeds(card, cfg)[1])),)
    if wish.hard:
        return (min(room, cfg.harder_tokens if wish.hard > 1 else cfg.hard_tokens),)
    if not question.worked_out:
        return (0,)
    return tuple(b for b in cfg.budgets if b <= room) or (0,)


def can_think(card: Card) -> bool:
    """It thinks when it is told to."""
    return card.thinks or card.budget != "none"


def speeds(card: Card, cfg: RouterConfig) -> tuple[float, float]:
    """Tokens a second, read and written: as measured, or a guess."""
    read = cfg.read_tokens_s if card.here else cfg.remote_read_tokens_s
    write = cfg.write_tokens_s if card.here else cfg.remote_write_tokens_s
    return card.read_tokens_s or read, card.write_tokens_s or write


def _chains(question: Question, thinking: int, cfg: RouterConfig) -> tuple[int, ...]:
    ask, wish = question.ask, question.wish
    if ask.voting is not None:
        return (ask.voting.chains,)
    votes = (
        question.countable
        and thinking > 0
        and not ask.spoken  # minutes, until the last chain is written
        and not (wish.quick or wish.seconds is not None)
        and not (wants_tools(ask) or ask.request.begun)
        and question.chance.words <= _ONE_ANSWER_MOST_WORDS
        and ask.request.total_tokens is None
    )
    return cfg.chains if votes else (1,)


def qualities(cards: Mapping[str, Card], cfg: RouterConfig) -> dict[str, float]:
    """Model → the share of questions it gets right, as far as known."""
    return {name: card.quality or cfg.quality for name, card in cards.items()}
