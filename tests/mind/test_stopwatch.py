"""What an answer's pieces tell of how fast it was read and written."""

from vivavoce.core import Call
from vivavoce.mind.stopwatch import Stopwatch
from vivavoce.models import Text, Thinking, Usage

USAGE = Usage(tokens_in=120, tokens_cached=20, tokens_out=41)


def watched(*pieces: object, each_s: float = 0.5) -> Stopwatch:
    watch = Stopwatch(10.0)
    for i, piece in enumerate(pieces, 1):
        watch.saw(piece, 10.0 + i * each_s)
    return watch


def test_a_streamed_answer_tells_both() -> None:
    watch = watched(*[Thinking("hm ")] * 10, *[Text("a ")] * 31)
    assert watch.read(USAGE) == (100, 0.5)
    assert watch.wrote(USAGE) == (40, 20.0)


def test_a_call_comes_at_once_when_it_is_whole_and_tells_nothing() -> None:
    call = Call("lamp", "{}")
    assert watched(call, call).read(USAGE) == (0, 0.0)
    assert watched(call, call).wrote(USAGE) == (0, 0.0)
    assert watched(*[Text("a ")] * 20, call).wrote(USAGE) == (0, 0.0)


def test_a_server_that_sends_its_answer_in_a_few_lumps_tells_nothing_of_its_writing() -> None:
    assert watched(Text("all of it "), Text("but this")).wrote(USAGE) == (0, 0.0)
    assert watched().read(USAGE) == watched().wrote(USAGE) == (0, 0.0)
