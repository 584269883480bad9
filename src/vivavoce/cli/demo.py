"""vivavoce demo: a recorded conversation through the real server."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Folder for timeline.jsonl, conversation.wav and timeline.png.",
)
@click.option("--serve", "go_on", is_flag=True, help="Serve afterwards until Ctrl-C.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
def demo(out: Path, go_on: bool, host: str, port: int) -> None:
    """Hold a recorded conversation with the real server; no microphone needed.

    A recorded owner in a café full of talkers asks, cuts in once and takes leave; the answers are
    made while you watch, and the others are not answered (a neighbour's words slip in now and
    then).
    """
    import os

    import anyio
    from anyio import to_thread

    from vivavoce.cli.serving import server, until_stopped
    from vivavoce.demo import Show, load_script, play

    token = os.environ.get("VIVAVOCE_TOKEN")

    async def run() -> None:
        async with server(host=host, port=port if go_on else 0, token=token) as running:
            address, house, script = running.address, running.household, load_script()
            house.guest = await to_thread.run_sync(house.meet, "Owner", script.enrolment)
            url = address.replace("http", "ws", 1) + "v1/realtime?model=vivavoce"
            if token:
                url += f"&token={token}"
            click.echo("A recorded conversation in a café (nobody needs to speak):\n")
            with Show() as show:
                paths = await play(url, script, show, out)
            house.guest = None
            click.echo("\nWhat was said, heard and decided:")
            for path in paths:
                click.echo(f"  {path}")
            if go_on:
                click.echo(f"\nNow it is your turn: open {address} and speak.")
                click.echo("Ctrl-C stops it.", err=True)
                await until_stopped()

    anyio.run(run)
