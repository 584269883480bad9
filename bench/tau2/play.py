"""A task of τ²: its reference's calls made through our hands, or played with a model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from time import monotonic

import anyio

from bench.hear import hear
from bench.peers.served import Peer
from bench.tau2.desk import Desk, Row
from bench.tau2.user import YES, asks, first_words
from vivavoce.core import OWNER, Message
from vivavoce.experts.opened import opened
from vivavoce.experts.settings import setup_of
from vivavoce.mind import Act, Ask
from vivavoce.mind.acting import Acting, Hands
from vivavoce.mind.acting.talk import Talk
from vivavoce.mind.policy import decide
from vivavoce.models import Request

NOW = datetime(2024, 5, 15, 15, tzinfo=timezone(timedelta(hours=-5), "EST"))
"""As the airline's policy has it."""
TURNS = 8
LONGEST_S = 1800.0
"""Of one task with a model."""


@asynccontextmanager
async def hands(desk: Desk, folder: Path) -> AsyncIterator[Hands]:
    """Of one desk, with the house's own policy."""
    name = desk.expert.manifest.name
    async with opened({name: desk.expert}, partial(setup_of, folder=folder)) as made:
        yield Hands(made, decide, now=lambda: NOW)


async def replay(peer: Peer, hands: Hands, domain: str, task: Row) -> Row:
    """The reference's calls through our hands, each with its owner's yes."""
    actions = task["evaluation_criteria"]["actions"] or []
    row, right = _begun(peer, domain, task)
    talk, made = Talk(), []
    for action in actions:
        name = f"{domain}_{action['name']}"
        made.append(await hands.do(name, action["arguments"], OWNER, talk, agreed=True))
    return row | {
        "calls": len(made),
        "yes": sum(done.act.reason.startswith("after a yes") for done in made),
        "failed": [n for n, done in enumerate(made) if done.result is None or done.result.failed],
        "equal": peer.ask("hash", domain)["hash"] == right,
    }


async def play(acting: Acting, peer: Peer, domain: str, task: Row, model: str, number: int) -> Row:
    """One conversation: everything at once, then a yes to each question."""
    row, right = _begun(peer, domain, task)
    history, acts, began = list[Message](), list[Act](), monotonic()
    said = first_words(task)
    with anyio.move_on_after(LONGEST_S) as limit:
        for _ in range(TURNS):
            history.append(Message("user", said))
            request = Request(tuple(history), max_tokens=300, conversation=number)
            asked = Ask(request, model, speaker=OWNER, stays_here=True)
            answer = await hear(acting, asked, acts)
            history.append(Message("assistant", answer))
            if not asks(answer):
                break
            said = YES
    return row | {
        "model": model,
        "passed": peer.ask("hash", domain)["hash"] == right,
        "late": limit.cancelled_caught,
        "s": round(monotonic() - began, 1),
        "said": [[message.role, message.text] for message in history],
        "acts": [[a.tool, dict(a.arguments), a.verdict, a.failed, a.result[:200]] for a in acts],
    }


def _begun(peer: Peer, domain: str, task: Row) -> tuple[Row, str]:
    """A new database; what τ² itself makes of the reference's calls, and the hash after them."""
    actions = task["evaluation_criteria"]["actions"] or []
    right = peer.ask("reference", domain, actions=actions)
    before, after = peer.ask("begin", domain)["hash"], right["hash"]
    changes, errors = before != after, right["errors"]
    row = {"domain": domain, "task": task["id"], "changes": changes, "reference_errors": errors}
    return row, after
