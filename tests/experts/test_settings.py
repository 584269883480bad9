"""An expert's settings: where they come from, and how they are kept."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.experts.folder.read import read_expert
from vivavoce.experts.settings import filled, origins, save, settings_path, setup_of, values


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def expert(tmp_path: Path) -> Any:
    folder = tmp_path / "lamp"
    folder.mkdir()
    (folder / "expert.toml").write_text(
        'name = "lamp"\nabout = "x"\nwhen = ["x"]\n[settings.server]\nabout = "x"\n'
        'default = "localhost"\n[settings.key]\nabout = "x"\nsecret = true\n'
    )
    (folder / "tools.py").touch()
    return read_expert(folder, "here")


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    expert: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert values(expert) == {"server": "localhost", "key": ""}
    save("lamp", {"server": "file"})
    assert values(expert)["server"] == "file"
    monkeypatch.setenv("VIVAVOCE_LAMP_SERVER", "environment")
    assert values(expert)["server"] == "environment"
    assert origins(expert) == {"server": "VIVAVOCE_LAMP_SERVER", "key": "not set"}


def test_a_secret_may_lie_in_a_file_of_its_own(
    expert: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    monkeypatch.setenv("VIVAVOCE_LAMP_KEY_FILE", str(tmp_path / "secret"))
    assert values(expert)["key"] == "s3cret"
    monkeypatch.delenv("VIVAVOCE_LAMP_KEY_FILE")
    save("lamp", {"key_file": str(tmp_path / "secret")})
    assert values(expert)["key"] == "s3cret"
    save("lamp", {"key_file": str(tmp_path / "gone")})
    with pytest.raises(ConfigError, match="key_file"):
        values(expert)


def test_what_is_written_is_its_owners_alone_and_what_else_stands_there_stays(expert: Any) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text('# mine\n[other]\na = "b"  # why\n\n[lamp]\nserver = "x"\n')
    save("lamp", {"key": "k", "server": ""})
    text = settings_path().read_text()
    assert "# mine" in text
    assert 'a = "b"  # why' in text
    assert tomllib.loads(text) == {"other": {"a": "b"}, "lamp": {"key": "k"}}
    assert settings_path().stat().st_mode & 0o777 == 0o600


def test_a_file_that_can_not_be_changed_safely_is_left_alone(expert: Any) -> None:
    settings_path().parent.mkdir(parents=True)
    before = 'lamp = { server = "x" }\n'
    settings_path().write_text(before)
    with pytest.raises(ConfigError, match="by hand"):
        save("lamp", {"server": "y"})
    assert settings_path().read_text() == before


def test_a_value_that_is_no_text_is_told_and_not_kept(expert: Any) -> None:
    with pytest.raises(ConfigError, match="key: the value is not UTF-8"):
        save("lamp", {"key": "k\udcff"})
    assert not settings_path().exists()


def test_a_file_that_is_no_toml_is_told(expert: Any) -> None:
    settings_path().parent.mkdir(parents=True)
    settings_path().write_text("[lamp")
    with pytest.raises(ConfigError, match=r"experts\.toml is not TOML"):
        values(expert)


def test_each_expert_has_a_folder_of_its_own(expert: Any, tmp_path: Path) -> None:
    made = setup_of(expert, tmp_path / "data")
    assert made.folder == tmp_path / "data/lamp"
    assert made.folder.stat().st_mode & 0o077 == 0


def test_only_settings_can_be_put_into_a_template() -> None:
    assert filled("Bearer {key}", {"key": "k"}, "here") == "Bearer k"
    with pytest.raises(ConfigError, match="kee"):
        filled("{kee}", {"key": "k"}, "here")


names = st.sampled_from(["server", "key", "a_1"])


@given(st.lists(st.dictionaries(names, st.text(st.characters(codec="utf-8"))), max_size=4))
def test_whatever_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("home") / "experts.toml"
    want: dict[str, str] = {}
    for step in steps:
        save("lamp", step, path)
        want = {k: v for k, v in (want | step).items() if v}
    read = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    assert read.get("lamp", {}) == want
