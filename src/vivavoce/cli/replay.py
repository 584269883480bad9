"""vivavoce replay: a recording instead of a microphone."""

import json
from dataclasses import replace as changed
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING, Any

import click

from vivavoce.cli.tuning import tuning

if TYPE_CHECKING:
    from vivavoce.session.replay import Replayed


@click.command()
@click.argument("recording", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for timeline.jsonl, conversation.wav and timeline.png.",
)
@click.option("--no-reply", is_flag=True, help="Only listen.")
@tuning
@click.option(
    "--rules", is_flag=True, help="Let Smart Turn alone judge turn ends, not the learned floor."
)
@click.option(
    "--enroll",
    type=click.Path(path_type=Path),
    metavar="OWNER.wav",
    help="5 to 30 s of the owner's speech; stored nowhere.",
)
@click.option("--owner", "owner_name", metavar="NAME", help="Somebody of: vivavoce people list.")
@click.option("--instructions", help="System message instead of the default character.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def replay(
    recording: Path,
    out: Path,
    no_reply: bool,
    eagerness: str,
    bystanders: str,
    rules: bool,
    enroll: Path | None,
    owner_name: str | None,
    instructions: str | None,
    as_json: bool,
) -> None:
    """Hold a conversation with RECORDING, any audio file, as fast as this machine can.

    The file goes through the same code as a microphone. The time that models take is modelled, not
    measured, so the same file gives the same decisions every time and everywhere.
    """
    import anyio

    from vivavoce.audio.files import read
    from vivavoce.cli.seconds import seconds_bar
    from vivavoce.cli.voices import owner as whose
    from vivavoce.core import IN_RATE
    from vivavoce.floor import FloorConfig
    from vivavoce.mind.house import DEFAULT, open_mind
    from vivavoce.people import People
    from vivavoce.session import SessionConfig, load
    from vivavoce.session.replay import keep
    from vivavoce.session.replay import replay as run

    pcm = read(recording, IN_RATE, say=lambda note: click.echo(note, err=True))
    _check_writable(out)
    floor = changed(FloorConfig.semantic(eagerness, bystanders), answers=not no_reply)
    cfg = SessionConfig(model=DEFAULT, floor=floor)
    if instructions:
        cfg = changed(cfg, instructions=instructions)
    owner = whose(enroll, owner_name)
    mind = None if no_reply else open_mind(DEFAULT, ready=True)
    with TemporaryDirectory() as gone:  # with any voice that is learned by words in the recording
        people = People(Path(gone)) if owner else None
        parts = load(mind=mind, owner=owner, people=people, learned_floor=not rules)
        if parts.household:
            parts.household.guest = owner
        with seconds_bar(len(pcm) / IN_RATE, quiet=as_json) as progress:
            done = anyio.run(lambda: run(pcm, parts, cfg, progress=progress))
    paths = keep(done, out, recording.name)
    result: dict[str, Any] = {
        "seconds": round(len(pcm) / IN_RATE, 2),
        "owner": owner.name if owner else None,
        "turns": _turns(done),
        "files": [str(path) for path in paths],
    }
    if as_json:
        click.echo(json.dumps(result))
        return
    for turn in result["turns"]:
        click.echo(f"{turn.get('name') or turn['side']:>9}: {turn['text']}")
    for path in paths:
        click.echo(path)


def _check_writable(folder: Path) -> None:
    """Refused now, not after the whole conversation; nothing is left there yet."""
    from vivavoce.core import Refused

    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with TemporaryFile(dir=there):
            pass
    except OSError as error:
        raise Refused(
            f"nothing can be written to {folder} ({error.strerror}); name another place by --out"
        ) from None


def _turns(done: "Replayed") -> list[dict[str, Any]]:
    """What each side said; the user's with whose voice it was, where an owner is known."""
    from vivavoce.core import Heard, SpeakerKnown

    known = {
        event.entry: {"name": event.name, "confidence": round(event.confidence, 3)}
        for event in done.events
        if isinstance(event, SpeakerKnown)
    }
    whose = iter([known.get(event.entry, {}) for event in done.events if isinstance(event, Heard)])
    return [
        {"side": side, "text": text} | (next(whose) if side == "user" else {})
        for side, text in done.turns
    ]
