"""Which experts a request is for, and which of their tools: by what it means, no model asked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import ConfigError
from vivavoce.experts.expert import Expert
from vivavoce.experts.meaning import Meaning, Vectors
from vivavoce.experts.meant import NOBODY, Meant
from vivavoce.experts.tool import Tool

MOST_TOOLS = 10
_PARTS = re.compile(r"[.;!?]\s+|,? (?:and then|and also|and|then) ", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9']+")
_COMMON = frozenset(
    _WORD.findall(
        "a an the is are was be i me my mine you your we our it its to of in on at for from with "
        "and or what which who when how do does did can could will would please this that there "
        "have has"
    )
)
SMALL_TALK = (
    "tell me a joke",
    "how are you today",
    "what is the capital of France",
    "who wrote Romeo and Juliet",
    "explain how a rainbow comes about",
    "why is the sky blue",
    "what do you think about that",
    "write a poem about autumn",
    "what is the meaning of life",
    "thank you very much",
    "good morning",
    "tell me about yourself",
    "who was the first man on the moon",
    "translate good evening into Spanish",
    "what's the difference between a crocodile and an alligator",
    "can you repeat that",
    "I feel a little sad today",
    "give me three ideas for a birthday present",
    "how does a fridge work",
    "write a function that reverses a string",
    "what is the highest building in the world",
    "how tall is the Eiffel Tower",
    "who invented the telephone",
    "who was Cleopatra",
    "who is the president of the United States",
    "what is a volcano",
    "what is an enzyme",
    "what does ubiquitous mean",
    "what's another word for happy",
    "how do you spell rhythm",
    "how do you say please in French",
    "what language do they speak in Brazil",
    "how many legs does a spider have",
    "how big is the sun",
    "how high is Mount Fuji",
    "how long is the river Nile",
    "how far away is the moon",
    "how fast can a cheetah run",
    "how much does an elephant weigh",
    "how old is the universe",
    "how deep is the ocean",
    "which is bigger, a whale or an elephant",
    "which weighs more, a pound of lead or a pound of cotton",
    "which is longer, a metre or a yard",
    "why do leaves turn red",
    "why do we dream",
    "how do planes fly",
    "how does the heart work",
    "when did the Second World War end",
    "what happened in 1989",
    "do you like music",
    "do you have feelings",
    "what's your favourite colour",
    "are you a robot",
    "what can you do",
    "what's the plural of mouse",
    "tell me a story about a dragon",
    "tell me a long story about a knight who lives in a tower",
    "tell me a bedtime story",
    "make up a fairy tale for the children",
    "invent a story about a cat and a mouse",
    "tell me something interesting",
    "sing me a song",
    "what should I read next",
    "give me some advice",
    "help me with my homework",
    "summarise the plot of Moby Dick",
    "explain the difference between its and it's",
    "what do dogs dream about",
    "is a tomato a fruit",
    "you're wonderful",
    "that was not what I meant",
    "never mind",
    "I had a long day at work",
    "let's talk about philosophy",
    "write a letter of application",
    "what is the best way to learn a language",
    "say it in fewer words",
    "make it brief please",
    "wait, only the short answer",
    "stop, give me just the main point",
    "in one sentence please",
    "explain it more simply",
    "wait, let me think for a moment",
    "one moment please",
    "go on",
    "tell me more about that",
    "and what about the other one",
    "that's enough, I understand",
    "really, are you sure",
    "I thought so too",
    "I didn't know that",
    "that makes sense",
    "what do you mean by that",
    "can you give me an example",
    "you said that already",
    "I was talking to my friend, not to you",
    "what did she say about him",
    "what was her name again",
    "he told me that she lives in another town now",
    "we should leave soon, it is getting late",
    "let's have a coffee together",
    "let's finish our drinks and go home",
    "I'll see you at home later",
    "have you seen her new flat",
    "it was a nice evening, wasn't it",
    "I don't think that he will come",
    "she said that she would call me back",
    "my brother works at the hospital",
)
"""What no expert is for."""


@dataclass(frozen=True, slots=True)
class FinderConfig:
    """Chances are probabilities; likenesses cosines, -1…1, and a share of common words on top."""

    chance: float = 0.3
    """A built-in expert that is less probably meant is not for this."""
    least: float = 0.26
    """An expert of the owner's own whose examples are less alike is not for this."""
    near: float = 0.08
    """It is loaded if it is so near to the likest…"""
    ahead: float = 0.03
    """…and so much likelier than small talk."""
    word: float = 0.25
    """What all of a request's words in one example add."""
    stays: float = 0.1
    """What it has ahead, if it was loaded in the last turn."""
    most: int = 3
    """Loaded for each part of the request."""

    def __post_init__(self) -> None:
        if not 0 < self.least < 1 or not 0 < self.chance < 1 or self.near < 0 or self.most < 1:
            raise ConfigError(
                "finder: least and chance are in (0, 1), near at least 0, most at least 1"
            )


