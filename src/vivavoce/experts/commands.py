"""Plain commands: sentences that say which tool they mean, so that no model is asked.

Sentences are hassil's templates (the matcher of Home Assistant), one commands.yaml an expert. What
a slot may hold follows from the tool's own parameter.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from hassil import Intents, recognize_all
from hassil.errors import HassilError
from hassil.intents import RangeSlotList, SlotList
from hassil.parser import ParseError

from vivavoce.core import ConfigError
from vivavoce.experts.tool import Tool

MOST_WORDS = 24
"""A longer request is no plain command."""
MOST_NUMBER = 10_000
_BEFORE = re.compile(
    r"^(?:(?:hey|hi|hello|ok|okay|so|now|and|then|please|just|uh|um|well|viva ?voce)[,.]?\s+|"
    r"(?:could|can|would|will) you (?:please |just )*|i(?:'d| would) like you to |"
    r"i want you to |go ahead and )+"
)
_AFTER = re.compile(
    r"(?:,? (?:please|thanks|thank you|for me|will you|would you|now|right now|viva ?voce))+$"
)
_BETWEEN = re.compile(r",? (?:and then|and|then) |, ")


@dataclass(frozen=True, slots=True)
class Command:
    """A tool's call that a sentence means."""

    tool: str
    """Its whole name, expert_tool."""
    arguments: Mapping[str, Any]
    literal: int
    """Characters of the sentence that the template itself has: how sure it is."""


class _Yaml(yaml.SafeLoader):
    """on, off, yes and no are words: a lamp's parameter is called on."""


_Yaml.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class Commands:
    """The sentences of all experts. Pure: it is asked, and does nothing."""

    def __init__(self, intents: Sequence[Intents] = ()) -> None:
        self._intents = tuple(intents)

    @property
    def experts(self) -> int:
        """Of how many experts these are."""
        return len(self._intents)

    def match(self, text: str) -> list[Command]:
        """What the whole text may mean, the surest first; empty: it is no plain command."""
        said = plain(text)
        if not said or len(said.split()) > MOST_WORDS:
            return []
        found: dict[str, Command] = {}
        for intents in self._intents:
            for result in recognize_all(said, intents):
                if any(not e.text_clean.strip() for e in result.entities_list if e.is_wildcard):
                    continue
                free = sum(len(e.text_clean.strip()) for e in result.entities_list)
                arguments = {name: _value(e.value) for name, e in result.entities.items()}
                command = Command(result.intent.name, arguments, len(said) - free)
                key = f"{command.tool} {sorted(arguments.items(), key=str)}"
                if key not in found or found[key].literal < command.literal:
                    found[key] = command
        return sorted(found.values(), key=lambda c: -c.literal)

    def parts(self, text: str) -> list[list[Command]]:
        """The commands of a text that joins some ("lights off and pause the music"), each with all
        that it may mean; empty if a part of it is none."""
        said = plain(text)
        parts = _BETWEEN.split(said)
        found = [self.match(part) for part in parts] if len(parts) > 1 else []
        return found if all(found) else []


def read_commands(path: Path, expert: str, tools: Mapping[str, Tool]) -> Intents:
    """An expert's commands.yaml. tools: by their own names. ConfigError says where it is wrong."""
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), _Yaml) or {}
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is not UTF-8; save it as UTF-8") from None
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} can't be read: {error}") from error
    if not isinstance(written, dict):
        raise ConfigError(f"{path}: write tool names with their sentences below")
    intents = {}
    for name, blocks in written.items():
        if name not in tools:
            raise ConfigError(f"{path}: {expert} has no tool {name!r}; it has: {', '.join(tools)}")
        if not isinstance(blocks, list | None):
            raise ConfigError(f"{path}: {name}: write a list of blocks, each with say: [sentences]")
        intents[f"{expert}_{name}"] = {"data": [_block(path, tools[name], b) for b in blocks or ()]}
    try:
        made = Intents.from_dict({"language": "en", "intents": intents})
        for intent in made.intents.values():
            for data in intent.data:
                _ = data.sentences  # parsed here, not at the first request
                _count(data.slot_lists)
        list(recognize_all("anything", made))  # what hassil prepares then, it keeps
    except (HassilError, ParseError, ValueError, KeyError, AssertionError, RecursionError) as error:
        raise ConfigError(f"{path}: {error or type(error).__name__}") from error
    return made


def plain(text: str) -> str:
    """Lower case, without what people say around a command."""
    said = " ".join(text.lower().replace("’", "'").split()).strip(" .!?,;:")
    before = None
    while said != before:
        before = said
        said = _AFTER.sub("", _BEFORE.sub("", said)).strip(" .!?,;:")
    return said


def _block(path: Path, tool: Tool, block: object) -> dict[str, Any]:
    if not isinstance(block, dict) or not isinstance(block.get("say"), list):
        raise ConfigError(f"{path}: {tool.name}: a block has say: [sentences], and may have with:")
    known = tool.parameters.get("properties", {})
    given = block.get("with") or {}
    if not isinstance(given, dict):
        raise ConfigError(f"{path}: {tool.name}: with has parameters and values: {{name: value}}")
    sentences = [str(sentence) for sentence in block["say"]]
    slots = {slot for sentence in sentences for slot in re.findall(r"\{(?:\w+:)?(\w+)\}", sentence)}
    for name in (*given, *slots):
        if name not in known:
            raise ConfigError(
                f"{path}: {tool.name} has no parameter {name!r}; it has: {', '.join(known)}"
            )
    lists = {slot: _list(known[slot], tool.parameters.get("$defs", {})) for slot in slots}
    return {"sentences": sentences, "slots": given, "lists": lists}


def _count(lists: Mapping[str, SlotList]) -> None:
    """Have hassil put the numbers into words now: at the first request it takes half a second."""
    for numbers in lists.values():
        if isinstance(numbers, RangeSlotList):
            one = {"any": {"data": [{"sentences": ["{numbers}"]}]}}
            only = Intents.from_dict({"language": "en", "intents": one})
            list(recognize_all("one", only, slot_lists={"numbers": numbers}))


def _list(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> dict[str, Any]:
    """hassil's kind of slot for a parameter."""
    for kind in (schema, *schema.get("anyOf", ())):
        if "$ref" in kind:
            kind = defs.get(kind["$ref"].rsplit("/", 1)[1], {})
        if "enum" in kind:
            return {"values": [{"in": str(v).replace("_", " "), "out": v} for v in kind["enum"]]}
        if kind.get("type") in ("integer", "number"):
            least = int(kind.get("minimum", kind.get("exclusiveMinimum", 0)))
            most = int(kind.get("maximum", MOST_NUMBER))
            return {"range": {"from": least, "to": min(most, MOST_NUMBER)}}
    return {"wildcard": True}


def _value(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
