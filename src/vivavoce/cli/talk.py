"""vivavoce talk: this machine's microphone and loudspeaker."""

from dataclasses import replace
from pathlib import Path

import click

from vivavoce.cli.tuning import tuning


@click.command()
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the conversation's sound and timeline in this folder (off by default).",
)
@click.option("--model", default="auto", show_default=True, help="One of: vivavoce models.")
@tuning
@click.option("--null", is_flag=True, hidden=True, help="No sound card: hear silence.")
@click.option("--frames", type=int, hidden=True, help="Stop after so many frames of 80 ms.")
def talk(
    record: Path | None,
    model: str,
    eagerness: str,
    bystanders: str,
    null: bool,
    frames: int | None,
) -> None:
    """Talk with Vivavoce by this machine's microphone and loudspeaker, until Ctrl-C.

    Our own echo cancelling takes the loudspeaker out of the microphone; headphones are not needed.
    """
    import anyio
    from anyio import to_thread

    from vivavoce.cli.captions import Captions
    from vivavoce.floor import FloorConfig
    from vivavoce.mind.acting.house import open_house
    from vivavoce.mind.house import learned_path, open_mind
    from vivavoce.people import here
    from vivavoce.session import SessionConfig, engine, load
    from vivavoce.talk import converse

    cfg = SessionConfig(model=model, floor=FloorConfig.semantic(eagerness, bystanders))

    async def run() -> None:
        click.echo("loading the models…", err=True)
        mind = await to_thread.run_sync(
            lambda: open_mind(model, ready=True, learned=learned_path())
        )
        async with open_house(mind) as house:
            parts = await to_thread.run_sync(lambda: load(mind=house.acting, people=here()))
            parts = replace(parts, announcer=house.announcer, sounding=house.ducking)
            async with engine(parts, cfg, record) as sessions:
                click.echo("Speak; Ctrl-C ends it.", err=True)
                dropped = await converse(sessions.open, Captions(), null=null, frames=frames)
                if dropped:
                    click.echo(f"{dropped} pieces of the microphone came too fast", err=True)

    anyio.run(run)
