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

    token = _token(token_file) if token_file else os.environ.get("VIVAVOCE_TOKEN")
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


def _token(file: Path) -> str:
    """ConfigError: it holds none."""
    from vivavoce.core import ConfigError

    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"the token in {file} can't be read: {error}") from None
    if not token:
        raise ConfigError(f"{file} is empty: write the token there")
    return token
