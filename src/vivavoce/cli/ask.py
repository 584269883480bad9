"""vivavoce ask: one question as text."""

import sys
from pathlib import Path

import click


@click.command()
@click.argument("question", nargs=-1)
@click.option(
    "--say",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the answer as speech into this WAV file.",
)
@click.option("--instructions", help="System message instead of the default character.")
@click.option("--max-tokens", default=200, show_default=True, type=click.IntRange(1, 8192))
@click.option("--model", default="qwen2.5-coder-1.5b-instruct", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print question, answer and usage as JSON.")
def ask(
    question: tuple[str, ...],
    say: Path | None,
    instructions: str | None,
    max_tokens: int,
    model: str,
    as_json: bool,
) -> None:
    """Ask one QUESTION and read the answer as it is written. Without QUESTION, reads standard
    input."""
    import json

    import anyio

    from vivavoce import weights
    from vivavoce.core import Message, Refused
    from vivavoce.mind import CHARACTER
    from vivavoce.models import Request, Usage
    from vivavoce.models.llamacpp import Llama

    text = " ".join(question).strip() or ("" if sys.stdin.isatty() else sys.stdin.read().strip())
    if not text:
        raise click.UsageError('nothing to ask; try: vivavoce ask "What is a leap year?"')
    if len(text) > 16_000:
        raise Refused("the question is longer than 16,000 characters; shorten it")
    llama = Llama(weights.path(model))
    messages = (Message("system", instructions or CHARACTER), Message("user", text))

    async def answer() -> tuple[str, Usage]:
        said, usage = "", Usage()
        async for item in llama.stream(Request(messages, max_tokens=max_tokens)):
            if isinstance(item, Usage):
                usage = item
            else:
                said += item.text
                if not as_json:
                    click.echo(item.text, nl=False)
        return said, usage

    said, usage = anyio.run(answer)
    if as_json:
        spent = {"tokens_in": usage.tokens_in, "tokens_out": usage.tokens_out}
        click.echo(json.dumps({"question": text, "answer": said, **spent}))
    else:
        click.echo()
    if say is not None:
        _say(said, say)
    llama.close()


def _say(text: str, path: Path) -> None:
    import numpy as np

    from vivavoce import weights
    from vivavoce.audio.files import write_wav
    from vivavoce.core import OUT_RATE
    from vivavoce.voice import Cutter
    from vivavoce.voice.piper import Piper

    voice, cutter = Piper(weights.path("piper-en_US-joe-medium")), Cutter()
    clauses = [*cutter.feed(text), *cutter.flush()]
    sound = [voice.say(clause).pcm for clause in clauses]
    write_wav(path, np.concatenate([np.zeros(0, np.float32), *sound]), OUT_RATE)
