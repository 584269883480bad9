"""An answer that thinks: told, never spoken, and no dead air meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import numpy as np

from tests import fakes
from vivavoce.core import ReplyDone, ReplyMade, ReplyStarted, ReplyText, ReplyThought
from vivavoce.models import Piece, Request, Text, Thinking, Usage
from vivavoce.session import Costs, SessionConfig
from vivavoce.session.replay import Replayed, replay
from vivavoce.session.reply import BRIDGES
from vivavoce.voice import Speech

ANSWER = "The answer is seventy two."
SLOW = Costs(token_s=0.2)


class Thinker(fakes.FakeModel):
    """Thinks so many words before it answers."""

    def __init__(self, thoughts: int, answer: str = ANSWER) -> None:
        super().__init__(answer)
        self.thoughts = thoughts

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        if request.read_only:
            yield Usage()
            return
        self.asked.append(request)
        for n in range(self.thoughts):
            yield Thinking(f"thought{n} ")
        for word in self.answer(request.messages).split(" "):
            yield Text(f"{word} ")
        yield Usage(1, 0, 5 + self.thoughts, self.thoughts, granted=256, budget="exact")


class Mouth(fakes.FakeVoice):
    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> Speech:
        self.said.append(text)
        return super().say(text)


def talk(
    model: fakes.FakeModel, costs: Costs = SLOW, then: list[np.ndarray] | None = None, **cfg: int
) -> tuple[Replayed, Mouth]:
    mouth = Mouth()
    pcm = [fakes.speech("what is six times twelve."), *(then or [fakes.silence(2.0)])]
    parts = replace(fakes.parts(model), voice=mouth)

    async def run() -> Replayed:
        config = SessionConfig(instructions="Be brief.", **cfg)
        return await replay(np.concatenate(pcm), parts, config, costs)

    return anyio.run(run), mouth


def of(done: Replayed, kind: type) -> list:
    return [e for e in done.events if isinstance(e, kind)]


def test_thoughts_are_told_and_never_spoken() -> None:
    done, mouth = talk(Thinker(20))
    told = "".join(e.delta for e in of(done, ReplyThought))
    assert told == "".join(f"thought{n} " for n in range(20))
    assert not [said for said in mouth.said if "thought" in said]
    assert "thought" not in "".join(e.delta for e in of(done, ReplyText))
    (made,) = of(done, ReplyMade)
    assert (made.thought, made.granted, made.kept) == (20, 256, "exact")


def test_a_drafts_thoughts_are_told_only_at_its_release() -> None:
    done, _ = talk(Thinker(6), Costs(first_token_s=0.01, read_token_s=0.0, token_s=0.01))
    kinds = [type(e) for e in done.events]
    assert kinds.index(ReplyStarted) < kinds.index(ReplyThought)
    first = of(done, ReplyThought)[0]
    assert first.t == of(done, ReplyStarted)[0].t
    assert len(first.delta.split()) > 1  # what the draft had thought until then, at once


def test_an_answer_that_thinks_is_announced_at_once() -> None:
    done, mouth = talk(Thinker(20))
    assert mouth.said[0] == BRIDGES[0]
    (reply,) = of(done, ReplyDone)
    assert reply.stages["bridge"] - reply.stages["floor"] < 0.5
    assert reply.text.strip() == reply.heard.strip() == ANSWER


def test_a_slow_answer_that_does_not_think_is_announced_after_a_while() -> None:
    done, mouth = talk(fakes.FakeModel(ANSWER), Costs(first_token_s=6.0))
    assert mouth.said[0] == BRIDGES[0]
    (reply,) = of(done, ReplyDone)
    assert 1.5 < reply.stages["bridge"] - reply.stages["floor"] < 2.2


def test_a_quick_answer_needs_no_bridge() -> None:
    _, mouth = talk(fakes.FakeModel(ANSWER))
    assert not set(mouth.said) & set(BRIDGES)


def test_with_nought_frames_there_is_never_a_bridge() -> None:
    _, mouth = talk(Thinker(30), bridge_frames=0)
    assert not set(mouth.said) & set(BRIDGES)


def test_a_bridge_that_was_cut_off_is_what_was_heard_and_no_part_of_the_answer() -> None:
    cut_in = [fakes.silence(2.4), fakes.speech("no wait stop that please"), fakes.silence(1.0)]
    done, _ = talk(Thinker(200), then=cut_in)
    first = of(done, ReplyDone)[0]
    assert first.status == "interrupted"
    assert first.text == ""
    assert first.heard
    assert BRIDGES[0].startswith(first.heard)
