"""The network from files, at toy size."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.diffusion.toys import files  # noqa: E402
from vivavoce.core import ConfigError, Refused, WeightsMissing  # noqa: E402
from vivavoce.models.diffusion import settings  # noqa: E402
from vivavoce.models.diffusion.settings import EXTRA, UNTRAINED, Settings  # noqa: E402


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files.model(tmp_path_factory.mktemp("toy") / "toy.gguf")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOCE_CACHE", str(tmp_path / "cache"))


@pytest.mark.parametrize("kept", ["float32", "bfloat16", "int8"])
def test_a_network_is_unpacked_once_and_is_the_same_again(model: Path, kept: settings.Kept) -> None:
    said: list[str] = []
    of = Settings(str(model), kept=kept, device="cpu")
    first, again = of.load(said.append), of.load(said.append)
    assert first.network.kept == again.network.kept == kept
    assert [line for line in said if "unpacking" in line] == ["unpacking toy.gguf, once"]
    before, after = first.network.state_dict(), again.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_weights_without_an_adapter_say_that_they_are_untrained(model: Path) -> None:
    said: list[str] = []
    assert Settings(str(model), device="cpu").load(said.append).network.adapter is None
    assert UNTRAINED in said


def test_an_adapter_belongs_to_its_weights_alone(model: Path, tmp_path: Path) -> None:
    adapter = files.adapter(tmp_path / "adapter.safetensors", model)
    writer = Settings(str(model), adapter, device="cpu").load(lambda _: None)
    assert writer.network.adapter is not None
    other = files.model(tmp_path / "other.gguf", context=300)
    with pytest.raises(Refused, match="belongs to other weights"):
        Settings(str(other), adapter, device="cpu").load(lambda _: None)


def test_what_can_not_be_loaded_says_what_to_do(tmp_path: Path, model: Path) -> None:
    def load(*given: object, **more: object) -> None:
        Settings(*given, **more).load(lambda _: None)  # type: ignore[arg-type]

    with pytest.raises(ConfigError, match="no weight is called 'qwen9'"):
        load("qwen9")
    with pytest.raises(WeightsMissing, match="no file at"):
        load(str(tmp_path / "none.gguf"))
    with pytest.raises(ConfigError, match="say cpu or cuda"):
        load(str(model), device="abacus")
    with pytest.raises(ConfigError, match="threads must be at least 1"):
        load(str(model), threads=0)
    if not torch.cuda.is_available():
        with pytest.raises(ConfigError, match="finds no GPU"):
            load(str(model), device="cuda")


def test_what_is_missing_is_known_without_loading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOCE_WEIGHTS", str(tmp_path))
    assert "vivavoce weights pull" in Settings().missing()
    monkeypatch.setattr(settings, "NEEDED", ("no_such_package",))
    assert Settings().missing() == EXTRA
    with pytest.raises(Refused, match="pip install"):
        Settings().load(lambda _: None)
