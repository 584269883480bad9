"""What a reply is worth, by BFCL's rules for Python (its ast_checker), written anew.

A value is right if it is one of those allowed: numbers exactly (an integer may stand for a float),
strings without regard to case, blanks and ,./-_*^, lists in their order, objects key by key. An
argument may be left out where that is allowed; none may be added. Calls may come in any order.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, get_args

from bench.tools.bfcl import Allowed, Question
from bench.tools.reply import Reply
from vivavoce.models.remote.schema import Misfit, check

Verdict = Literal[
    "right", "wrong arguments", "wrong name", "missing", "superfluous", "malformed", "failed"
]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
LEFT_OUT = ""
_IGNORED = re.compile(r"[ ,./\-_*^]")
_TYPES = {
    "string": str, "integer": int, "float": float, "boolean": bool, "array": list, "tuple": list,
    "dict": dict, "any": str,
}  # fmt: skip
_Found = list[tuple[str, Any]]


def verdict(question: Question, reply: Reply) -> Verdict:
    """The one thing that is wrong with it, the worst first, or right."""
    if reply.failed:
        return "failed"
    found: _Found = []
    known = {str(tool["name"]): tool["parameters"] for tool in question.tools}
    for name, arguments in reply.calls:
        try:
            found.append((name, check(arguments, known.get(name, {}))))
        except Misfit:
            return "malformed"
    if unread(reply, known):
        return "malformed"
    more = len(found) - len(question.answers)
    if more:
        return "superfluous" if more > 0 else "missing"
    names = Counter(name for name, _ in found)
    if names != Counter(name for name, _ in question.answers):
        return "wrong name"
    return "right" if _all(question, found) else "wrong arguments"


def unread(reply: Reply, names: Mapping[str, object]) -> bool:
    """A call that stands in the text, or that the token limit cut off: nobody would run it."""
    if reply.cut and not reply.calls and not reply.text.strip():
        return True
    if "<tool_call>" in reply.text:
        return True
    return any(
        f'"{name}"' in reply.text and re.search(r'"(arguments|parameters)"\s*:', reply.text)
        for name in names
    )


def _all(question: Question, found: _Found) -> bool:
    """Each expected call is one of those found, which then is used up (as BFCL: the first)."""
    left = list(found)
    described = {f["name"]: f["parameters"]["properties"] for f in question.functions}
    for name, allowed in question.answers:
        fits = (
            i
            for i, (called, args) in enumerate(left)
            if called == name and right(args, allowed, described[name])
        )
        if (i := next(fits, None)) is None:
            return False
        del left[i]
    return True


def right(args: Mapping[str, Any], allowed: Allowed, described: Mapping[str, Any]) -> bool:
    """Whether a call's arguments are as they may be."""
    if any(name not in allowed or name not in described for name in args):
        return False
    if any(name not in args and LEFT_OUT not in values for name, values in allowed.items()):
        return False
    return all(_value(value, allowed[name], described[name]) for name, value in args.items())


def _value(value: Any, allowed: Sequence[Any], described: Mapping[str, Any]) -> bool:
    kind = _TYPES[described["type"]]
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        # A variable of the user's stands as a string where its value has another type.
        other = next((type(a) for a in allowed if a != LEFT_OUT), None)
        return type(value) is other and value in allowed
    given = [a for a in allowed if a != LEFT_OUT or kind is str]
    return any(_same(value, a) for a in given)


def _same(value: Any, allowed: Any) -> bool:
    """allowed: a value, or of an object the allowed values of each key."""
    if isinstance(value, dict) and isinstance(allowed, dict):
        return all(
            any(_same(value[k], a) for a in values) if k in value else LEFT_OUT in values
            for k, values in allowed.items()
        ) and value.keys() <= set(allowed)
    if isinstance(value, list) and isinstance(allowed, list):
        return len(value) == len(allowed) and all(map(_same, value, allowed))
    if isinstance(value, str) and isinstance(allowed, str):
        return plain(value) == plain(allowed)
    return isinstance(value, bool) == isinstance(allowed, bool) and bool(value == allowed)


def plain(text: str) -> str:
    """Without case, blanks and punctuation, as BFCL compares strings."""
    return _IGNORED.sub("", text).lower().replace("'", '"')


def lenient(question: Question, reply: Reply) -> Reply:
    """As a client would have it that reads calls out of the text too: every JSON object there
    that names one of the tools."""
    if reply.calls:
        return reply
    names = {f["name"] for f in question.functions}
    decoder, found, rest = json.JSONDecoder(), [], reply.text
    while (start := rest.find("{")) >= 0:
        try:
            call, end = decoder.raw_decode(rest, start)
        except ValueError:
            rest = rest[start + 1 :]
            continue
        name = call.get("name")
        if isinstance(name, str) and name in names:
            args = call.get("arguments", call.get("parameters", {}))
            found.append((name, json.dumps(args)))
        rest = rest[end:]
    return replace(reply, calls=tuple(found), text="") if found else reply
