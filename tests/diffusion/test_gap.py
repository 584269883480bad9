"""A gap ends where the text begins to say again what stands behind it."""

from hypothesis import given
from hypothesis import strategies as st

from vivavoce.diffusion.gap import Gap, gap

BEFORE = "def f(xs):\n    total = 0\n"
LINE = "    for x in xs:\n        total += x"
AFTER = "\n    return total / len(xs)\n"


def ended(at: Gap, text: str, size: int = 1) -> str:
    """What stands when it came in pieces; what is held back never stood."""
    for end in range(size, len(text) + size, size):
        so_far = text[:end]
        if (cut := at.full(so_far)) is not None:
            return so_far[:cut]
    return text[: at.full(text, over=True)]


def test_the_suffix_again_ends_it() -> None:
    at = gap(BEFORE, AFTER)
    assert ended(at, f"{LINE}{AFTER}\n\n# Test\nprint(f([1]))") == LINE


def test_blank_lines_before_it_are_the_suffixs_own() -> None:
    assert ended(gap(BEFORE, AFTER), f"{LINE}\n\n\n{AFTER[1:]}") == LINE
    assert ended(gap(BEFORE, AFTER), f"{LINE}\n\n") == LINE


def test_a_gap_of_whole_lines_keeps_its_last_lines_end() -> None:
    assert ended(gap(BEFORE, AFTER[1:]), f"{LINE}{AFTER}# Test") == f"{LINE}\n"


def test_a_gap_inside_of_a_line() -> None:
    at = gap("total = sum(", ") / len(values)\n")
    assert ended(at, "v for v in values) / len(values)\nprint(total)") == "v for v in values"


def test_only_a_line_that_is_the_suffixs_whole_line_counts() -> None:
    at = gap(BEFORE, "\n    return 100\n")
    text = "    if not xs:\n        return 100\n    return 1000\n    return 100\n#"
    assert ended(at, text) == "    if not xs:\n        return 100\n    return 1000"


def test_short_lines_count_only_together() -> None:
    """An else: in the gap is not the else: behind it."""
    at = gap("if a:\n    b()\n", "\nelse:\n    give_up()\n")
    text = "elif c:\n    d()\nelse:\n    e()\nelse:\n    give_up()\n"
    assert ended(at, text) == "elif c:\n    d()\nelse:\n    e()"


def test_a_suffix_of_hardly_anything_ends_nothing() -> None:
    for suffix in ("", "\n", ")\n", "\n}\n"):
        assert gap("f(", suffix).full("x)\n}\n)\n") is None


def test_of_a_long_line_the_beginning_is_enough() -> None:
    line = "    raise ValueError('the list of values must not be empty, got nothing at all')"
    assert ended(gap(BEFORE, f"\n{line}\n"), f"    x = 1\n{line[:50]} and so on") == "    x = 1"


texts = st.text(alphabet="ab \n", max_size=30)


@given(texts, texts, texts, st.integers(1, 5))
def test_what_was_not_held_back_stands(prefix: str, suffix: str, text: str, size: int) -> None:
    """However it comes: nothing is taken back, and all that stands was written."""
    at = gap(prefix, suffix)
    stood, whole = "", ended(at, text, size)
    for end in range(size, len(text) + size, size):
        so_far = text[:end]
        if at.full(so_far) is not None:
            break
        now = so_far[: len(so_far) - at.held(so_far)]
        assert now.startswith(stood)
        stood = now
    assert whole.startswith(stood)
    assert text.startswith(whole)
    assert ended(at, text, 1) == whole


@given(texts)
def test_without_a_suffix_all_stands(text: str) -> None:
    assert Gap().full(text) is None
    assert Gap().full(text, over=True) == len(text)
    assert Gap().held(text) == 0
