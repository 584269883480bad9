"""The official openai package asks for text completions."""

from collections.abc import Callable, Iterator

import openai
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.diffusion import toys  # noqa: E402
from vivavoce.mind import Direct  # noqa: E402
from vivavoce.mind.mind import Mind  # noqa: E402
from vivavoce.mind.router import Taught  # noqa: E402
from vivavoce.mind.vote import Polling  # noqa: E402
from vivavoce.models import Fixed  # noqa: E402
from vivavoce.models.diffusion.engine import Engine  # noqa: E402
from vivavoce.models.diffusion.model import Diffusion  # noqa: E402

pytestmark = pytest.mark.anyio
ASKED = {"model": "diffusion", "prompt": "the house", "max_tokens": 20}


class OfOne(Direct):
    """A mind of one model."""

    def __init__(self, model: Diffusion) -> None:
        super().__init__(model)
        self.model = model


@pytest.fixture
def toy() -> Iterator[Callable[..., OfOne]]:
    engines: list[Engine] = []

    def make() -> OfOne:
        engines.append(Engine(toys.Toy(toys.writer(ends=()))))
        return OfOne(Diffusion(engines[-1]))

    yield make
    for engine in engines:
        engine.close()


async def chunks(stream) -> list:
    return [chunk async for chunk in stream]


async def test_a_prompt_is_gone_on_with_and_the_usage_says_how(served, toy):
    async with served(toy()) as at:
        done = await at.openai.completions.create(**ASKED)
        honest = await at.openai.completions.create(
            **ASKED, extra_body={"vivavoce": {"mode": "ar"}}
        )
    assert (done.object, done.model) == ("text_completion", "diffusion")
    assert done.choices[0].text == honest.choices[0].text != ""
    assert done.choices[0].finish_reason == "length"
    assert done.usage.completion_tokens == 20
    assert done.usage.total_tokens == done.usage.prompt_tokens + 20
    told = honest.usage.vivavoce
    assert (told["mode"], told["forwards"], told["tokens_per_forward"]) == ("ar", 20, 1.0)
    assert told["seconds"] > 0
    assert done.usage.vivavoce["mode"] == "lossless"


async def test_a_stream_has_the_same_text(served, toy):
    async with served(toy()) as at:
        for manner in ({"mode": "ar"}, {"mode": "diffusion", "block": 4, "threshold": 0.2}):
            more = {"extra_body": {"vivavoce": manner}}
            whole = await at.openai.completions.create(**ASKED, **more)
            streamed = await chunks(
                await at.openai.completions.create(
                    **ASKED, stream=True, stream_options={"include_usage": True}, **more
                )
            )
            texts = [c.choices[0].text for c in streamed if c.choices]
            assert "".join(texts) == whole.choices[0].text
            assert [c.choices[0].finish_reason for c in streamed if c.choices][-1] == "length"
            assert streamed[-1].usage.vivavoce["mode"] == manner["mode"]
            assert streamed[-1].usage.completion_tokens == 20


async def test_steps_are_a_dial(served, toy):
    async with served(toy()) as at:
        forwards = [
            (
                await at.openai.completions.create(
                    model="diffusion",
                    prompt="the house",
                    max_tokens=32,
                    extra_body={"vivavoce": {"block": 16, "steps": steps, "threshold": 1.0}},
                )
            ).usage.vivavoce["forwards"]
            for steps in (1, 4)
        ]
    assert forwards == [2, 8]


async def test_a_gap_is_filled_and_an_empty_suffix_is_no_gap(served, toy):
    async with served(toy()) as at:
        plain = await at.openai.completions.create(**ASKED)
        gap = await at.openai.completions.create(**ASKED, suffix=") = x")
        front = await at.openai.completions.create(**(ASKED | {"prompt": ""}), suffix="in")
        none = await at.openai.completions.create(**ASKED, suffix="")
    assert gap.usage.prompt_tokens == plain.usage.prompt_tokens + 3 + len(") = x")
    assert front.usage.prompt_tokens == 3 + 1  # three marks, and "in" is a token
    assert none.choices[0].text == plain.choices[0].text


