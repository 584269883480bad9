"""The templates by which a device's description says how its messages are read (Jinja, as Home
Assistant has them). They come from the broker, so they run in a sandbox and stay small."""

import json
import re
from functools import lru_cache
from typing import Any

from jinja2 import Template, TemplateError, nodes
from jinja2.filters import do_round, do_title, do_trim
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

LONGEST = 2000
"""Characters of a template…"""
MOST_STEPS = 50
"""…and filters, calls and tests in one."""
MOST = 32 * 1024
"""Characters of a message that one reads; no text in it becomes longer."""
GREATEST = 10**18
"""No whole number that was reckoned is greater."""
FINEST = 15
"""Digits that round keeps."""
LONGEST_PART = 200
"""Characters that a text is searched for, or rid of."""
MOST_KEPT = 2000
"""Templates; others are read anew each time."""
_JOIN = "~"
"""A filter that no template can name: what a ~ b ~ c becomes."""
_MAY: tuple[type[nodes.Node], ...] = (
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.Assign,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Call,
    nodes.Filter,
    nodes.Test,
    nodes.Keyword,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
    nodes.Concat,
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Neg,
    nodes.Pos,
)
"""What a template may be made of: nothing that goes round, calls itself or fetches another."""
_LISTS = (nodes.List, nodes.Tuple, nodes.Dict)
_FILTERS = re.findall(r"\S+", "abs d default first float int last length lower max min upper")
"""Of Jinja's own; those below are ours."""
_METHODS: dict[type, list[str]] = {
    str: re.findall(
        r"\S+",
        "capitalize count endswith find isdigit lower lstrip partition replace rpartition rsplit "
        "rstrip split startswith strip title upper",
    ),
    dict: ["get", "items", "keys", "values"],
}
"""What may be called of a value."""
_FAILS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,  # of Python: ifs in ifs in ifs
    TemplateError,
    TypeError,
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Sums, comparisons and a few filters; nothing that grows without end."""

    intercepted_binops = frozenset({"**", "*", "%", "+", "-", "/", "//"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Of numbers only, and no powers; short texts may be put together."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return _short(left + right)
        if operator == "**" or not all(isinstance(x, int | float) for x in (left, right)):
            raise ValueError("that is not allowed in a template")
        made = super().call_binop(context, operator, left, right)
        if isinstance(made, int) and abs(made) > GREATEST:
            raise ValueError("a number is too great")
        return made

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Of Python only what is known to be small."""
        return attr in _METHODS.get(type(obj), ())

    def wrap_str_format(self, value: Any) -> None:
        """Not at all: {0:>1000000000} is a gigabyte."""

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """A text is replaced in as the filter does it."""
        text = getattr(called, "__self__", None)
        if isinstance(text, str):
            _parts(*args)
            if called.__name__ == "replace":
                return _replace(text, *args, **kwargs)
        return super().call(context, called, *args, **kwargs)


class _Joins(NodeTransformer):
    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # Jinja's name
        self.generic_visit(node)
        return nodes.Filter(nodes.Tuple(node.nodes, "load"), _JOIN, [], [], None, None)


def render(template: str, payload: str, **more: Any) -> str:
    """What a template makes of a payload, which it calls value and value_json. ValueError: the
    template can't be used, or not with this."""
    if not template:
        return payload
    if len(payload) > MOST:
        raise ValueError("a message is too long for a template")
    try:
        document: Any = json.loads(payload)
    except (ValueError, RecursionError):
        document = {}
    try:
        return _template(template).render(value=payload, value_json=document, **more).strip()[:MOST]
    except _FAILS as error:
        raise ValueError(f"a template failed: {type(error).__name__}") from None


@lru_cache(MOST_KEPT)
def _template(text: str) -> Template:
    if len(text) > LONGEST:
        raise ValueError("a template is too long")
    environment = _environment()
    tree = environment.parse(text)
    _check(tree)
    tree = _Joins().visit(tree)
    tree.set_environment(environment)
    return environment.from_string(tree.set_lineno(1))


def _check(tree: nodes.Template) -> None:
    """ValueError: it could go on for long, or grow: what is set goes into no list that is set, as
    {% set a = [a, a] %} doubles it each time."""
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _MAY):
            raise ValueError(f"a template must do without {type(node).__name__}")
    if len(list(tree.find_all((nodes.Filter, nodes.Call, nodes.Test)))) > MOST_STEPS:
        raise ValueError("a template does too much")
    named = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    for given in tree.find_all(nodes.Assign):
        lists = (held for held in given.find_all(_LISTS) if held is not given.target)
        if any(name.name in named for held in lists for name in held.find_all(nodes.Name)):
            raise ValueError("a template puts what it set into what it sets")


def _parts(*given: object) -> None:
    if any(isinstance(part, str) and len(part) > LONGEST_PART for part in given):
        raise ValueError("a template does too much")


def _short(text: str) -> str:
    if len(text) > MOST:
        raise ValueError("a text is too long")
    return text


def _replace(given: object, by: object, to: object, count: int | None = None) -> str:
    """ValueError: it would be too long; that is known before."""
    text, old, new = _short(str(given)), str(by), str(to)
    most = -1 if count is None else count
    found = text.count(old) if most < 0 else min(most, text.count(old))
    if len(text) + found * (len(new) - len(old)) > MOST:
        raise ValueError("a text is too long")
    return text.replace(old, new, most)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    if abs(precision) > FINEST:
        raise ValueError("a template rounds too finely")
    return do_round(value, precision, method)


def _title(text: object) -> str:
    _parts(text)
    return do_title(str(text))


def _trim(text: object, chars: str | None = None) -> str:
    _parts(chars)
    return do_trim(str(text), chars)


@lru_cache(1)
def _environment() -> _Sandbox:
    made = _Sandbox(autoescape=False)
    made.filters = {name: made.filters[name] for name in _FILTERS} | {
        _JOIN: lambda parts: _short("".join(map(str, parts))),
        "replace": _replace,
        "round": _round,
        "string": lambda value: _short(str(value)),
        "title": _title,
        "trim": _trim,
    }
    made.globals = {
        "float": float,
        "int": int,
        "iif": lambda x, yes=True, no=False: yes if x else no,
    }
    return made
