"""The ChatML prompt (Qwen, SmolLM), written so that a growing conversation keeps its prefix.

Rendered by hand and not by the model's Jinja template because a prompt whose last message is still
open, which no template can write, is what keeps the prefix cache hot while the user speaks.
"""

import json
from collections.abc import Sequence

from vivavoce.core import Message

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


def render(
    messages: Sequence[Message], tools: Sequence[dict[str, object]] = (), *, open_end: bool = False
) -> str:
    """The prompt. open_end: leave the last message without its end, so that it may grow;
    otherwise the prompt ends where the assistant's answer begins."""
    parts = []
    for i, message in enumerate(messages):
        text = _inert(message.text)
        if message.role == "system" and tools:
            lines = "\n".join(json.dumps({"type": "function", "function": t}) for t in tools)
            text += _TOOLS.format(tools=lines)
        role = message.role
        if role == "tool":
            role, text = "user", f"<tool_response>\n{text}\n</tool_response>"
        last = open_end and i == len(messages) - 1
        parts.append(f"<|im_start|>{role}\n{text}" + ("" if last else f"{END}\n"))
    if not open_end:
        parts.append("<|im_start|>assistant\n")
    return "".join(parts)


def _inert(text: str) -> str:
    """What people say must not be able to end their own message."""
    return text.replace("<|im_", "<| im_").replace("<|endoftext", "<| endoftext")
