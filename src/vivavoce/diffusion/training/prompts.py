"""What the base model is asked to write on: functions that have a docstring and no body yet, code
in the middle, and requests as people put them."""

import ast
import random
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from vivavoce.diffusion.text import Writer
from vivavoce.diffusion.training.sources import Source

_SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."
"""Which Qwen2.5 was taught to expect."""
_WAYS = (
    "Write a Python function {name} for this: {what}",
    "Please write `{name}` in Python. {what}",
    "I need a short Python function called {name}. {what} Explain it in two sentences.",
    "Explain what this Python function does, step by step:\n\n{code}",
    "Write two unit tests with pytest for this function:\n\n{code}",
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """Tokens to go on from."""

    package: str
    kind: str
    ids: tuple[int, ...]


def prompts(writer: Writer, found: Sequence[Source], count: int, seed: int) -> list[Prompt]:
    """So many at most, of all kinds in turn; the same for the same sources and seed."""
    draw = random.Random(seed)
    mixed = list(found)
    draw.shuffle(mixed)
    kinds = (_heads(writer, mixed), _middles(writer, mixed, draw), _asked(writer, mixed, draw))
    turns = (kinds[0], kinds[1], kinds[0], kinds[2])
    taken: list[Prompt] = []
    for one in chain.from_iterable(zip_longest(*turns)):
        if one is not None and 12 <= len(one.ids) <= 360:
            taken.append(one)
        if len(taken) == count:
            break
    return taken


@dataclass(frozen=True, slots=True)
class _Function:
    package: str
    name: str
    what: str
    """The docstring's first paragraph."""
    head: str
    """Signature and docstring."""
    code: str


def _functions(found: Sequence[Source]) -> Iterator[_Function]:
    """At most four of a file, so that no package speaks for all."""
    for source in found:
        lines = source.text.splitlines()
        taken = 0
        try:
            tree = ast.parse(source.text)
        except (SyntaxError, ValueError, RecursionError):  # of another Python, or a template
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef) or len(node.body) < 2:
                continue
            what = ast.get_docstring(node)
            if not what or not 30 <= len(what) <= 700:
                continue
            head = lines[node.lineno - 1 : node.body[0].end_lineno]
            code = lines[node.lineno - 1 : node.end_lineno]
            yield _Function(
                source.package,
                node.name,
                " ".join(what.split("\n\n")[0].split()),
                textwrap.dedent("\n".join(head)),
                textwrap.dedent("\n".join(code)),
            )
            taken += 1
            if taken == 4:
                break


def _heads(writer: Writer, found: Sequence[Source]) -> Iterator[Prompt]:
    for one in _functions(found):
        yield Prompt(one.package, "head", writer.plain(f"{one.head}\n"))


def _middles(writer: Writer, found: Sequence[Source], draw: random.Random) -> Iterator[Prompt]:
    for source in found:
        lines = source.text.splitlines(keepends=True)
        start = draw.randrange(max(1, len(lines) - 30))
        part = "".join(lines[start : start + draw.randint(8, 24)])
        yield Prompt(source.package, "middle", writer.plain(part))


def _asked(writer: Writer, found: Sequence[Source], draw: random.Random) -> Iterator[Prompt]:
    for one in _functions(found):
        way = draw.choice(_WAYS)
        said = way.format(name=one.name, what=one.what, code=one.code[:900])
        ids = writer.chat((("system", _SYSTEM), ("user", said)))
        yield Prompt(one.package, "asked", ids)
