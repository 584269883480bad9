"""Real weights behind /v1/completions: the diffusion model, and the local one that only answers."""

from collections.abc import Iterator

import openai
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.weights_here import llama  # noqa: E402
from vivavoce.mind import Direct  # noqa: E402
from vivavoce.models.diffusion.engine import Engine  # noqa: E402
from vivavoce.models.diffusion.model import Diffusion  # noqa: E402
from vivavoce.models.diffusion.settings import Settings  # noqa: E402

pytestmark = [pytest.mark.anyio, pytest.mark.real]

ADD = "def add(a, b):\n    return"


@pytest.fixture(scope="module")
def diffusion() -> Iterator[Direct]:
    engine = Engine(Settings(kept="int8", device="cpu"))
    yield Direct(Diffusion(engine))
    engine.close()


async def test_code_is_gone_on_with_the_same_in_both_exact_modes(served, diffusion):
    async with served(diffusion) as at:
        done = {
            mode: await at.openai.completions.create(
                model="diffusion",
                prompt=ADD,
                max_tokens=16,
                extra_body={"vivavoce": {"mode": mode}},
            )
            for mode in ("ar", "lossless")
        }
    text = done["ar"].choices[0].text
    assert text.startswith(" a + b")
    assert done["lossless"].choices[0].text == text
    assert done["ar"].usage.vivavoce["forwards"] == done["ar"].usage.completion_tokens
    assert done["lossless"].usage.vivavoce["forwards"] <= done["ar"].usage.vivavoce["forwards"]


async def test_a_gap_is_filled_up_to_a_stop_string(served, diffusion):
    async with served(diffusion) as at:
        stream = await at.openai.completions.create(
            model="diffusion",
            prompt='def area(width, height):\n    """The area of a rectangle."""\n',
            suffix="\n    return result\n",
            max_tokens=24,
            stop=["\n"],
            stream=True,
        )
        chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].text for chunk in chunks)
    assert "width * height" in text  # behind "result =" or "return": the two are all but a tie
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_the_local_model_goes_on_from_text_too_but_fills_no_gaps(served):
    direct = Direct(llama())
    name = next(iter(direct.cards()))
    async with served(direct) as at:
        done = await at.openai.completions.create(model=name, prompt=ADD, max_tokens=8)
        with pytest.raises(openai.BadRequestError, match="fills no gaps"):
            await at.openai.completions.create(model=name, prompt=ADD, suffix="\n", max_tokens=8)
    assert done.choices[0].text.startswith(" a + b")
    assert "mode" not in done.usage.vivavoce
