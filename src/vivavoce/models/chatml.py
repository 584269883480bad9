"""The ChatML prompt (Qwen, SmolLM), written so that a growing conversation keeps its prefix.

Rendered by hand and not by the model's Jinja template because a prompt whose last message is still
open, which no template can write, is what keeps the prefix cache hot while the user speaks.
"""

import json
import re
from collections.abc import Sequence

from vivavoce.core import Message
from vivavoce.models.signature import signature

END = "<|im_end|>"
_TOOLS = """

# Tools

Answer in words. Only if the user asks for just what one of these functions does, call it:
<tools>
{tools}
</tools>

To call one, answer with nothing but these lines; a <tool_response> follows, and you tell the user
what it says, in words:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call>"""
"""Without the words about the response a small model calls again instead of telling."""
IN_WORDS = Message("system", "Call no function now: answer the user yourself, in words.")
"""Where tools are told that must not be called: a small model would else tell how to call one."""
_PLAIN = Message("system", "You are a helpful assistant.")
"""Tools are told in the system message, so there has to be one."""
_MARKS = re.compile(r"<(?=\|\w+\|>|/?(?:think|tools|tool_call|tool_response)>)")


def render(
    messages: Sequence[Message], tools: Sequence[dict[str, object]] = (), *, open_end: bool = False
) -> str:
    """The prompt. open_end: leave the last message without its end, so that it may grow;
    otherwise the prompt ends where the assistant's answer begins."""
    if tools and messages and messages[0].role != "system":
        messages = [_PLAIN, *messages]
    parts = []
    for i, message in enumerate(messages):
        role, text = spoken(message)
        if i == 0 and tools:
            lines = "\n".join(signature(tool) for tool in tools)
            text += _TOOLS.format(tools=inert(lines))
        last = open_end and i == len(messages) - 1
        parts.append(f"<|im_start|>{role}\n{text}" + ("" if last else f"{END}\n"))
    if not open_end:
        parts.append("<|im_start|>assistant\n")
    return "".join(parts)


def head(messages: Sequence[Message], tools: Sequence[dict[str, object]]) -> str:
    """What the prompt begins with whatever is said: the system message and the tools; empty
    without a system message."""
    if not messages or messages[0].role != "system":
        return ""
    return f"{render(messages[:1], tools, open_end=True)}{END}\n"


def inert(text: str) -> str:
    """What anybody says must not be able to end a message, a thought or a call."""
    return _MARKS.sub("< ", text)


def spoken(message: Message) -> tuple[str, str]:
    """Its role and its text as the model reads them: a tool's result comes from the user, and the
    model is not given its thoughts back."""
    calls = [
        f'<tool_call>\n{{"name": {json.dumps(inert(call.name))}, '
        f'"arguments": {inert(call.arguments)}}}\n</tool_call>'
        for call in message.calls
    ]
    text = inert(message.text)
    text = "\n".join([text, *calls] if text else calls)
    if message.role == "tool":
        return "user", f"<tool_response>\n{text}\n</tool_response>"
    return message.role, text
