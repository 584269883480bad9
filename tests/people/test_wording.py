"""What somebody says of their own voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.people import Ask, VoiceIntent, about_voice, hands_over


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Learn my voice.", None),
        ("Please remember my voice!", None),
        ("Could you please learn my voice?", None),
        ("Remember my voice, I'm Anna.", "Anna"),
        ("Remember my voice. My name is Anna Maria.", "Anna Maria"),
        ("Hey Vivavoce, learn my voice, please. I am Zoë.", "Zoë"),
        ("I’m Bob, please learn my voice.", "Bob"),
        ("Learn my voice as Jean-Luc, please.", "Jean-Luc"),
        ("Remember my voice as Anna please", "Anna"),
        ("Learn my voice, I'm tired.", None),
    ],
)
def test_learn(said: str, name: str | None) -> None:
    assert about_voice(said) == VoiceIntent(Ask.LEARN, name)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Forget my voice.", None),
        ("Please delete my voice", None),
        ("Can you erase my voice, please?", None),
        ("Forget Anna's voice.", "Anna"),
    ],
)
def test_forget(said: str, name: str | None) -> None:
    assert about_voice(said) == VoiceIntent(Ask.FORGET, name)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Learn Ben's voice.", "Ben"),
        ("Please remember Ben's voice, Vivavoce.", "Ben"),
        ("This is Ben, learn his voice.", "Ben"),
        ("This is Ben Miller. Please learn his voice.", "Ben Miller"),
        ("Learn her voice, this is Zoë.", "Zoë"),
        ("Can you learn his voice?", None),
        ("Remember my friend's voice.", None),
    ],
)
def test_learn_somebody_elses(said: str, name: str | None) -> None:
    assert about_voice(said) == VoiceIntent(Ask.MEET, name)


@pytest.mark.parametrize(
    "said",
    [
        "Who am I?",
        "So, who am I?",
        "Do you know who I am?",
        "Do you recognise me?",
        "Who's speaking?",
    ],
)
def test_who(said: str) -> None:
    assert about_voice(said) == VoiceIntent(Ask.WHO)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Who am I to judge?",
        "Remember my voice mail password.",
        "Don't forget my voice.",
        "I always forget my voice.",
        "Do you recognise this song?",
        "Who is speaking at the conference?",
        "Learn my language.",
        "Remember Ben's voice mail.",
        "This is Ben, he has lost his voice.",
        "He said: forget my voice, and left the room for good.",
    ],
)
def test_not_about_a_voice(said: str) -> None:
    assert about_voice(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "Your turn.",
        "Ben, you ask it.",
        "I don't know. Ask it yourself!",
        "Go ahead, Ben.",
        "Okay, now you.",
        "It's your turn, Ben.",
        "Well, it told me that it rains. Now you, Ben.",
    ],
)
def test_somebody_else_is_invited_to_speak(said: str) -> None:
    assert hands_over(said)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Go ahead.",
        "Go ahead, please.",
        "Go ahead, Vivavoce.",
        "Your turn, Vivavoce.",
        "Yes, go ahead.",
        "What is it when you ask it again?",
        "Your turn signal is broken.",
        "Whose turn is it?",
        "Can you ask it?",
        "I know you.",
    ],
)
def test_nobody_else_is_invited(said: str) -> None:
    assert not hands_over(said)


@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    assert hands_over(text) in (True, False)
    found = about_voice(text)
    assert found is None or found.ask in Ask
