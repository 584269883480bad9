"""vivavoce experts try: one request, this expert alone."""

import json
import sys
from typing import TYPE_CHECKING, Any, get_args

import click

from vivavoce.core.speaker import Rank, Speaker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from vivavoce.experts import Expert
    from vivavoce.mind import Act, Answers, Ask, Told
    from vivavoce.models import Card

CONVERSATION = 1


@click.command("try")
@click.argument("name")
@click.argument("request", nargs=-1, required=True)
@click.option(
    "--as",
    "rank",
    type=click.Choice(get_args(Rank)),
    default="owner",
    show_default=True,
    help="Who asks.",
)
@click.option("--yes", is_flag=True, help="Say yes where it asks for one.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_obj
def try_(
    mind: "Answers | None",
    name: str,
    request: tuple[str, ...],
    rank: Rank,
    yes: bool,
    as_json: bool,
) -> None:
    """Ask expert NAME for REQUEST: a plain command at once, everything else by a model that has
    this expert's tools alone. What is done is really done."""
    import anyio

    from vivavoce.experts.registry import find

    expert, words = find().one(name), " ".join(request)
    said, acts = anyio.run(_held, expert, words, Speaker(rank, rank), yes, mind)
    if as_json:
        rows = [
            {
                "tool": act.tool,
                "arguments": dict(act.arguments),
                "verdict": act.verdict,
                "reason": act.reason,
                "result": act.result,
                "failed": act.failed,
            }
            for act in acts
        ]
        click.echo(json.dumps({"request": words, "answer": said, "acts": rows}))
        return
    from vivavoce.cli.answer import plain

    for act in acts:
        click.echo(f"{act.tool} {json.dumps(dict(act.arguments))} {act.verdict}", err=True)
    click.echo(plain(said))
    if not acts and sys.stderr.isatty():
        click.echo("(no tool was called)", err=True)


async def _held(
    expert: "Expert", words: str, speaker: Speaker, yes: bool, mind: "Answers | None"
) -> "tuple[str, list[Act]]":
    """What is said, and what is done; yes: a second turn says it, if it was asked for."""
    from vivavoce.core import Message
    from vivavoce.experts.commands import Commands, read_commands
    from vivavoce.experts.opened import opened
    from vivavoce.experts.settings import setup_of
    from vivavoce.mind import CHARACTER, Act, Ask
    from vivavoce.mind.acting import Acting, Hands
    from vivavoce.mind.house import open_mind
    from vivavoce.mind.policy import decide
    from vivavoce.models import Request, Text

    name = expert.manifest.name
    async with opened({name: expert}, setup_of) as house:
        tools = {t.name: t for t in (await house.tools(name)).values()}
        intents = [read_commands(expert.commands, name, tools)] if expert.commands else []
        hands = Hands(house, decide)
        acting = Acting(mind or _Later(open_mind), hands, _only(name), Commands(intents))
        messages: tuple[Message, ...] = (Message("system", CHARACTER), Message("user", words))
        text, acts = "", list[Act]()
        for turn in range(2):
            request = Request(messages, conversation=CONVERSATION)
            items: Any = acting.stream(Ask(request, speaker=speaker))
            async for item in items:
                if isinstance(item, Act):
                    acts.append(item)
                elif isinstance(item, Text):
                    text += item.text
            asked = bool(acts) and acts[-1].verdict == "ask" and not acts[-1].result
            if turn or not (yes and asked):
                break
            messages = (*messages, Message("assistant", text), Message("user", "yes"))
            text += "\n"
        return text, acts


class _Later:
    """A mind that is opened when a model is needed: plain commands work without any."""

    def __init__(self, open_: "Callable[[], Answers]") -> None:
        self._open = open_

    def cards(self) -> "Mapping[str, Card]":
        return self._open().cards()

    async def count(self, ask: "Ask") -> int:
        return await self._open().count(ask)

    def resumes(self, conversation: int) -> bool:
        del conversation
        return False

    async def stream(self, ask: "Ask") -> "AsyncIterator[Told]":
        items: Any = self._open().stream(ask)
        async for item in items:
            yield item


def _only(name: str) -> Any:
    """A finder that knows one expert, and picks tools by the words alone."""
    from collections.abc import Iterable, Mapping

    from vivavoce.experts import Tool
    from vivavoce.experts.finder import MOST_TOOLS, Finder, words

    class Only(Finder):
        def __init__(self) -> None:
            pass

        def scores(self, text: str, last: Iterable[str] = ()) -> dict[str, float]:
            del text, last
            return {name: 1.0}

        def probable(self, last: Iterable[str] = ()) -> frozenset[str]:
            del last
            return frozenset()

        def experts(self, text: str, last: Iterable[str] = ()) -> tuple[str, ...]:
            del text, last
            return (name,)

        def tools(
            self, text: str, offered: Mapping[str, Tool], always: Iterable[str] = (), most: int = 0
        ) -> dict[str, Tool]:
            said, first = words(text), frozenset(always)

            def shared(tool: str) -> tuple[bool, int]:
                about = words(f"{tool.replace('_', ' ')} {offered[tool].about}")
                return tool in first, len(said & about)

            chosen = sorted(offered, key=shared, reverse=True)[: most or MOST_TOOLS]
            return {tool: offered[tool] for tool in offered if tool in chosen}

    return Only()
