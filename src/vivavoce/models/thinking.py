"""Thinking aloud in the prompt of a model that does not think by itself."""

OPEN, CLOSE = "<think>", "</think>"
ASIDE = (
    "<|im_start|>system\nFirst think between <think> and </think>: work out each step with its "
    "result, in a few words or one equation a step. Then write the answer for the user, as asked."
    "<|im_end|>\n"
)
"""Comes after all messages, so that the conversation keeps its prefix. Terse, because a small model
that explains its steps is cut off before it has a result, and answers with half of one."""
HAND_OFF = "\nThat is enough time to think. I answer now."
"""Ends a thought that was cut off, so that the model doesn't go on with it in the answer."""
MORE = "\nWait"
MORE_TOKENS = 2
"""Counted as thought (s1, Muennighoff 2025)."""
_START = "<|im_start|>assistant\n"


def opened(prompt: str) -> str:
    """The prompt up to where the thought begins."""
    return f"{prompt.removesuffix(_START)}{ASIDE}{_START}{OPEN}\n"


def closed(prompt: str, thought: str, *, cut: bool) -> str:
    """The prompt (with its thought open) up to where the answer begins."""
    return f"{prompt}{thought.strip()}{HAND_OFF if cut else ''}\n{CLOSE}\n\n"


class Marks:
    """Takes the marks of thinking out of a stream of pieces: an answer has none."""

    def __init__(self, *, active: bool) -> None:
        self._active = active
        self._held = ""
        self._begun = False

    def feed(self, piece: str) -> str:
        """The part that is certainly the answer's; blanks before its first word are left out."""
        if not self._active:
            return piece
        held = self._held + piece
        for mark in (CLOSE, OPEN):
            held = held.replace(mark, "")
        most = min(len(held), len(CLOSE) - 1)
        keep = next((n for n in range(most, 0, -1) if _begins(held[-n:])), 0)
        said, self._held = held[: len(held) - keep], held[len(held) - keep :]
        return self._first(said)

    def flush(self) -> str:
        """What was held back."""
        held, self._held = self._held, ""
        return self._first(held)

    def _first(self, said: str) -> str:
        if not self._begun:
            said = said.lstrip()
            self._begun = bool(said)
        return said


def _begins(text: str) -> bool:
    return OPEN.startswith(text) or CLOSE.startswith(text)
