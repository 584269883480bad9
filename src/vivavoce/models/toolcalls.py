"""Finding tool calls in a growing answer; a grammar that makes them fit."""

import json
from collections.abc import Sequence

OPEN, CLOSE = "<tool_call>", "</tool_call>"


def grammar(tools: Sequence[dict[str, object]], *, must_call: bool) -> str:
    """A grammar (llguidance's Lark) under which a call always fits its tool's schema.

    The answer is one or more calls or, unless must_call, plain text.
    """
    calls = [
        {
            "type": "object",
            "properties": {
                "name": {"const": tool["name"]},
                "arguments": tool.get("parameters") or {"type": "object"},
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    schema = json.dumps(calls[0] if len(calls) == 1 else {"anyOf": calls})
    return "\n".join(
        [
            "%llguidance {}",
            "start: calls" if must_call else "start: calls | said",
            "said: /[^<{\\s](.|\\n)*/",
            'calls: call ("\\n" call)*',
            # The marks as text: llama.cpp silently drops a grammar that names them as tokens.
            f'call: "{OPEN}\\n" json "\\n{CLOSE}"',
            f"json: %json {schema}",
        ]
    )


class CallReader:
    """Separates what is said from calls in a stream of pieces.

    Under the grammar an answer is either text or calls; its first character shows which."""

    def __init__(self, *, tools: bool) -> None:
        self._calling: bool | None = None if tools else False
        self._held = ""

    def feed(self, piece: str) -> str:
        """The part of the piece that is certainly said."""
        if self._calling is None:
            self._held += piece
            start = self._held.lstrip()
            if not start:
                return ""
            self._calling = start[0] in "{<"
            piece, self._held = ("", self._held) if self._calling else (self._held, "")
        elif self._calling:
            self._held += piece
            return ""
        return piece

    def calls(self) -> list[tuple[str, str]]:
        """The complete calls, (name, arguments as JSON), once the answer is over."""
        decoder, found, rest = json.JSONDecoder(), [], self._held
        while (start := rest.find("{")) >= 0:
            try:
                call, end = decoder.raw_decode(rest, start)
                found.append((str(call["name"]), json.dumps(call.get("arguments") or {})))
            except (ValueError, KeyError):
                break  # cut off by the token limit
            rest = rest[end:]
        return found