class Finder:
    """Pure once it is made: examples become vectors here.

    Of the experts that are built in, sentences tell which are meant (experts.meant); of the owner's
    own, of which there are none, the likeness to their examples."""

    def __init__(
        self,
        experts: Mapping[str, Expert],
        meaning: Meaning,
        cfg: FinderConfig | None = None,
        meant: Meant | None = None,
    ) -> None:
        """meant: what was learned; without it likeness alone tells."""
        self._cfg, self._meaning, self._meant = cfg or FinderConfig(), meaning, meant
        names = meant.names if meant else ()
        self._learned = frozenset(n for n, e in experts.items() if e.built_in and n in names)
        self._names: list[str] = []
        examples: list[str] = []
        for name, expert in experts.items():
            mine = [*expert.manifest.when, expert.manifest.about]
            self._names += [name] * len(mine)
            examples += mine
        self._names += [NOBODY] * len(SMALL_TALK)
        examples += SMALL_TALK
        self._examples, self._vectors = examples, meaning.of(examples)
        self._words = [words(example) for example in examples]

    def scores(self, text: str, last: Iterable[str] = ()) -> dict[str, float]:
        """Expert → how surely the text is for it, the surest first; "" stands for none of them.

        The probability of what was learned, the likeness of others. last: of the turn before."""
        vector = self._meaning.of([text])[0]
        alike = self._likeness(text, vector)
        found = {**alike, **self._chances(text, vector, alike, frozenset(last))}
        return dict(sorted(found.items(), key=lambda pair: -pair[1]))

    def probable(self, last: Iterable[str] = ()) -> frozenset[str]:
        """The experts whose scores are probabilities."""
        return self._learned.union(last) if self._meant else frozenset()

    def likeness(self, text: str, but: str | None = None) -> dict[str, float]:
        """Expert → how much the text is like its best example; "" stands for small talk. but: an
        example that is left out."""
        return self._likeness(text, self._meaning.of([text])[0], but)

    def _likeness(
        self, text: str, vector: NDArray[np.float32], but: str | None = None
    ) -> dict[str, float]:
        said = words(text)
        found: dict[str, float] = {}
        for name, example, cosine, known in zip(
            self._names, self._examples, self._vectors @ vector, self._words, strict=True
        ):
            if example == but:
                continue
            shared = len(said & known) / max(1, len(said)) if said else 0.0
            score = float(cosine) + self._cfg.word * shared
            found[name] = max(found.get(name, -1.0), score)
        return found

    def _chances(
        self,
        text: str,
        vector: NDArray[np.float32],
        alike: Mapping[str, float],
        last: frozenset[str] = frozenset(),
    ) -> dict[str, float]:
        """Of nobody, of what was learned, and of last; empty: nothing was learned."""
        if not self._meant or not (self._learned or last):
            return {}
        known = {n: s for n, s in alike.items() if n in self._learned or n == NOBODY}
        return self._meant.chances(text, vector, known, last)

    def experts(self, text: str, last: Iterable[str] = ()) -> tuple[str, ...]:
        """Those that the text is for, the likeliest first; of each part of it. last: of the turn
        before."""
        stays, chosen = frozenset(last), dict[str, float]()
        for part in dict.fromkeys((text, *_PARTS.split(text))):
            vector = self._meaning.of([part])[0]
            alike = self._likeness(part, vector)
            chances = self._chances(part, vector, alike, stays)
            found = {n: p for n, p in chances.items() if n and p >= self._cfg.chance}
            for name, likeness in self._own(alike, stays).items():
                found[name] = max(found.get(name, 0.0), likeness)
            for name in sorted(found, key=lambda n: -found[n])[: self._cfg.most]:
                chosen[name] = max(chosen.get(name, 0.0), found[name])
        return tuple(sorted(chosen, key=lambda n: -chosen[n]))

    def _own(self, alike: Mapping[str, float], stays: frozenset[str]) -> dict[str, float]:
        """Of those of which nothing was learned, the ones whose examples are alike."""
        cfg = self._cfg
        ahead = {n: s + (cfg.stays if n in stays else 0.0) for n, s in alike.items() if n}
        best = max(ahead.values(), default=0.0)
        if best < cfg.least or best < alike.get(NOBODY, 0.0) + cfg.ahead:
            return {}
        least = max(cfg.least, best - cfg.near)
        return {n: s for n, s in ahead.items() if n not in self._learned and s >= least}

    def tools(
        self, text: str, offered: Mapping[str, Tool], always: Iterable[str] = (), most: int = 0
    ) -> dict[str, Tool]:
        """The tools that fit the text best, in the order in which they were offered; always: are
        among them."""
        most = most or MOST_TOOLS
        if len(offered) <= most:
            return dict(offered)
        names = list(offered)
        told = self._tool_vectors([f"{n.replace('_', ' ')}: {offered[n].about}" for n in names])
        alike = told @ self._meaning.of([text])[0]
        kept = [name for name in always if name in offered][:most]
        for i in np.argsort(-alike, kind="stable"):
            if len(kept) < most and names[i] not in kept:
                kept.append(names[i])
        return {name: offered[name] for name in names if name in kept}

    def _tool_vectors(self, texts: Sequence[str]) -> Vectors:
        return self._meaning.of(texts)


def words(text: str) -> frozenset[str]:
    """Those that tell something, roughly by their stems."""
    found = _WORD.findall(text.lower())
    return frozenset(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in found) - _COMMON
