"""How likely a suffix is: what the causal network says in one forward over all of it."""

import math
from collections.abc import Callable

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from tests.diffusion import toys  # noqa: E402
from vivavoce.diffusion.decode import Dial  # noqa: E402
from vivavoce.diffusion.decode.prefill import causal  # noqa: E402
from vivavoce.diffusion.likely import FIRST, Suffix  # noqa: E402
from vivavoce.diffusion.network.qwen import Network  # noqa: E402
from vivavoce.diffusion.text import Asked, Writer  # noqa: E402

WRITER = toys.writer(ends=())
TOKENS, NETWORK = WRITER.tokens, WRITER.network
END = TOKENS.ids("<|endoftext|>")[0]


def at_once(network: Network, before: str, wanted: list[int]) -> float:
    """The same without a cache that goes on."""
    ids = [*TOKENS.ids(before, marks=False), *wanted]
    cache = network.cache(1, len(ids))
    alone = causal(len(ids), network.device)
    with torch.inference_mode():
        hidden = network(torch.tensor([ids]), cache.positions(len(ids)), cache, cache.seen(alone))
        told = network.logits(hidden[0]).log_softmax(-1)
    start = len(ids) - len(wanted) - 1
    return sum(float(told[start + i, token]) for i, token in enumerate(wanted))


@settings(max_examples=30)
@given(st.lists(st.text(alphabet="aé (=\nthe", min_size=1, max_size=12), min_size=1, max_size=5))
def test_texts_one_after_another_are_as_each_alone(texts: list[str]) -> None:
    suffix = Suffix(NETWORK, TOKENS, "def f(", ") = x")
    wanted = [*TOKENS.ids(") = x", marks=False), END]
    for text in (*texts, "".join(texts)):
        expected = at_once(NETWORK, f"def f({text}", wanted)
        assert suffix.behind(text) == pytest.approx(expected, abs=1e-3)


def test_of_a_long_suffix_the_beginning_counts_and_a_short_one_ends_the_file() -> None:
    long = "the house in x, and more of it"
    first = TOKENS.ids(long, marks=False)[:FIRST]
    told = Suffix(NETWORK, TOKENS, "a", long).behind("b")
    assert told == pytest.approx(at_once(NETWORK, "ab", first), abs=1e-3)
    assert Suffix(NETWORK, TOKENS, "a", "\n").behind("b") == pytest.approx(
        at_once(NETWORK, "ab", [*TOKENS.ids("\n", marks=False), END]), abs=1e-3
    )


def test_a_long_prefix_is_read_in_pieces_and_what_is_too_long_fits_nowhere() -> None:
    long = "the house " * 40
    wanted = [*TOKENS.ids("\n", marks=False), END]
    told = Suffix(NETWORK, TOKENS, long, "\n").behind("b")
    assert told == pytest.approx(at_once(NETWORK, f"{long}b", wanted), abs=1e-3)
    assert Suffix(NETWORK, TOKENS, "a", "\n").behind("x" * toys.CONTEXT) == -math.inf


def test_the_text_that_is_being_written_is_not_disturbed() -> None:
    """Replayed forwards share their buffers; asking about the suffix has its own."""
    network = toys.network(TOKENS)
    network.quicken()
    asked = Asked(WRITER.plain("the house"), 30)
    suffix = Suffix(network, TOKENS, "a", "\n")

    def written(writer: Writer, between: Callable[[], object]) -> str:
        text = ""
        for forward in writer.write([asked], Dial("ar")):
            text += forward[0].text
            between()
        return text

    plain = written(WRITER, lambda: None)
    assert written(Writer(network, WRITER.tokens), lambda: suffix.behind("b in x")) == plain
