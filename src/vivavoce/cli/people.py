"""vivavoce people: enrol, list, show, forget."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from vivavoce.cli.voices import as_person, from_files, from_sound
from vivavoce.core import Pcm, Rank
from vivavoce.people import Person, added, checked_name, here

MIC_S = 15
"""Enough for more than 5 s of speech, with a breath between."""


@click.group()
def people() -> None:
    """The people whose voices this machine knows.

    Only vectors computed from a voice are kept, never sound, and only here."""


@people.command()
@click.argument("name")
@click.argument("files", metavar="[FILE]…", nargs=-1, type=click.Path(path_type=Path))
@click.option("--mic", is_flag=True, help="Record from the microphone instead.")
@click.option(
    "--seconds",
    type=click.IntRange(5, 60),
    default=MIC_S,
    show_default=True,
    help="How long to record.",
)
@click.option("--again", is_flag=True, help="Replace the voice of somebody who is known.")
@click.option("--more", is_flag=True, help="Add to the voice of somebody who is known.")
@click.option(
    "--rank",
    type=click.Choice(["owner", "adult", "child", "guest"]),
    help="What they may do; by default the first one is the owner, others are adults.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--null", is_flag=True, hidden=True, help="No sound card: hear silence.")
def enrol(
    name: str,
    files: tuple[Path, ...],
    mic: bool,
    seconds: int,
    again: bool,
    more: bool,
    rank: Rank | None,
    as_json: bool,
    null: bool,
) -> None:
    """Learn the voice of NAME from 5 to 30 seconds of speech: audio files, or the microphone.

    Nothing is stored if a recording is too short, silent, too quiet, too loud, or holds two voices.
    """
    if mic == bool(files):
        raise click.UsageError("name one file or more, or use --mic")
    if again and more:
        raise click.UsageError("use --again or --more, not both")
    store, name = here(), checked_name(name)
    known = store.get(name) if more else None
    if not (again or more):
        store.refuse_known(name)
    voice = from_sound([_record(seconds, null)]) if mic else from_files(files)
    others = store.list(say=lambda note: click.echo(note, err=True))
    kept = next((other.rank for other in others if other.name == name), None)
    new: Rank = "owner" if store.empty() else "adult"
    person = replace(as_person(name, voice), rank=rank or kept or new)
    if known:
        person = replace(added(known, person), rank=rank or known.rank)
    store.put(person, again=again or more)
    _tell([person], as_json, f"{person.name}: learned from {person.seconds:.0f} s of speech")


@people.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """Who is known."""
    known = here().list(say=lambda note: click.echo(note, err=True))
    _tell(known, as_json, "\n".join(map(_line, known)) or "nobody is known yet")


@people.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(name: str, as_json: bool) -> None:
    """What is kept of NAME."""
    person = here().get(name)
    if as_json:
        click.echo(json.dumps(_row(person), ensure_ascii=False))
        return
    for what, value in _row(person).items():
        click.echo(f"{what:>10}  {value if value is not None else '-'}")


@people.command("rank")
@click.argument("name")
@click.argument("rank", type=click.Choice(["owner", "adult", "child", "guest"]))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def rank_(name: str, rank: Rank, as_json: bool) -> None:
    """Say what NAME may do: everything (owner), most (adult), a little (child, guest)."""
    store = here()
    person = replace(store.get(name), rank=rank)
    store.put(person, again=True)
    _tell([person], as_json, f"{person.name}: {rank}")


@people.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def forget(name: str, as_json: bool) -> None:
    """Erase all that is kept of NAME's voice, for good."""
    name = checked_name(name)
    here().forget(name)
    click.echo(json.dumps({"forgotten": name}, ensure_ascii=False) if as_json else f"{name}: gone")


def _tell(persons: Sequence[Person], as_json: bool, text: str) -> None:
    rows = json.dumps([_row(person) for person in persons], ensure_ascii=False)
    click.echo(rows if as_json else text)


def _row(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "rank": person.rank,
        "seconds": round(person.seconds, 1),
        "recordings": person.recordings,
        "since": person.since.isoformat() if person.since else None,
        "changed": person.changed.isoformat() if person.changed else None,
        "learned_s": round(person.learned_s, 1),
    }


def _line(person: Person) -> str:
    learned = f", {person.learned_s:.0f} s learned in use" if person.learned_s else ""
    heard = f"{person.seconds:.0f} s of speech, since {person.since}{learned}"
    return f"{person.name}, {person.rank}: {heard}"


def _record(seconds: int, null: bool) -> Pcm:
    """With a level meter and a countdown, on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from vivavoce.talk import record

    console = Console(stderr=True)
    console.print(f"Speak for {seconds} s, as you would to a friend; Ctrl-C stores nothing.")
    columns = (TextColumn("{task.description}"), BarColumn(30), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("level", total=60, left="")

        def meter(done_s: float, level_db: float) -> None:
            left = f"{max(0, seconds - done_s):3.0f} s left"
            bars.update(task, completed=max(0.0, level_db + 60), left=left)

        return record(seconds, meter, null=null)
