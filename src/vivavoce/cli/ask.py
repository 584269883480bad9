"""vivavoce ask: one question as text."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vivavoce.cli.thinking import Wish, budget, thinking

if TYPE_CHECKING:
    from vivavoce.core import Image
    from vivavoce.mind import Answers

MOST_IMAGE_BYTES = 20_000_000
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
}
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("question", nargs=-1)
@click.option(
    "--say",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the answer as speech into this WAV file.",
)
@click.option("--instructions", help="System message instead of the default character.")
@click.option("--max-tokens", default=200, show_default=True, type=click.IntRange(1, 8192))
@thinking
@click.option("--schema", type=FILE, help="JSON schema that the answer must fit.")
@click.option("--image", "images", type=FILE, multiple=True, help="A picture; may be repeated.")
@click.option(
    "--as",
    "speaker",
    default="owner",
    show_default=True,
    metavar="PERSON",
    help="Who asks: somebody who is enrolled; or owner, adult, child, guest, unknown.",
)
@click.option("--no-experts", is_flag=True, help="Only answer; do nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print answer, thinking and usage as JSON.")
@click.pass_obj
def ask(
    mind: "Answers | None",
    question: tuple[str, ...],
    say: Path | None,
    instructions: str | None,
    max_tokens: int,
    think: str,
    chains: int | None,
    voters: tuple[str, ...],
    model: str,
    stays_here: bool,
    hide_thinking: bool,
    schema: Path | None,
    images: tuple[Path, ...],
    speaker: str,
    no_experts: bool,
    as_json: bool,
) -> None:
    """Ask one QUESTION, or for something to be done, and read the answer as it is written.
    Without QUESTION, reads standard input."""
    import anyio

    from vivavoce.cli.acting import answered_by, speaker_of
    from vivavoce.cli.answer import Answer
    from vivavoce.cli.screen import Pipe, Rows, Shows, Terminal
    from vivavoce.cli.turns import read_request
    from vivavoce.core import Message, Refused
    from vivavoce.mind import CHARACTER
    from vivavoce.mind.house import open_mind
    from vivavoce.models import Request

    text = read_request(question)
    if not text:
        raise click.UsageError('nothing to ask; try: vivavoce ask "What is a leap year?"')
    if len(text) > 16_000:
        raise Refused("the question is longer than 16,000 characters; shorten it")
    wish = Wish(model, budget(think), chains, voters, stays_here, hide_thinking)
    message = Message("user", text, tuple(_image(path) for path in images))
    request = Request(
        (Message("system", instructions or CHARACTER), message),
        max_tokens=max_tokens,
        schema=_schema(schema) if schema else None,
    )
    speech = _Speech(say) if say else None
    mind = mind or open_mind(model)
    shows: Shows = Terminal(hidden=hide_thinking) if sys.stdout.isatty() else Pipe()
    if as_json:
        shows = Rows(hidden=hide_thinking)
    answer = Answer(text, wish.thinking)
    shows.begin()
    try:
        asked_for = replace(wish.ask(request), speaker=speaker_of(speaker))
        acts = not (no_experts or schema or images or instructions)
        anyio.run(answered_by, mind, asked_for, answer, shows.told, acts)
    finally:
        shows.close()
    shows.end(answer)
    if speech is not None:
        speech.write(answer.text)


def _schema(path: Path) -> dict[str, Any]:
    from vivavoce.core import Refused

    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused(f"{path} is not JSON ({error}); write a JSON schema there") from None
    if not isinstance(schema, dict):
        raise Refused(f"{path} holds no JSON object; write a JSON schema there")
    return schema


def _image(path: Path) -> "Image":
    from vivavoce.core import Image, Refused

    if path.stat().st_size > MOST_IMAGE_BYTES:
        raise Refused(f"{path} is larger than {MOST_IMAGE_BYTES // 1_000_000} MB; make it smaller")
    data = path.read_bytes()
    found = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = "image/webp"
    if not found:
        raise Refused(f"{path} is no picture that models read; give a PNG, JPEG, GIF or WebP")
    return Image(data, found)


class _Speech:
    """Where the answer is to be heard; what is wrong with it shows before the question is asked."""

    def __init__(self, path: Path) -> None:
        from vivavoce import weights
        from vivavoce.core import Refused
        from vivavoce.voice.piper import Piper

        place = path if path.exists() else path.absolute().parent
        if not os.access(place, os.W_OK):
            raise Refused(f"nothing can be written to {place}; name another place")
        self._path, self._voice = path, Piper(weights.path("piper-en_US-joe-medium"))

    def write(self, text: str) -> None:
        import numpy as np

        from vivavoce.audio.files import write_wav
        from vivavoce.core import OUT_RATE
        from vivavoce.voice import Cutter

        cutter = Cutter()
        clauses = [*cutter.feed(text), *cutter.flush()]
        sound = [self._voice.say(clause).pcm for clause in clauses]
        write_wav(self._path, np.concatenate([np.zeros(0, np.float32), *sound]), OUT_RATE)
