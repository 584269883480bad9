"""Which models a machine and its owner's book make up."""

from pathlib import Path

import pytest

from vivavoce.core import ConfigError, Refused, WeightsMissing
from vivavoce.mind.house import DEFAULT, LOCAL, open_mind, residents
from vivavoce.models import Card, Fixed
from vivavoce.models.book import Book, parse

BOOK = parse(
    """
[models.big]
kind = "openai"
model = "gpt"
base_url = "https://example.org/v1"
context_tokens = 100000
on = true

[models.idle]
kind = "openai"
model = "gpt"
base_url = "https://example.org/v1"
context_tokens = 100000
""",
    Path("/book/models.toml"),
)
EMPTY = Book(Path("/book/models.toml"))


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without weights."""
    monkeypatch.setenv("VIVAVOCE_WEIGHTS", str(tmp_path / "nothing"))


@pytest.mark.usefixtures("bare")
def test_without_any_model_it_is_said_how_to_get_one() -> None:
    with pytest.raises(WeightsMissing, match="weights pull"):
        open_mind(book=EMPTY)


@pytest.mark.usefixtures("bare")
def test_only_what_its_owner_turned_on_may_answer() -> None:
    assert list(open_mind(book=BOOK).cards()) == ["big"]


@pytest.mark.usefixtures("bare")
def test_a_model_that_is_off_says_how_to_turn_it_on() -> None:
    with pytest.raises(Refused, match="on = true"):
        open_mind("idle", book=BOOK)


@pytest.mark.usefixtures("bare")
def test_a_model_that_there_is_not_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match="big"):
        open_mind("huge", book=BOOK)


@pytest.mark.usefixtures("bare")
def test_a_local_model_asked_for_by_name_must_be_here() -> None:
    with pytest.raises(WeightsMissing, match=DEFAULT):
        open_mind(DEFAULT, book=BOOK)


@pytest.mark.usefixtures("bare")
def test_all_are_listed_with_what_turns_them_on() -> None:
    found = {resident.card.name: resident for resident in residents(BOOK)}
    assert list(found) == [*LOCAL, "diffusion", "big", "idle"]
    assert [r.on for r in found.values()] == [False] * (len(LOCAL) + 1) + [True, False]
    assert f"weights pull {DEFAULT}" in found[DEFAULT].why
    assert "/book/models.toml" in found["idle"].why


@pytest.mark.real
def test_only_the_default_model_is_loaded_at_once() -> None:
    loaded = []

    def load(path: Path, card: Card) -> Fixed:
        loaded.append(path.parent.name)
        return Fixed("hello")

    open_mind(book=EMPTY, load=load)
    assert loaded == []
    open_mind(book=EMPTY, load=load, ready=True)
    assert loaded == [DEFAULT]
