"""What the user types, turn by turn."""

from collections.abc import Callable, Iterator

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
