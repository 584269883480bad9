"""Text to go on from, gaps, and ways to write: who may."""

import pytest

from vivavoce.core import Message, Refused
from vivavoce.mind import Ask
from vivavoce.mind.router import Chooser
from vivavoce.models import Card, Manner, Request

CARDS = {
    "talker": Card("talker", 8192, quality=0.9),
    "writer": Card("writer", 8192, quality=0.6, plain=True, thinks=True, budget="exact"),
    "blocks": Card(
        "blocks",
        8192,
        quality=0.3,
        tools=False,
        plain=True,
        fills=True,
        modes=("lossless", "ar", "diffusion"),
    ),
}


def went(text: str = "def f(x):", **given) -> str:
    request = Request((Message("user", text),), **given)
    return Chooser().route(Ask(request), CARDS, None).model


def test_a_plain_text_goes_to_the_best_that_goes_on_from_one() -> None:
    assert went() == "talker"
    assert went(plain=True) == "writer"


def test_a_gap_goes_to_whoever_fills_gaps() -> None:
    assert went(plain=True, suffix="return y") == "blocks"


def test_a_way_to_write_goes_to_whoever_has_it() -> None:
    assert went(manner=Manner("diffusion")) == went(manner=Manner(block=4)) == "blocks"
    one_way = {"blocks": Card("blocks", 8192, modes=("ar",))}
    with pytest.raises(Refused, match="does not write in the mode lossless"):
        Chooser().route(
            Ask(Request((Message("user", "hi"),), manner=Manner("lossless"))), one_way, None
        )


@pytest.mark.parametrize("said", ["Use the smallest model.", "Think really hard.", "Stop."])
def test_a_plain_text_wishes_nothing(said: str) -> None:
    request = Request((Message("user", said),), plain=True)
    route = Chooser().route(Ask(request), CARDS, None)
    assert (route.model, route.thinking, route.chains) == ("writer", 0, 1)


def test_what_is_never_better_is_never_chosen_unasked() -> None:
    cards = {name: card for name, card in CARDS.items() if name != "writer"}
    assert Chooser().route(Ask(Request((Message("user", "hi"),))), cards, None).model == "talker"
