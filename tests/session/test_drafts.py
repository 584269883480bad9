"""A draft is an answer to what holds when it is written; what changes meanwhile makes it anew."""

from collections.abc import Callable

import anyio
import numpy as np
import pytest

from tests import fakes
from vivavoce.core import FRAME_S, IN_FRAME, Budget, Event, Message, ReplyDone
from vivavoce.models import Request
from vivavoce.session import Costs, FloorTuning, How, Session, SessionConfig
from vivavoce.session.jobs import ModelledJobs

Change = Callable[[Session], object]
SAID = "what is six times twelve."


def talk(change: Change) -> tuple[list[Request], int, str]:
    """What the model was asked, how many of it before the change (made as soon as there is a
    draft), and the answer."""
    model, events = fakes.FakeModel("It is seventy two."), list[Event]()
    pcm = np.concatenate([fakes.speech(SAID), fakes.silence(4.0)])

    async def run() -> int:
        jobs, before = ModelledJobs(), 0
        costs = Costs(first_token_s=0.01, read_token_s=0.0, token_s=0.01)
        session = Session(fakes.parts(model), jobs, events.append, SessionConfig(), costs)
        for index, frame in enumerate(pcm[: len(pcm) // IN_FRAME * IN_FRAME].reshape(-1, IN_FRAME)):
            await jobs.advance((index + 1) * FRAME_S)
            if model.asked and not before:
                before = len(model.asked)
                change(session)
            session.hear(frame)
            session.play()
        await session.close()
        return before

    before = anyio.run(run)
    (done,) = [e for e in events if isinstance(e, ReplyDone)]
    assert done.reply > 0
    return model.asked, before, done.text.strip()


@pytest.mark.parametrize(
    ("change", "as_told"),
    [
        (lambda s: s.configure(how=How(thinking=Budget(64))), lambda r: r.thinking == Budget(64)),
        (lambda s: s.configure(max_tokens=7), lambda r: r.max_tokens == 7),
        (lambda s: s.configure(temperature=0.5), lambda r: r.temperature == 0.5),
        (lambda s: s.configure(instructions="Rhyme."), lambda r: r.messages[0].text == "Rhyme."),
        (
            lambda s: s.add(Message("system", "It is late.")),
            lambda r: any(m.text == "It is late." for m in r.messages),
        ),
    ],
    ids=["thinking", "length", "temperature", "instructions", "history"],
)
def test_a_change_in_mid_turn_makes_the_draft_anew(
    change: Change, as_told: Callable[[Request], bool]
) -> None:
    asked, before, answer = talk(change)
    assert before == 1, "the change came while there was a draft"
    begun_anew = [r for r in asked if not r.begun]
    assert not as_told(begun_anew[0])
    assert as_told(begun_anew[-1])
    assert answer == "It is seventy two."


def test_what_only_the_floor_is_told_leaves_the_draft_alone() -> None:
    asked, _, _ = talk(lambda s: s.configure(floor=FloorTuning(eagerness="medium")))
    assert len({r.messages for r in asked}) == 1
    assert sum(not r.begun for r in asked) == 1
