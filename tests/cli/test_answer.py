"""Pieces of an answer, put together."""

from vivavoce.cli.answer import Answer
from vivavoce.core import Thought
from vivavoce.models import Text, Thinking


def test_what_a_model_thought_that_failed_is_no_part_of_the_next_ones_block() -> None:
    answer = Answer("Why?")
    for piece in (
        Thinking("Hm, ", vendor="anthropic", model="opus"),
        Thinking("Let me see", vendor="anthropic", model="sonnet"),
        Thinking(".", signature="s1", vendor="anthropic", model="sonnet"),
        Text("Because."),
    ):
        answer.add(piece)
    assert answer.thinking == "Hm, Let me see."
    assert answer.message("local").thoughts == (Thought("Let me see.", "s1", "", "anthropic"),)
