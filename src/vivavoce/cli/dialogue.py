"""A typed conversation: its history, its settings, and the commands that change them."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from vivavoce.cli.answer import Answer, answered
from vivavoce.cli.thinking import Wish, budget
from vivavoce.core import ConfigError, Message, Refused
from vivavoce.mind import AUTO, Answers, Told, Voting
from vivavoce.models import Request

INSTRUCTIONS = (
    "You are Vivavoce, an assistant in a terminal: quick, considerate, precise. Answer in plain "
    "text, as short as the question allows. If you don't know, say so."
)


class Leave(Exception):
    """The user wants to go."""


@dataclass(slots=True)
class Dialogue:
    """One conversation; /new begins another."""

    mind: Answers
    wish: Wish
    instructions: str = INSTRUCTIONS
    max_tokens: int = 1024
    history: list[Message] = field(default_factory=list)
    last: Answer | None = None
    number: int = 1

    async def turn(self, text: str, told: Callable[[Told], None]) -> Answer:
        """Ask; the answer is in self.last while it comes."""
        answer = self.last = Answer(text, self.wish.thinking)
        messages = (Message("system", self.instructions), *self.history, Message("user", text))
        request = Request(messages, max_tokens=self.max_tokens, conversation=self.number)
        await answered(self.mind, self.wish.ask(request), answer, told)
        self.keep()
        return answer

    def keep(self) -> None:
        """The last question and its answer, as far as it came, are history from now on."""
        answer = self.last
        if answer is not None and (answer.text or answer.calls):
            card = self.mind.cards().get(answer.usage.model)
            message = answer.message(card.vendor if card else "")
            self.history += [Message("user", answer.question), message]

    def obey(self, line: str) -> str:
        """Run a command; what to show. ConfigError or Refused says what would do."""
        name, _, rest = line[1:].partition(" ")
        if name not in COMMANDS:
            raise ConfigError(f"there is no /{name}; /help lists the commands")
        return COMMANDS[name].run(self, rest.strip())


@dataclass(frozen=True, slots=True)
class Command:
    """One that begins with a slash."""

    takes: str
    help: str
    run: Callable[[Dialogue, str], str]


def _think(chat: Dialogue, rest: str) -> str:
    chat.wish = replace(chat.wish, thinking=budget(rest or AUTO))
    found = chat.wish.thinking
    return "thinking: as the router says" if found is None else f"thinking: {found.tokens:,} tokens"


def _chains(chat: Dialogue, rest: str) -> str:
    if rest in ("", AUTO):
        chat.wish = replace(chat.wish, chains=None)
        return "chains: as the router says"
    if not rest.isdecimal():
        raise ConfigError(f"/chains takes a whole number or auto, not {rest!r}")
    chat.wish = replace(chat.wish, chains=Voting(int(rest)).chains)
    return f"chains: {rest}"


def _model(chat: Dialogue, rest: str) -> str:
    names = (AUTO, *chat.mind.cards())
    if not rest:
        return f"model: {chat.wish.model} (of: {', '.join(names)})"
    if rest not in names:
        raise ConfigError(f"no model is called {rest!r}; there are: {', '.join(names)}")
    chat.wish = replace(chat.wish, model=rest)
    return f"model: {rest}"


def _route(chat: Dialogue, _: str) -> str:
    outcome = chat.last.outcome if chat.last else None
    if outcome is None:
        return "nothing was answered yet"
    if outcome.route is None:
        return f"{outcome.usage.model}: there is nothing to choose"
    route = outcome.route
    lines = [f"{route.model}: {route.why}"]
    lines += [f"  {name} is worth {worth:.3f}" for name, worth in route.scores.items()]
    lines += [f"  not {name}: {why}" for name, why in route.refused.items()]
    lines += [f"  {name} failed before" for name in route.fell_from]
    return "\n".join(lines)


def _system(chat: Dialogue, rest: str) -> str:
    if not rest:
        return f"system: {chat.instructions}"
    chat.instructions = rest
    return "the system message is changed"


def _new(chat: Dialogue, _: str) -> str:
    chat.history.clear()
    chat.last = None
    chat.number += 1
    return "a new conversation"


def _save(chat: Dialogue, rest: str) -> str:
    if not rest:
        raise ConfigError("/save takes a file, such as /save talk.md")
    names = {"user": "You", "assistant": "Vivavoce"}
    parts = [f"**{names[m.role]}:** {m.text}" for m in chat.history if m.role in names]
    path = Path(rest).expanduser()
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write("\n\n".join(parts) + "\n")
    except FileExistsError:
        raise Refused(f"{path} is there already; choose another name") from None
    except OSError as error:
        raise Refused(f"{path} can't be written ({error.strerror}); choose another") from error
    return f"saved in {path}"


def _thinking(chat: Dialogue, _: str) -> str:
    return (chat.last.thinking if chat.last else "") or "nothing was thought"


def _help(_: Dialogue, __: str) -> str:
    rows = [(f"/{name} {command.takes}", command.help) for name, command in COMMANDS.items()]
    wide = max(len(left) for left, _ in rows)
    keys = 'A line that ends with \\ goes on; """ opens and closes a block; // is a slash.\n'
    keys += "Ctrl-C stops an answer, at the prompt it leaves; so does Ctrl-D."
    return "\n".join([*(f"{left:{wide}}  {right}" for left, right in rows), keys])


def _quit(_: Dialogue, __: str) -> str:
    raise Leave


COMMANDS = {
    "think": Command("N|EFFORT|auto", "how long to think", _think),
    "chains": Command("N|auto", "how many chains vote", _chains),
    "model": Command("NAME|auto", "who answers", _model),
    "route": Command("", "why the last answer went where it went", _route),
    "thinking": Command("", "the last thought, whole", _thinking),
    "system": Command("TEXT", "another system message", _system),
    "new": Command("", "forget this conversation, begin another", _new),
    "save": Command("FILE", "write the conversation into a file", _save),
    "help": Command("", "this", _help),
    "quit": Command("", "leave", _quit),
}
