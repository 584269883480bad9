"""The loop between a sound card and a conversation, with a false card."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np
import pytest

from tests.web.fakes import Opener
from vivavoce.core import Pcm, Refused, Retry
from vivavoce.talk import converse

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Unplugged:
    """A sound card that gives a second of sound, then none."""

    waiting_s = 0.0

    def __init__(self, heard: Callable[[Pcm], None], *, null: bool) -> None:
        self._heard = heard

    def __enter__(self) -> Self:
        self._heard(np.zeros(24_000, np.float32))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def play(self, pcm: Pcm) -> None: ...

    def check(self) -> None: ...


def missing(_heard: Callable[[Pcm], None], *, null: bool) -> None:
    raise Refused("no microphone")


async def test_a_sound_card_that_goes_away_ends_the_talk_and_says_so():
    opener = Opener()
    with pytest.raises(Retry, match="plug it in"):
        await converse(opener, lambda _: None, card=Unplugged, patience_s=0.1)
    assert len(opener.last.frames) == 12
    assert opener.last.closed


async def test_without_a_sound_card_no_session_stays_open():
    opener = Opener()
    with pytest.raises(Refused):
        await converse(opener, lambda _: None, card=missing)
    assert opener.last.closed
