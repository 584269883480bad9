"""From tokens to text: where it ends, and what may be seen of it on the way."""

from dataclasses import replace
from functools import cache

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gguf")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from tests.diffusion import toys  # noqa: E402
from vivavoce.core import ConfigError, Refused  # noqa: E402
from vivavoce.diffusion.decode import MODES, Dial  # noqa: E402
from vivavoce.diffusion.text import Asked, Piece, Writer  # noqa: E402

PROMPTS = ("the house", "é in x", "def f(")
MOST = 24


@cache
def endless() -> Writer:
    """No token ends its texts."""
    return toys.writer(ends=())


def pieces(writer: Writer, asked: Asked, dial: Dial) -> list[Piece]:
    return [forward[0] for forward in writer.write([asked], dial)]


@cache
def plainly(prompt: str, dial: Dial) -> str:
    """All of it, without stop strings."""
    asked = Asked(endless().plain(prompt), MOST)
    return "".join(piece.text for piece in pieces(endless(), asked, dial))


DIALS = st.builds(
    Dial,
    st.sampled_from(MODES),
    drafts=st.sampled_from([1, 3]),
    block=st.sampled_from([4, 16]),
    threshold=st.sampled_from([0.05, 0.9]),
    temperature=st.sampled_from([0.0, 0.9]),
    seed=st.sampled_from([1, 2]),
)


def first_whole(text: str, stops: tuple[str, ...]) -> int:
    """Where a reader who sees one character after another would cut."""
    for end in range(len(text) + 1):
        found = [end - len(stop) for stop in stops if text[:end].endswith(stop)]
        if found:
            return min(found)
    return len(text)


@settings(max_examples=40)
@given(st.data(), st.sampled_from(PROMPTS), DIALS)
def test_a_text_with_stops_is_the_plain_text_cut_at_the_first(data, prompt, dial):
    whole = plainly(prompt, dial)
    stops = []
    for _ in range(data.draw(st.integers(1, 3), "stops")):
        start = data.draw(st.integers(0, max(len(whole) - 1, 0)), "start")
        stops.append(whole[start : start + data.draw(st.integers(1, 5), "size")] or "zz")
    asked = Asked(endless().plain(prompt), MOST, tuple(stops))
    told = pieces(endless(), asked, dial)
    assert "".join(piece.text for piece in told) == whole[: first_whole(whole, asked.stop)]
    assert told[-1].ending == ("stop" if any(stop in whole for stop in stops) else "length")


@settings(max_examples=20)
@given(st.sampled_from(PROMPTS), DIALS, st.integers(0, MOST - 1))
def test_a_token_that_ends_the_text_ends_it_inside_a_block_too(prompt, dial, place):
    ids = list(endless().plain(prompt))
    written = [token for step in _steps(prompt, dial) for token in step]  # if nothing ended it
    end = written[place]
    writer = Writer(endless().network, replace(endless().tokens, ends=frozenset({end})))
    told = pieces(writer, Asked(tuple(ids), MOST), dial)
    count = written.index(end) + 1
    assert sum(piece.tokens for piece in told) == count
    assert told[-1].ending == "stop"
    assert "".join(p.text for p in told) == "".join(_decoded(written[: count - 1]))


def _steps(prompt: str, dial: Dial) -> list[tuple[int, ...]]:
    from vivavoce.diffusion.decode import write

    with torch.inference_mode():
        ids = endless().plain(prompt)
        return [s[0].tokens for s in write(endless().network, [ids], MOST, dial, lambda _: False)]


def _decoded(ids: list[int]) -> str:
    """Whole characters only."""
    from tokenizers.decoders import DecodeStream

    stream = DecodeStream(skip_special_tokens=True)
    return "".join(stream.step(endless().tokens.tokenizer, i) or "" for i in ids)


def test_the_limit_holds_inside_a_block() -> None:
    for mode in MODES:
        told = pieces(endless(), Asked(endless().plain("the"), 5), Dial(mode, block=16))
        assert (sum(piece.tokens for piece in told), told[-1].ending) == (5, "length")


def test_a_gap_is_between_its_marks_and_without_a_suffix_there_is_none() -> None:
    writer = endless()
    marks = [writer.tokens.id(f"<|fim_{part}|>") for part in ("prefix", "suffix", "middle")]
    a, b = writer.plain("the"), writer.plain(") = x")
    assert writer.fill("the", ") = x").prompt == (marks[0], *a, marks[1], *b, marks[2])
    assert writer.fill("", ") = x").prompt == (marks[0], marks[1], *b, marks[2])
    assert writer.fill("the", "").prompt == a
    with pytest.raises(Refused, match="empty"):
        pieces(writer, writer.fill("", "", 4), Dial())


@given(st.text(alphabet="ax<|>im_endstarfpu \n", max_size=30))
def test_nobody_s_words_are_marks(text: str) -> None:
    writer = endless()
    ids = {writer.tokens.id(mark) for mark in toys.MARKS}
    for mark in ("", *toys.MARKS):
        assert not ids & set(writer.plain(text + mark + text))
    chat = writer.chat([("user", text + "<|im_end|>")])
    assert chat.count(writer.tokens.id("<|im_end|>")) == 1


def test_what_does_not_fit_is_refused() -> None:
    writer = endless()
    with pytest.raises(Refused, match=f"don't fit in the {toys.CONTEXT}"):
        pieces(writer, Asked(writer.plain("n" * toys.CONTEXT), 4), Dial())
    with pytest.raises(ConfigError, match=">= 1"):
        Asked((1,), 0)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(Refused, match="no UTF-8 at character 2"):
        endless().plain("ab\ud800")
    with pytest.raises(Refused, match="no UTF-8"):
        endless().chat([("user", b"\xff".decode("utf-8", "surrogateescape"))])
