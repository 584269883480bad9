"""The router learns from what its owner asks next."""

from dataclasses import replace
from pathlib import Path

from vivavoce.core import Message
from vivavoce.mind import Ask, Route
from vivavoce.mind.router import Taught
from vivavoce.models import Card, Request

CARDS = {
    "small": Card("small", 8192, quality=0.62, write_tokens_s=30),
    "large": Card("large", 8192, quality=0.7, write_tokens_s=12),
}
ASKED = "What is the capital of Mongolia?"


def ask(text: str, **more: object) -> Ask:
    return replace(Ask(Request((Message("user", text),))), **more)  # type: ignore[arg-type]


def test_a_model_that_is_corrected_again_and_again_is_believed_less(tmp_path: Path) -> None:
    router = Taught(tmp_path / "router.json")
    before = router.route(ask(ASKED), CARDS, None)
    for _ in range(60):
        router.followed(ASKED, Route("small", ""), ask("No, that's wrong."))
    after = router.route(ask(ASKED), CARDS, None)
    assert after.scores["small"] < before.scores["small"]
    assert after.scores["large"] == before.scores["large"]


def test_what_was_learned_is_there_after_a_restart_and_holds_no_words(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "router.json"
    first = Taught(path)
    first.followed(ASKED, Route("small", ""), ask("Thanks!"))
    first.keep()
    again = Taught(path)
    assert again.beliefs.met
    assert "Mongolia" not in path.read_text()


def test_a_damaged_file_is_left_alone_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "router.json"
    path.write_text("{broken")
    assert Taught(path).beliefs.met == {}
    assert path.read_text() == "{broken"


def test_a_spoken_sentence_that_goes_on_is_no_repetition(tmp_path: Path) -> None:
    router = Taught()
    router.followed(ASKED, Route("small", ""), ask(ASKED + " And how big is it?", spoken=True))
    assert router.beliefs.met == {}


def test_taking_the_same_question_to_another_model_is_a_switch() -> None:
    router = Taught()
    router.followed(ASKED, Route("small", ""), ask(ASKED, model="large"))
    (met,) = router.beliefs.met.values()
    assert met.wrong > 0


def test_a_disk_without_room_costs_nothing_but_the_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    router = Taught(blocked / "router.json")
    router.followed(ASKED, Route("small", ""), ask("Thanks!"))
    router.keep()
    assert router.beliefs.met


def test_how_fast_a_model_is_here_is_learned_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "router.json"
    router, card = Taught(path), CARDS["small"]
    before = router.choose(ask(ASKED), CARDS, None).rungs
    for _ in range(12):
        router.took(card, (200, 20.0), (50, 10.0))
    router.keep()
    after = Taught(path).choose(ask(ASKED), CARDS, None).rungs
    waits = [{r.name: r.seconds for r in rungs} for rungs in (before, after)]
    assert waits[1]["small"] > 3 * waits[0]["small"]
    assert waits[1]["large"] == waits[0]["large"]
    assert 5 <= Taught(path).paces.of(card).write_tokens_s < 8


def test_what_says_nothing_of_speed_teaches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "router.json"
    router = Taught(path)
    router.took(CARDS["small"], (3, 0.1), (0, 0.0))
    router.took(CARDS["small"], (400, 0.0), (-1, 0.2))
    router.keep()
    assert not path.exists()
    assert router.paces.of(CARDS["small"]) == CARDS["small"]


def test_speeds_that_cannot_be_are_not_used(tmp_path: Path) -> None:
    path = tmp_path / "router.json"
    for paces in ('{"reads": {}, "writes": {"small": [1e99, 3]}}', "[]", '{"reads": 3}'):
        path.write_text(f'{{"router": 1, "met": {{}}, "paces": {paces}}}')
        assert Taught(path).paces.of(CARDS["small"]) == CARDS["small"]
