"""The owner's book of models."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError
from vivavoce.models.book import Book, default_path, open_models, parse, read_book

BOOK = """
[models.gpt]
kind = "openai"
model = "gpt-5.6"
key_env = "OPENAI_API_KEY"
on = true
context_tokens = 400_000
images = true
budget = "reasoning_effort"
efforts = ["none", "low", "medium", "high"]
usd_in = 1
usd_out = 10.5
quality = 0.95

[models.gpu]
kind = "openai"
model = "Qwen/Qwen3.5-9B"
base_url = "http://192.168.1.7:8000/v1"
key_file = "keys/gpu"
on = true
context_tokens = 32768
budget = "thinking_token_budget"

[models.claude]
kind = "anthropic"
model = "claude-opus-5-5"
key_env = "ANTHROPIC_API_KEY"
context_tokens = 200000
budget = "adaptive"

[models.nova]
kind = "bedrock"
model = "us.amazon.nova-2-lite-v1:0"
region = "us-east-1"
on = true
context_tokens = 300000
budget = "nova"

[models.local]
kind = "openai"
model = "x"
base_url = "http://127.0.0.1:11434/v1"
on = true
context_tokens = 4096
"""
PATH = Path("/home/ada/models.toml")


def test_a_book_is_read_and_only_what_is_on_is_used() -> None:
    book = parse(BOOK, PATH)
    assert [s.name for s in book.servers] == ["gpt", "gpu", "claude", "nova", "local"]
    models = open_models(book)
    assert list(models) == ["gpt", "gpu", "nova", "local"]  # claude was not turned on
    cards = {name: m.card for name, m in models.items()}
    assert cards["gpt"].place == "api.openai.com"
    assert cards["gpu"].place == "192.168.1.7"
    assert cards["nova"].place == "bedrock-runtime.us-east-1.amazonaws.com"
    assert cards["local"].here
    assert (cards["gpt"].usd_in, cards["gpt"].usd_out, cards["gpt"].quality) == (1, 10.5, 0.95)
    assert (cards["gpt"].images, cards["gpt"].thinks, cards["gpt"].budget) == (True, True, "hint")
    assert cards["gpu"].budget == "hint"  # exact only once it was proved
    assert cards["local"].budget == "none"
    assert book.servers[1].key.file == PATH.parent / "keys/gpu"


def changed(**fields: Any) -> str:
    given: dict[str, Any] = {"kind": '"openai"', "model": '"m"', "context_tokens": "4096"} | fields
    lines = [f"{k} = {v}" for k, v in given.items() if v is not None]
    return "\n".join(["[models.mine]", *lines])


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("kind", '"gemini"', "openai"),
        ("kind", None, "kind"),
        ("model", '""', "missing"),
        ("model", None, "model"),
        ("context_tokens", '"many"', "integer"),
        ("context_tokens", "0", "above 0"),
        ("context_tokens", None, "context_tokens"),
        ("on", '"yes"', "boolean"),
        ("on", "1", "boolean"),
        ("quality", "95", "0…1"),
        ("quality", "nan", "quality"),
        ("usd_in", "-1", "dollars"),
        ("budget", '"adaptive"', "thinking_token_budget"),
        ("efforts", "[]", "efforts"),
        ("efforts", '["huge"]', "efforts"),
        ("contxt_tokens", "5", "context_tokens"),
        ("base_url", '"gpu.lan:8000"', "https://"),
        ("base_url", '"file:///etc/passwd"', "https://"),
        ("base_url", '"https://me:pw@host.example/v1"', "password"),
        ("base_url", '"http://["', "host"),
        ("base_url", '"http://gpu.lan:99999/v1"', "a port is 1 to 65535"),
        ("base_url", '"http://gpu.lan:0/v1"', "a port is 1 to 65535"),
        ("key_file", '"~nobody-of-this-name/key"', "no such user"),
        ("key", '"sk-abc123"', "key_file"),
        ("api_key", '"sk-abc123"', "key_env"),
        ("key_env", '"sk-abc123"', "environment"),
        ("key_env", "5", "string"),
        ("thoughts", '"loud"', "reasoning"),
    ],
)
def test_a_mistake_is_named_by_file_entry_and_field(
    field: str, value: str | None, says: str
) -> None:
    with pytest.raises(ConfigError) as wrong:
        parse(changed(**{field: value}), PATH)
    text = str(wrong.value)
    assert text.startswith(f"{PATH}, [models.mine]: ")
    assert field in text
    assert says in text
    assert "sk-abc123" not in text
    assert "pw" not in text


def test_a_key_never_crosses_the_internet_in_the_clear() -> None:
    with pytest.raises(ConfigError, match="unencrypted"):
        parse(changed(base_url='"http://models.example.com/v1"', key_env='"K"'), PATH)
    for near in ("localhost", "127.0.0.1", "10.0.0.7", "gpu", "gpu.local"):
        parse(changed(base_url=f'"http://{near}:8000/v1"', key_env='"K"'), PATH)


@pytest.mark.parametrize(
    "text", ["models = 3", "[models]\nx = 3", "[other.x]", "[models.auto]", "=="]
)
def test_what_is_no_book_is_told_so(text: str) -> None:
    with pytest.raises(ConfigError, match=r"models\.toml"):
        parse(text, PATH)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "model", "context_tokens", "base_url", "budget", "on", "efforts"]),
        st.sampled_from(['"openai"', '"x"', "4096", "true", "[]", '["low"]', "1979-05-27", "inf"]),
    )
)
def test_any_entry_is_read_or_told_to_be_wrong(fields: dict[str, str]) -> None:
    text = "\n".join(["[models.m]", *(f"{k} = {v}" for k, v in fields.items())])
    try:
        assert isinstance(parse(text, PATH), Book)
    except ConfigError as wrong:
        assert str(wrong).startswith(f"{PATH}, [models.m]: ")  # noqa: PT017


def test_where_the_book_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVAVOCE_MODELS", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path() == tmp_path / "vivavoce/models.toml"
    assert read_book().servers == ()  # nobody needs one
    monkeypatch.setenv("VIVAVOCE_MODELS", str(tmp_path / "mine.toml"))
    with pytest.raises(ConfigError, match=r"mine\.toml is missing"):
        read_book()
    (tmp_path / "mine.toml").write_text(BOOK)
    assert len(read_book().on) == 4
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"mine\.toml can't be read"):
        read_book()
    with pytest.raises(ConfigError, match="can't be read"):
        read_book(tmp_path)


def test_the_documented_book_can_be_read(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs" / "models.md"
    text = docs.read_text().split("```toml\n")[1].split("```")[0]
    book = parse(text, tmp_path / "models.toml")
    assert [(s.name, s.kind) for s in book.on] == [
        ("gpu", "openai"),
        ("claude", "anthropic"),
        ("nova", "bedrock"),
    ]
