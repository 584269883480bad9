"""The numbers that the router begins with: where each came from."""

import importlib.util

import pytest

from tests.mind.router.house import ask
from vivavoce.core import ConfigError
from vivavoce.mind.house import LOCAL
from vivavoce.mind.router import Chooser, RouterConfig
from vivavoce.mind.router.measured import DATA, Number, parse, shipped

TEXT = DATA.read_text()
MODEL = "qwen2.5-coder-1.5b-instruct"


def numbers() -> dict[str, Number]:
    found = shipped()
    of_models = {f"{m}.{k}": n for m, mine in found.models.items() for k, n in mine.items()}
    return of_models | {f"gains.{k}": n for k, n in found.gains.items()}


@pytest.mark.parametrize("name", numbers())
def test_each_number_names_a_benchmark_that_there_is_or_says_that_it_is_a_guess(name: str) -> None:
    number = numbers()[name]
    assert bool(number.command) != bool(number.guess)
    if number.command:
        words = number.command.split()
        assert words[:2] == ["python", "-m"]
        assert importlib.util.find_spec(words[2]) is not None


def test_the_cards_and_the_gains_are_those_of_the_file() -> None:
    for name, card in LOCAL.items():
        told = shipped().models[name]
        assert (card.quality, card.write_tokens_s) == (
            told["quality"].value,
            told["write_tokens_s"].value,
        )
    cfg, gains = RouterConfig(), shipped().gains
    assert (cfg.thought_gain, cfg.chain_gain) == (gains["thought"].value, gains["chain"].value)


@pytest.mark.parametrize(
    ("was", "is_now", "says"),
    [
        ("value = 0.399", "value = 1.399", "between 0 and 1"),
        ("value = 0.399", 'value = "much"', "needs a value"),
        ('from = "python -m bench.ladder', 'why = "python -m bench.ladder', "quality needs from"),
        ("questions = 95", "asked = 95", "thought has no asked"),
        ("[gains.chain]", "[gains.chains]", "gains.chain needs a value"),
        ("[models.", "[model.", "at least"),
        ("value = 0.399", "value =", "not TOML"),
    ],
)
def test_an_edit_that_went_wrong_says_which_number(was: str, is_now: str, says: str) -> None:
    assert was in TEXT
    with pytest.raises(ConfigError, match=says):
        parse(TEXT.replace(was, is_now))


def test_what_doubt_may_climb_to_is_better_by_the_same_numbers() -> None:
    """The local ladder: from the small model up to the default one."""
    cards = {name: LOCAL[name] for name in LOCAL}
    choice = Chooser().choose(ask("What is 17 times 24 minus 9?"), cards, None)
    best = {r.model: max(s.right for s in choice.rungs if s.model == r.model) for r in choice.rungs}
    small = next(name for name in LOCAL if name != MODEL)
    assert best[MODEL] > best[small] + RouterConfig().climb_gain
