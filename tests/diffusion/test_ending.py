"""A gap of whole lines ends where what stands behind it is likeliest, and nothing is taken back."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.diffusion.ending import MARGIN, Ending
from vivavoce.diffusion.gap import NO_GAP, gap

BEFORE = "def f(xs):\n    total = 0\n"
AFTER = "\n    return total / len(xs)\n"
LINE = "    total = sum(xs)"
ON = "\n    print(total)\n    print(xs)\n    print(1)\n    print(2)\n    print(3)\n"


def likes(wanted: str, best: float = -1.0, others: float = -9.0):
    """The suffix is likely behind this text alone."""
    return lambda text: best if text == wanted else others


def written(ending: Ending, text: str, size: int = 1, *, whole: bool = False) -> tuple[str, int]:
    """What stands in the end, and how much had to be written; nothing is ever taken back."""
    stood = 0
    for end in range(size, len(text) + size, size):
        so_far = text[:end]
        if (at := ending.ended(so_far)) is not None:
            assert at >= stood
            return so_far[:at], len(so_far)
        now = ending.standing(so_far)
        assert now >= stood
        stood = now
    at = ending.over(text, whole=whole)
    assert at >= stood
    return text[:at], len(text)


def test_it_ends_where_the_suffix_is_likeliest_though_the_model_writes_on() -> None:
    ending = Ending((), gap(BEFORE, AFTER), likes(LINE))
    text, read = written(ending, LINE + ON * 3)
    assert text == LINE
    assert read < len(LINE + ON), "a few lines that fit worse are enough"


def test_a_later_line_that_fits_better_wins() -> None:
    two = f"{LINE}\n    print(total)"
    fits = {LINE: -5.0, two: -2.0}
    ending = Ending((), gap(BEFORE, AFTER), lambda text: fits.get(text, -9.0))
    assert written(ending, LINE + ON)[0] == two


def test_worse_by_little_is_no_reason_to_stop() -> None:
    ending = Ending((), gap(BEFORE, AFTER), likes(LINE, -1.0, -1.0 - MARGIN / 2))
    assert written(ending, LINE + ON * 2) == (LINE, len(LINE + ON * 2))


def test_a_gap_that_keeps_its_last_lines_end() -> None:
    ending = Ending((), gap(BEFORE, AFTER[1:]), likes(f"{LINE}\n"))
    assert written(ending, LINE + ON)[0] == f"{LINE}\n"


def test_the_suffix_said_again_is_no_part_of_it_however_likely() -> None:
    again = LINE + AFTER
    ending = Ending((), gap(BEFORE, AFTER), likes(again.rstrip("\n"), best=0.0))
    assert written(ending, again + AFTER) == (LINE, len(again))


def test_a_broken_off_line_does_not_count_unless_there_is_none_other() -> None:
    at = gap(BEFORE, AFTER)
    assert written(Ending((), at, likes(LINE)), f"{LINE}\n    pri")[0] == LINE
    assert written(Ending((), at, likes("")), "    tot")[0] == "    tot"


def test_the_models_own_end_counts_like_the_end_of_a_line() -> None:
    at = gap(BEFORE, AFTER)
    two = f"{LINE}\n    print(total)"
    assert written(Ending((), at, likes(two)), two, whole=True)[0] == two
    assert written(Ending((), at, likes(LINE)), two, whole=True)[0] == LINE


def test_a_stop_string_ends_it_at_the_latest() -> None:
    at = gap(BEFORE, AFTER)
    assert written(Ending(("\n",), at, likes("nothing")), LINE + ON)[0] == LINE
    assert written(Ending(("sum",), at, likes("nothing")), LINE + ON)[0] == "    total = "


def test_a_gap_within_a_line_asks_nobody() -> None:
    at = gap("total = sum(", ") / len(values)\n")
    assert at.lines is None
    told = "v for v in values) / len(values)\n"
    assert written(Ending((), at), told)[0] == "v for v in values"
    assert written(Ending(("x",), NO_GAP), "a\nx")[0] == "a\n"


lines = st.lists(st.sampled_from(["a", " b", "", "  ", "return x", "ab ab"]), max_size=9)


@given(
    st.sampled_from(["", "a\n", "a"]),
    st.sampled_from(["\n", "\na", "\n return xyz abc\n", " b", "\n\nreturn x\n"]),
    lines,
    st.lists(st.floats(-20, 0), min_size=40, max_size=40),
    st.integers(1, 5),
    st.booleans(),
)
def test_it_is_a_place_of_the_text_whatever_the_network_says(
    prefix: str, suffix: str, written_lines: list[str], fits: list[float], size: int, whole: bool
) -> None:
    asked: list[str] = []

    def likely(text: str) -> float:
        asked.append(text)
        return fits[len(text) % len(fits)]

    text = "\n".join(written_lines)
    stands, _ = written(Ending((), gap(prefix, suffix), likely), text, size, whole=whole)
    assert text.startswith(stands)
    assert asked == sorted(set(asked), key=len), "each place once, one after another"
    if asked:
        best = max(fits[len(one) % len(fits)] for one in asked)
        assert fits[len(stands) % len(fits)] == best
    assert len(asked) <= text.count("\n") + 1
