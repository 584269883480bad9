"""The templates by which a device's description says how its messages are read (Jinja, as Home
Assistant has them). They come from the broker, so they run in a sandbox and stay small."""

import json
from functools import cache
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST = 2000
MOST = 1_000_000
"""No number, and no text, becomes greater."""
_FILTERS = (
    "abs",
    "default",
    "d",
    "first",
    "float",
    "int",
    "last",
    "length",
    "lower",
    "max",
    "min",
    "replace",
    "round",
    "string",
    "title",
    "trim",
    "upper",
)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Sums, comparisons and a few filters; nothing that grows without end."""

    intercepted_binops = frozenset({"**", "*", "%"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Of numbers only, and no powers."""
        if operator == "**" or not all(isinstance(x, int | float) for x in (left, right)):
            raise ValueError("that is not allowed in a template")
        return super().call_binop(context, operator, left, right)


def render(template: str, payload: str, **more: Any) -> str:
    """What a template makes of a payload, which it calls value and value_json. ValueError: the
    template can't be used, or not with this."""
    if not template:
        return payload
    try:
        document: Any = json.loads(payload)
    except (ValueError, RecursionError):
        document = {}
    try:
        return _template(template).render(value=payload, value_json=document, **more).strip()[:MOST]
    except (TemplateError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        raise ValueError(f"a template failed: {type(error).__name__}") from None


@cache
def _template(text: str) -> Template:
    if len(text) > LONGEST or "{% for" in text.replace("{%-", "{%").replace("  ", " "):
        raise ValueError("a template is too long, or loops")
    return _environment().from_string(text)


@cache
def _environment() -> _Sandbox:
    made = _Sandbox(autoescape=False)
    made.filters = {name: made.filters[name] for name in _FILTERS}
    made.globals = {
        "float": float,
        "int": int,
        "iif": lambda x, yes=True, no=False: yes if x else no,
    }
    return made
