"""What the user types, turn by turn."""

import io
import sys
from collections.abc import Callable, Iterator, Sequence

from vivavoce.core import Refused
from vivavoce.files import storable

FENCE = '"""'
MORE = "… "


def turns(read: Callable[[str], str], prompt: str = "> ") -> Iterator[str]:
    """Turns until the end of the input (EOFError of read).

    A line that ends with a backslash goes on; \"\"\" opens a block that the next \"\"\" closes."""
    while True:
        try:
            yield _turn(read, prompt)
        except EOFError:
            return


def _turn(read: Callable[[str], str], prompt: str) -> str:
    line = read(prompt)
    lines = []
    if line.lstrip().startswith(FENCE):
        line = line.lstrip().removeprefix(FENCE)
        while not line.rstrip().endswith(FENCE):
            lines.append(line)
            line = read(MORE)
        return "\n".join([*lines, line.rstrip().removesuffix(FENCE)]).strip("\n")
    while line.endswith("\\"):
        lines.append(line[:-1])
        line = read(MORE)
    return "\n".join([*lines, line])


def read_request(words: Sequence[str]) -> str:
    """What the command line says, else what a pipe brings. Refused: see checked."""
    forgiving()
    said = " ".join(words).strip() or ("" if sys.stdin.isatty() else sys.stdin.read().strip())
    return checked(said)


def forgiving() -> None:
    """What comes from standard input and is no text ends nothing; see checked."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")


def checked(text: str) -> str:
    """The text. Refused: bytes of another encoding are in it."""
    if storable(text) != text:
        raise Refused("that is not UTF-8 text; write it as UTF-8 (iconv -f latin1 -t utf-8)")
    return text
