"""Text by diffusion as a language model, at toy size."""

from contextlib import aclosing

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from tests.diffusion import toys  # noqa: E402
from vivavoce.core import Call, Image, Message, Refused  # noqa: E402
from vivavoce.models import Manner, Request, Text, Usage  # noqa: E402
from vivavoce.models.diffusion.model import Diffusion, asked_of, dialled  # noqa: E402

pytestmark = pytest.mark.anyio
HELLO = (Message("system", "Be short."), Message("user", "the house"))
PLAIN = Request((Message("user", "the house"),), max_tokens=20, plain=True)


@pytest.fixture
def model(engine) -> Diffusion:
    return Diffusion(engine(toys.Toy(toys.writer(ends=()))))


async def answer(model: Diffusion, request: Request) -> tuple[str, Usage]:
    text, usage = "", None
    async with aclosing(model.stream(request)) as pieces:
        async for piece in pieces:
            assert usage is None
            if isinstance(piece, Text):
                text += piece.text
            elif isinstance(piece, Usage):
                usage = piece
    assert usage is not None
    return text, usage


async def test_an_answer_says_how_it_was_written(model):
    honest, one_by_one = await answer(model, Request(HELLO, 20, manner=Manner("ar")))
    text, usage = await answer(model, Request(HELLO, 20))
    assert text == honest
    assert (usage.mode, usage.tokens_out, usage.finish) == ("lossless", 20, "length")
    assert (one_by_one.mode, one_by_one.forwards) == ("ar", 20)
    assert 0 < usage.forwards <= 20
    assert usage.tokens_in == await model.count(Request(HELLO, 20))
    assert usage.model == "diffusion"


async def test_a_stop_string_is_not_part_of_the_answer(model):
    whole, _ = await answer(model, PLAIN)
    stop = whole[3:5]
    text, usage = await answer(model, Request(PLAIN.messages, 20, stop=(stop,), plain=True))
    assert text == whole[: whole.index(stop)]
    assert usage.finish == "stop"


async def test_the_same_seed_draws_the_same_answer_in_every_exact_mode(model):
    async def drawn(seed: int, mode: str) -> str:
        manner = Manner(mode)  # type: ignore[arg-type]
        request = Request(HELLO, 16, temperature=0.9, seed=seed, manner=manner)
        return (await answer(model, request))[0]

    first = await drawn(1, "ar")
    assert await drawn(1, "ar") == await drawn(1, "lossless") == first
    assert await drawn(2, "ar") != first


async def test_prompts_are_a_chat_a_begun_answer_a_text_or_a_gap(model):
    writer = await model.engine.open()
    chat = writer.chat([("system", "Be short."), ("user", "the house")])
    assert asked_of(writer, Request(HELLO)).prompt == chat
    assert asked_of(writer, Request(HELLO, begun="the")).prompt == (*chat, *writer.plain("the"))
    assert asked_of(writer, PLAIN).prompt == writer.plain("the house")
    gap = Request(PLAIN.messages, plain=True, suffix="in")
    assert asked_of(writer, gap) == writer.fill("the house", "in")


async def test_a_tool_s_result_in_the_history_is_read_as_the_user_s(model):
    writer = await model.engine.open()
    history = (
        Message("user", "rain?"),
        Message("assistant", "", calls=(Call("weather", "{}", "a"),)),
        Message("tool", "no", call_id="a"),
    )
    read = writer.tokens.tokenizer.decode(
        list(asked_of(writer, Request(history)).prompt), skip_special_tokens=False
    )
    assert '<tool_call>\n{"name": "weather", "arguments": {}}\n</tool_call>' in read
    assert "<|im_start|>user\n<tool_response>\nno\n</tool_response><|im_end|>" in read


async def test_reading_ahead_loads_nothing(engine):
    toy = toys.Toy()
    text, usage = await answer(Diffusion(engine(toy)), Request(HELLO, read_only=True))
    assert (text, usage.tokens_out, toy.loaded) == ("", 0, 0)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (Request(HELLO, tools=({"name": "weather"},)), "calls no tools"),
        (Request(HELLO, schema={}), "schema"),
        (Request((Message("user", "what is it?", (Image(b"x"),)),)), "no images"),
        (Request(()), "at least one message"),
        (Request((Message("user", ""),), plain=True), "empty"),
        (Request(HELLO, max_tokens=9000), "shorten the prompt or ask for fewer"),
        (Request(HELLO, manner=Manner(threshold=1.5)), "threshold must be in"),
    ],
)
async def test_what_it_can_not_do_is_refused(model, request_, why):
    with pytest.raises(Refused, match=why):
        await answer(model, request_)


async def test_a_setting_names_its_mode_where_none_is_named():
    def way(**given) -> str:
        return dialled(Request(HELLO, manner=Manner(**given))).mode

    assert way() == way(drafts=4) == "lossless"
    assert way(threshold=0.7) == way(steps=2) == way(block=16) == "diffusion"
    assert way(mode="ar", steps=2) == "ar"
