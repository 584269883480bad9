"""A client's functions: the history holds the call, its result, and of the words what was heard."""

from collections.abc import AsyncIterator, Callable

import anyio
import pytest

from tests import fakes
from vivavoce.core import FRAME_S, Call, Event, Message, Refused, ReplyDone, ReplyMade, ToolCall
from vivavoce.models import Piece, Request, Usage
from vivavoce.models.remote.history import with_ids
from vivavoce.session import Costs, Session, SessionConfig
from vivavoce.session.jobs import ModelledJobs

COSTS = Costs(first_token_s=0.01, read_token_s=0.0, token_s=0.01)
ASKED = Message("user", "Is it sunny in Rome?")
SAID = "I am going to look that up for you now."


class Looker(fakes.FakeModel):
    """Looks before it answers."""

    def __init__(self, says: str = SAID) -> None:
        super().__init__(lambda m: "It is." if m[-1].role == "tool" else says)

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        looks = request.messages[-1].role != "tool"
        async for piece in super().stream(request):
            if looks and isinstance(piece, Usage) and not request.read_only:
                yield Call("weather", '{"city": "Rome"}')
            yield piece


class Talk:
    """A session that is asked once, frame by frame."""

    def __init__(self, model: fakes.FakeModel) -> None:
        self.events: list[Event] = []
        self.model, self._jobs, self._frames = model, ModelledJobs(), 0
        cfg = SessionConfig(tools=({"name": "weather"},))
        self.session = Session(fakes.parts(model), self._jobs, self.events.append, cfg, COSTS)

    async def ask(self) -> str:
        """Until the call comes; its id."""
        self.session.add(ASKED)
        self.session.respond()
        await self.until(lambda: self.of(ToolCall))
        return self.of(ToolCall)[0].call

    async def frame(self) -> None:
        self._frames += 1
        await self._jobs.advance(self._frames * FRAME_S)
        self.session.play()

    async def until(self, met: Callable[[], object]) -> None:
        for _ in range(200):
            if met():
                return
            await self.frame()
        raise AssertionError("it never came")

    async def over(self, answers: int = 1) -> None:
        await self.until(lambda: len(self.of(ReplyDone)) == answers)

    def of(self, kind: type) -> list:
        return [e for e in self.events if isinstance(e, kind)]

    async def told(self) -> tuple[Message, ...]:
        """What the model reads to tell of the result."""
        self.session.respond()
        await self.over(len(self.of(ReplyDone)) + 1)
        await self.session.close()
        return self.model.asked[-1].messages[1:]


def test_a_call_and_its_result_are_told_as_such() -> None:
    async def run() -> None:
        talk = Talk(Looker())
        call = await talk.ask()
        await talk.over()
        talk.session.tool_result(call, "sunny")
        told = await talk.told()
        made = Call("weather", '{"city": "Rome"}', call)
        assert told == (
            ASKED,
            Message("assistant", SAID, calls=(made,)),
            Message("tool", "sunny", call_id=call),
        )
        assert with_ids(told) == list(told), "nobody takes it for the user's words"

    anyio.run(run)


def test_a_result_that_comes_while_we_speak_stands_behind_what_was_said() -> None:
    async def run() -> None:
        talk = Talk(Looker())
        talk.session.tool_result(await talk.ask(), "sunny")
        assert not talk.of(ReplyDone)
        await talk.over()
        assert [m.role for m in await talk.told()] == ["user", "assistant", "tool"]

    anyio.run(run)


def test_an_answer_that_was_cut_off_keeps_its_calls_and_the_words_that_were_heard() -> None:
    async def run() -> None:
        talk = Talk(Looker())
        call = await talk.ask()
        for _ in range(12):
            await talk.frame()
        talk.session.cancel()
        talk.session.tool_result(call, "sunny")
        said = (await talk.told())[1]
        (heard,) = [e.heard for e in talk.of(ReplyDone) if e.status == "cancelled"]
        assert 0 < len(heard) < len(SAID)
        assert (said.text, [c.id for c in said.calls]) == (heard.strip(), [call])

    anyio.run(run)


def test_a_call_without_a_word_is_kept() -> None:
    async def run() -> None:
        talk = Talk(Looker(""))
        call = await talk.ask()
        await talk.over()
        talk.session.tool_result(call, "sunny")
        assert [m.text for m in await talk.told()] == [ASKED.text, "", "sunny"]

    anyio.run(run)


def test_a_call_has_one_result() -> None:
    async def run() -> None:
        talk = Talk(Looker())
        call = await talk.ask()
        talk.session.tool_result(call, "sunny")
        for name in (call, "call_0"):
            with pytest.raises(Refused, match="waits"):
                talk.session.tool_result(name, "rain")
        await talk.session.close()

    anyio.run(run)


def test_what_the_history_let_go_is_told_with_the_answer() -> None:
    async def run() -> None:
        talk = Talk(fakes.FakeModel("Fine."))
        for _ in range(20):
            talk.session.add(Message("user", "word " * 100))
            talk.session.add(Message("assistant", "so " * 100))
        talk.session.add(Message("user", "And now?"))
        await talk.told()
        (made,) = talk.of(ReplyMade)
        assert made.shortened == 42 - len(talk.model.asked[-1].messages)

    anyio.run(run)
