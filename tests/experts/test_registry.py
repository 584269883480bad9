"""Which experts there are, and that a broken one stops nobody else."""

import sys
from pathlib import Path

import pytest

from vivavoce.core import ConfigError, Refused
from vivavoce.experts.folder.new import new_expert
from vivavoce.experts.registry import find


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("VIVAVOCE_EXPERTS", raising=False)


def test_built_in_experts_are_found_and_sound() -> None:
    found = find()
    assert "time" in found.experts
    assert found.experts["time"].origin == "built in"


def test_a_broken_folder_is_told_and_the_others_work(tmp_path: Path) -> None:
    own = tmp_path / "config/vivavoce/experts"
    new_expert(own, "dice")
    (own / "empty").mkdir()
    (own / "odd").mkdir()
    (own / "odd/expert.toml").write_bytes(b"\xff\xfe")
    (own / ".hidden").mkdir()
    found = find()
    assert "dice" in found.experts
    assert {"empty", "odd"} <= set(found.broken)
    assert ".hidden" not in found.broken
    with pytest.raises(ConfigError, match="is missing"):
        found.one("empty")


def test_the_owners_expert_takes_the_place_of_one_of_the_same_name(tmp_path: Path) -> None:
    new_expert(tmp_path / "own", "time")
    assert find(tmp_path / "own").experts["time"].manifest.about == "Rolls dice."


def test_when_the_owners_is_broken_the_one_in_its_place_does_not_come_back(tmp_path: Path) -> None:
    (tmp_path / "own/time").mkdir(parents=True)
    found = find(tmp_path / "own")
    assert "time" not in found.experts
    assert "time" in found.broken


def test_the_second_of_two_with_one_name_is_told(tmp_path: Path) -> None:
    new_expert(tmp_path, "dice")
    new_expert(tmp_path, "cubes")
    toml = tmp_path / "dice/expert.toml"
    toml.write_text(toml.read_text().replace('"dice"', '"cubes"'))
    found = find(tmp_path)
    assert "is taken" in next(why for name, why in found.broken.items() if name.startswith("dice"))


def test_a_folder_that_is_named_but_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOCE_EXPERTS", str(tmp_path / "nowhere"))
    found = find()
    assert str(tmp_path / "nowhere") in found.broken
    assert found.experts


def test_an_installed_packages_entry_point_brings_an_expert(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    about = site / "dicepack-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: dicepack\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[vivavoce.experts]\ndice = dicepack:DICE\nbad = dicepack:MISSING\nworse = no_such\n"
    )
    new_expert(site / "dicepack", "dice")
    (site / "dicepack/__init__.py").write_text(
        'from pathlib import Path\nDICE = Path(__file__).parent / "dice"\n'
    )
    monkeypatch.syspath_prepend(str(site))
    found = find()
    sys.modules.pop("dicepack", None)
    assert found.experts["dice"].origin == "package dicepack"
    assert {"bad", "worse"} <= set(found.broken)


def test_a_name_that_is_nearly_right_is_proposed(tmp_path: Path) -> None:
    new_expert(tmp_path, "dice")
    with pytest.raises(Refused, match="did you mean dice"):
        find(tmp_path).one("dise")
