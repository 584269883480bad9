"""What the user says about how to be answered."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.mind.router import Wish, wish
from vivavoce.mind.router.words import named, stays_here

HARD, QUICK, SHORT, NOTHING = Wish(hard=1), Wish(quick=True), Wish(short=True), Wish(nothing=True)
SAID = {
    "think hard about why the sky is blue": HARD,
    "Please think really hard about this one.": Wish(hard=2),
    "Can you think carefully before answering: is 91 prime?": HARD,
    "Take your time. What's 17 times 23?": HARD,
    "What's 17 times 23? Take your time.": HARD,
    "there's no rush, which is better, A or B?": HARD,
    "Let's think step by step. What is 3 * 4?": HARD,
    "Think about it for a minute": Wish(seconds=60),
    "Think about it for half an hour, would you?": Wish(seconds=1800),
    "think for 30 seconds about prime numbers": Wish(seconds=30),
    "And now think about it for two minutes please": Wish(seconds=120),
    "Take a minute to think. Is 391 prime?": Wish(seconds=60),
    "quickly, what's the capital of France": QUICK,
    "Tell me quickly how a heat pump works.": QUICK,
    "Quick question: who wrote Faust?": QUICK,
    "what's the time in Tokyo, quickly": QUICK,
    "don't think too hard, what's two plus two": QUICK,
    "In one word, what is love?": SHORT,
    "What is the capital of Peru? In one word.": SHORT,
    "Is 91 prime? Just yes or no": SHORT,
    "use the big model for this: prove that": Wish(size="big"),
    "Answer that with the biggest model, please.": Wish(size="big"),
    "use the small model": Wish(size="small"),
    "use the local model": Wish(here=True),
    "Keep this private. I owe 300 euros": Wish(here=True),
    "stop": NOTHING,
    "Stop, please.": NOTHING,
    "louder please": NOTHING,
    "Turn it up a bit!": NOTHING,
    "pause": NOTHING,
}
MEANT = (
    "I think hard cheese is good",
    "think hard cheese",
    "Do you think hard work pays?",
    'What does "take your time" mean?',
    'How do you say "think hard about it" in Spanish?',
    "My teacher always says: think hard about your future.",
    "Translate: think hard about it",
    "People think hard about money.",
    "What happens if you think too hard?",
    "Take your time table to the school",
    "Think about what happens if I run for an hour.",
    "I think it takes a minute to boil an egg",
    "It takes five minutes to walk there; how far is it?",
    "How quickly does light travel?",
    "How can I learn French quickly?",
    "Tell me how to run quickly.",
    "Write a story in one hundred words",
    "Should I use the big model of the Eiffel tower?",
    "The big model broke. Why?",
    "How do I stop smoking?",
    "stop the timer in ten minutes",
    "pause the game and tell me a joke",
    "She told me to stop",
    "Is the speaker louder than the TV?",
)
NAMES = ("claude-sonnet anthropic", "qwen2.5-coder-1.5b-instruct local")


@pytest.mark.parametrize("text", SAID)
def test_what_is_said_of_the_answer_is_heard(text: str) -> None:
    assert wish(text) == SAID[text]
    assert stays_here(text) is SAID[text].here


@pytest.mark.parametrize("text", MEANT)
def test_what_is_part_of_the_question_is_no_wish(text: str) -> None:
    assert wish(text) == Wish()
    assert not stays_here(text)


@pytest.mark.parametrize("text", ["Ask Claude what it is", "Could you ask claude, please?"])
def test_a_model_is_asked_for_by_its_name(text: str) -> None:
    assert named(text, NAMES) == "claude"


@pytest.mark.parametrize(
    "text",
    [
        "How do I ask Claude about his day?",
        "Ask my friend Claude",
        "ask Claude's mother",
        "Don't ask Claude",
        "use the local coder",
    ],
)
def test_a_name_alone_is_no_wish(text: str) -> None:
    assert named(text, NAMES) == ""


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    found = wish(text)
    assert found.seconds is None or 0 <= found.seconds <= 4 * 3600


def test_a_very_long_text_does_not_hold_anybody_up() -> None:
    begun = time.perf_counter()
    wish("think about it and " * 5_000 + '"' * 99 + "please " * 5_000)
    assert time.perf_counter() - begun < 1.0
