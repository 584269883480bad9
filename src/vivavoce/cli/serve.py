"""vivavoce serve: the page and the realtime protocol."""

import os
from pathlib import Path

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with the token that clients must send; or set VIVAVOCE_TOKEN. "
    "Needed for any address but loopback.",
)
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep every conversation's sound and timeline in this folder (off by default).",
)
@click.option("--model", default="auto", show_default=True, help="One of: vivavoce models.")
@click.option("--max-conversations", default=8, show_default=True, type=click.IntRange(1))
def serve(
    host: str,
    port: int,
    token_file: Path | None,
    record: Path | None,
    model: str,
    max_conversations: int,
) -> None:
    """Serve the page at / and the OpenAI Realtime protocol at /v1/realtime."""
    import anyio

    from vivavoce.cli.serving import run_server

    token = token_file.read_text().strip() if token_file else os.environ.get("VIVAVOCE_TOKEN")
    anyio.run(
        lambda: run_server(
            host=host,
            port=port,
            token=token or None,
            record=record,
            model=model,
            max_conversations=max_conversations,
        )
    )
