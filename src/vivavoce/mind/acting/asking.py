"""Who asks, once that is known; and what is asked back before anything is done."""

import anyio

from vivavoce.core import Speaker
from vivavoce.mind.acting.hands import Done, Hands, arguments_of, summary_of
from vivavoce.mind.acting.talk import Pending, Talk
from vivavoce.mind.ask import Ask

POLL_S = 0.02


async def settled(ask: Ask) -> Speaker:
    """Who asked, once that is known and the answer is wanted; a draft that never is waits until it
    is closed."""
    while ask.settled is not None:
        if (speaker := ask.settled()) is not None:
            return speaker
        await anyio.sleep(POLL_S)
    return ask.speaker


def offered(done: Done, talk: Talk) -> None:
    """What it has just said ends with a question: from now on a yes does what it offers."""
    call = done.result.offers if done.result and not done.result.failed else None
    if call is not None and (arguments := arguments_of(call)) is not None:
        talk.pending = Pending(call.name, arguments, call.name.replace("_", " "))


async def question(hands: Hands, done: Done, talk: Talk) -> str:
    """Shall I? From now on a yes does it."""
    act = done.act
    summary = done.plan or summary_of(act.tool, await hands.tool(act.tool), act.arguments)
    talk.pending = Pending(act.tool, act.arguments, summary)
    return f"Shall I {summary}?"
