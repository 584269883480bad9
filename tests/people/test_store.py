"""The people that a machine knows."""

import json
import stat
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.people import (
    BadName,
    NameTaken,
    People,
    Person,
    PersonDamaged,
    Unknown,
    checked_name,
    default_root,
)
from vivavoce.people.person import unit


def vector(seed: int) -> np.ndarray:
    return unit(np.random.default_rng(seed).normal(size=256))


def person(name: str, seed: int = 0) -> Person:
    return Person(
        name,
        vector(seed),
        12.5,
        recordings=2,
        since=date(2026, 5, 4),
        changed=date(2026, 6, 1),
        learned=vector(seed + 100),
        learned_s=3.0,
    )


def same(a: Person, b: Person) -> bool:
    return (a.name, a.seconds, a.recordings, a.since, a.changed, a.learned_s) == (
        b.name,
        b.seconds,
        b.recordings,
        b.since,
        b.changed,
        b.learned_s,
    ) and bool((a.enrolled == b.enrolled).all() and (a.learned == b.learned).all())


@pytest.fixture
def home(tmp_path: Path) -> People:
    return People(tmp_path / "people")


def test_whoever_is_kept_comes_back_the_same(home: People) -> None:
    home.put(person("Zoë"))
    assert same(home.get("Zoë"), person("Zoë"))


def test_nobody_is_known_at_first(home: People) -> None:
    assert home.list() == []
    with pytest.raises(Unknown, match="nobody is known yet"):
        home.get("Anna")


def test_people_are_listed_by_name(home: People) -> None:
    for name in ("bob", "Anna", "Čeněk"):
        home.put(person(name))
    assert [p.name for p in home.list()] == ["Anna", "bob", "Čeněk"]
    with pytest.raises(Unknown, match="known: Anna, bob, Čeněk"):
        home.get("Dora")


def test_a_name_is_taken_however_it_is_written(home: People) -> None:
    home.put(person("Zoë"))
    with pytest.raises(NameTaken, match="--again"):
        home.put(person("ZOE\u0308"))
    home.put(person("zoë", 5), again=True)
    assert [p.name for p in home.list()] == ["zoë"]


def test_what_is_kept_is_for_the_owners_eyes_and_no_more_than_one_file_each(home: People) -> None:
    home.put(person("Anna"))
    home.put(person("Anna"), again=True)
    (path,) = home.root.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.root.stat().st_mode) == 0o700


def test_to_forget_leaves_nothing_not_even_what_a_crash_left(home: People) -> None:
    home.put(person("Anna"))
    (home.root / ".anna.x1y2.new").write_text("half a voice")
    home.put(person("Bob"))
    home.forget("ANNA")
    assert [path.name for path in home.root.iterdir()] == ["bob.json"]
    with pytest.raises(Unknown):
        home.forget("Anna")


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[1, 2]",
        lambda text: text.replace('"version": 1', '"version": 2'),
        lambda text: text.replace("ge2e-dvector", "another"),
        lambda text: text.replace('"Anna"', '"Bob"'),
        lambda text: json.dumps(json.loads(text) | {"enrolled": [0.5] * 3}),
        lambda text: json.dumps(
            json.loads(text) | {"enrolled": [0.0] * 256, "learned": [0.0] * 256}
        ),
        lambda text: json.dumps(json.loads(text) | {"seconds": None}),
        lambda text: text.replace('"seconds": 12.5', '"seconds": NaN'),
    ],
    ids=["empty", "cut", "list", "newer", "network", "name", "short", "zero", "null", "nan"],
)
def test_a_damaged_person_is_named_and_does_not_cost_the_others(home: People, damage) -> None:  # type: ignore[no-untyped-def]
    home.put(person("Anna"))
    home.put(person("Bob", 7))
    path = home.root / "anna.json"
    path.write_text(damage(path.read_text()))
    told: list[str] = []
    assert [p.name for p in home.list(told.append)] == ["Bob"]
    assert len(told) == 1
    assert "vivavoce people forget 'anna'" in told[0]
    with pytest.raises(PersonDamaged, match="anna"):
        home.get("Anna")
    home.forget("Anna")
    assert [p.name for p in home.list(told.append)] == ["Bob"]
    assert len(told) == 1


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="VIVAVOCE_PEOPLE"):
        People(tmp_path / "file" / "people").put(person("Anna"))


def test_people_live_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVAVOCE_PEOPLE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_root() == Path("/data/vivavoce/people")
    monkeypatch.setenv("VIVAVOCE_PEOPLE", "/elsewhere")
    assert default_root() == Path("/elsewhere")


@pytest.mark.parametrize(
    "name", ["Anna", "Zoë", "Jean-Luc", "O'Brien", "José María", "李小龙", "अनन्या", "Dr. Who", "R2"]
)
def test_names_of_the_world_are_names(name: str) -> None:
    assert checked_name(f"  {name} ") == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "empty"),
        ("  \t", "empty"),
        ("a" * 41, "at most 40"),
        ("../anna", "can't be a name"),
        ("a/b", "can't be a name"),
        ("a\\b", "can't be a name"),
        (".anna", "can't be a name"),
        ("anna\0", "can't be a name"),
        ("-rf", "can't be a name"),
        ("12", "can't be a name"),
        ("Anna*", "can't be a name"),
        ("Anna\u202e", "can't be a name"),
    ],
)
def test_what_is_no_name_is_told(name: str, why: str) -> None:
    with pytest.raises(BadName, match=why):
        checked_name(name)


@given(st.text(max_size=60))
def test_any_text_is_a_name_that_can_be_a_file_or_is_refused(text: str) -> None:
    try:
        name = checked_name(text)
    except BadName:
        return
    assert checked_name(name) == name
    path = People(Path("/people"))._path(name)
    assert path.parent == Path("/people")
    assert len(path.name.encode()) < 255