async def test_stops_echo_and_several_texts(served, toy):
    async with served(toy()) as at:
        whole = (await at.openai.completions.create(**ASKED)).choices[0].text
        stopped = await at.openai.completions.create(**ASKED, stop=[whole[4:6]])
        echoed = await at.openai.completions.create(**ASKED, echo=True)
        several = await at.openai.completions.create(
            model="diffusion", prompt=["the house", "x = ("], max_tokens=8, n=2, seed=3
        )
        again = await at.openai.completions.create(
            model="diffusion", prompt="the house", max_tokens=8, temperature=1, seed=4
        )
    assert stopped.choices[0].text == whole[: whole.index(whole[4:6])]
    assert stopped.choices[0].finish_reason == "stop"
    assert echoed.choices[0].text == "the house" + whole
    assert [choice.index for choice in several.choices] == [0, 1, 2, 3]
    assert several.choices[1].text == again.choices[0].text
    assert several.usage.completion_tokens == 4 * 8


async def test_chat_completions_take_the_same_settings(served, toy):
    say = [{"role": "user", "content": "the house"}]
    async with served(toy()) as at:
        texts = {}
        for mode in ("ar", "lossless", "diffusion"):
            done = await at.openai.chat.completions.create(
                model="diffusion",
                messages=say,
                max_tokens=12,
                extra_body={"vivavoce": {"mode": mode}},
            )
            texts[mode] = done.choices[0].message.content
            assert done.usage.vivavoce["mode"] == mode
    assert texts["ar"] == texts["lossless"]


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"prompt": [1, 2, 3]}, "prompt", "invalid_type"),
        ({"prompt": ""}, "prompt", "invalid_value"),
        ({"prompt": []}, "prompt", "invalid_value"),
        ({"n": 8, "prompt": ["a", "b"]}, "prompt", "invalid_value"),
        ({"max_tokens": 0}, "max_tokens", "invalid_value"),
        ({"logprobs": 3}, "logprobs", "unsupported_parameter"),
        ({"best_of": 3}, "best_of", "invalid_value"),
        ({"stop": ["a", ""]}, "stop", "invalid_value"),
        ({"extra_body": {"colour": "red"}}, "colour", "unknown_parameter"),
        ({"extra_body": {"vivavoce": {"mode": "fast"}}}, "vivavoce.mode", "invalid_value"),
        ({"extra_body": {"vivavoce": {"threshold": 0}}}, "vivavoce.threshold", "invalid_value"),
        ({"extra_body": {"vivavoce": {"chains": 3}}}, "vivavoce.chains", "unknown_parameter"),
    ],
)
async def test_what_is_wrong_is_said_in_openai_s_shape(served, toy, more, param, code):
    async with served(toy()) as at:
        with pytest.raises(openai.BadRequestError) as caught:
            await at.openai.completions.create(**(ASKED | more))
    assert (caught.value.param, caught.value.code) == (param, code)


async def test_a_prompt_that_does_not_fit_and_a_model_that_is_not_there(served, toy):
    async with served(toy()) as at:
        with pytest.raises(openai.BadRequestError, match="shorten the prompt"):
            await at.openai.completions.create(**(ASKED | {"prompt": "n" * 9000}))
        with pytest.raises(openai.NotFoundError, match="GET /v1/models"):
            await at.openai.completions.create(**(ASKED | {"model": "none"}))


async def test_models_are_listed_with_their_modes(served, toy):
    async with served(toy()) as at:
        found = {model.id: model.vivavoce async for model in at.openai.models.list()}
    assert found["diffusion"]["modes"] == ["lossless", "ar", "diffusion"]
    assert (found["diffusion"]["fills"], found["diffusion"]["plain"]) == (True, True)


async def test_the_router_sends_a_gap_to_whoever_fills_gaps(served, toy):
    mind = Mind({"other": Fixed("no"), "diffusion": toy().model}, Taught(), Polling())
    async with served(mind) as at:
        done = await at.openai.completions.create(
            model="auto", prompt="the", suffix="in", max_tokens=4
        )
    assert done.model == "diffusion"
    assert done.usage.vivavoce["why"]
