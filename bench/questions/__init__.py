"""Questions with a known short answer, and how they are asked."""

import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vivavoce.core import ConfigError, Message

SHOTS = 3
"""Worked examples before each GSM8K question, from its training part."""
DIRECT = "Think about the problem step by step. Then answer with one line: The answer is N."
INSTRUCTION = "Solve the problem in a few short lines. The last line is: The answer is N."
GYM = {"min_terms": 4, "max_terms": 4, "min_digits": 2, "max_digits": 2}
"""chain_sum of reasoning-gym: sums of four terms, step by step."""
GYM_SHOTS = (
    ("12 + 45 - 31 + 20 =", "12 + 45 = 57\n57 - 31 = 26\n26 + 20 = 46"),
    ("58 - 73 + 11 + 96 =", "58 - 73 = -15\n-15 + 11 = -4\n-4 + 96 = 92"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One of a fixed sample."""

    id: str
    text: str
    answer: str
    """A number."""
    messages: tuple[Message, ...]
    """As the model is asked for its steps; all of one task begin alike."""
    direct: tuple[Message, ...]
    """As it is asked for nothing but the answer: its steps are its thinking."""


def gsm8k(data: Path, count: int, seed: int) -> list[Question]:
    """A sample of the test part; ConfigError where the folder lacks it."""
    folder = data / "questions"
    if not (folder / "gsm8k_test.jsonl").is_file():
        raise ConfigError(f"{folder} has no gsm8k_test.jsonl; name the data by --data")
    test, train = (_lines(folder / f"gsm8k_{part}.jsonl") for part in ("test", "train"))
    shots = [(q["question"], _worked(q["answer"])) for q in train[:SHOTS]]
    chosen = random.Random(seed).sample(range(len(test)), min(count, len(test)))
    return [
        Question(
            f"gsm8k-{i}",
            test[i]["question"],
            test[i]["answer"].rsplit("####", 1)[1].strip(),
            _asked(test[i]["question"], shots),
            _direct(test[i]["question"], shots),
        )
        for i in chosen
    ]


def gym(count: int, seed: int) -> list[Question]:
    """chain_sum."""
    import reasoning_gym  # takes seconds

    shots = [
        (f"State the final answer to the following arithmetic problem: {q}", _ended(worked))
        for q, worked in GYM_SHOTS
    ]
    made = reasoning_gym.create_dataset("chain_sum", size=count, seed=seed, **GYM)
    return [
        Question(
            f"chain_sum-{i}",
            e["question"],
            e["answer"],
            _asked(e["question"], shots),
            _direct(e["question"], shots),
        )
        for i, e in enumerate(made)
    ]


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _worked(answer: str) -> str:
    """A solution without its calculator's notes, ended as we want it."""
    steps, number = re.sub(r"<<.*?>>", "", answer).rsplit("####", 1)
    return f"{steps.strip()}\nThe answer is {number.strip()}."


def _ended(worked: str) -> str:
    return f"{worked}\nThe answer is {worked.rsplit('=', 1)[1].strip()}."


def _direct(text: str, shots: Sequence[tuple[str, str]]) -> tuple[Message, ...]:
    """The examples without their steps."""
    return _asked(text, [(q, worked.rsplit("\n", 1)[1]) for q, worked in shots], DIRECT)


def _asked(
    text: str, shots: Sequence[tuple[str, str]], instruction: str = INSTRUCTION
) -> tuple[Message, ...]:
    examples = [
        message
        for question, worked in shots
        for message in (Message("user", question), Message("assistant", worked))
    ]
    return (Message("system", instruction), *examples, Message("user", text))
