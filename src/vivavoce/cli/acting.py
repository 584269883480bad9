"""The house's experts for a command of the terminal."""

import asyncio
from collections.abc import Callable
from typing import Any

import anyio

from vivavoce.cli.answer import Answer, answered
from vivavoce.core import RANKS, Speaker
from vivavoce.mind import Answers, Ask, Told


async def answered_by(
    mind: Answers, ask: Ask, answer: Answer, told: Callable[[Told], None], acts: bool
) -> None:
    """Fill an answer; acts: by the experts too."""
    if not acts:
        await answered(mind, ask, answer, told)
        return
    from vivavoce.mind.acting.house import WARM_S, open_house

    async with open_house(mind) as house:
        with anyio.move_on_after(WARM_S):
            await house.warm.wait()
        await answered(house.acting, ask, answer, told)


def speaker_of(name: str) -> Speaker:
    """Somebody who is enrolled, or a rank. Unknown: there is nobody of that name."""
    rank = next((rank for rank in RANKS if rank == name.lower()), None)
    if rank is not None:
        return Speaker("owner" if rank == "owner" else "", rank, 1.0, "text")
    from vivavoce.people import here

    person = here().get(name)
    return Speaker(person.name, person.rank, 1.0, "text")


class Kept:
    """A house in a task of its own, for a terminal that goes turn by turn."""

    def __init__(self, mind: Answers) -> None:
        self._mind = mind
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def open(self, say: Callable[[str], None]) -> Answers:
        """The mind with hands. say: what the house says by itself."""
        from vivavoce.experts.announcer import Note
        from vivavoce.mind.acting.house import WARM_S, open_house

        made: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()

        async def keep() -> None:
            async with open_house(self._mind) as house:
                with anyio.move_on_after(WARM_S):
                    await house.warm.wait()

                def show(note: Note) -> None:
                    if note.text:
                        say(note.text)
                        house.announcer.heard(note)

                house.announcer.listen(show)
                made.set_result(house.acting)
                await self._over.wait()

        self._task = asyncio.create_task(keep())
        waiting: set[asyncio.Future[Any]] = {self._task, made}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        return made.result()

    async def close(self) -> None:
        """Disconnect everything."""
        self._over.set()
        if self._task is not None:
            await self._task
