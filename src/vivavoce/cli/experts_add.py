"""vivavoce experts new, and add mcp, add openapi."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vivavoce.experts import Expert


@click.command()
@click.argument("name")
def new(name: str) -> None:
    """Write a folder for an expert called NAME that works at once; then change it into yours."""
    from vivavoce.experts.folder.new import new_expert
    from vivavoce.experts.registry import own_folder

    _free(name)
    folder = new_expert(own_folder(), name)
    click.echo(f'{folder}\nTry it:   vivavoce experts try {name} "roll two dice"')
    click.echo(f"Test it:  pytest {folder}")


@click.group()
def add() -> None:
    """Add an expert whose tools somebody else's server has."""


@add.command(context_settings={"allow_interspersed_args": False})
@click.argument("server", metavar="URL|COMMAND…", nargs=-1, required=True)
@click.option("--name", help="What to call the expert; by default it is read off the server.")
@click.option("--env", multiple=True, metavar="NAME", help="A variable that the command needs.")
@click.option("--header", multiple=True, metavar="'NAME: VALUE'", help="For a URL; {setting} too.")
@click.option("--yes", is_flag=True, help="Use its tools without asking.")
def mcp(
    server: tuple[str, ...],
    name: str | None,
    env: tuple[str, ...],
    header: tuple[str, ...],
    yes: bool,
) -> None:
    """Add a Model Context Protocol server: a URL (Streamable HTTP), or a COMMAND with its
    arguments. Options stand before it.

    A variable or {setting} is a secret of the expert's; vivavoce setup NAME asks for it."""
    from vivavoce.experts.folder.new import name_for, new_mcp

    free = _free(name or name_for(server))
    headers = dict(_header(one) for one in header)
    _use(lambda root: new_mcp(root, free, server, env, headers), yes=yes)


@add.command()
@click.argument("document", metavar="FILE|URL")
@click.option("--name", help="What to call the expert; by default it is read off the file.")
@click.option("--server", default="", help="Address of the API, if not the document's own.")
@click.option("--yes", is_flag=True, help="Use its operations without asking.")
def openapi(document: str, name: str | None, server: str, yes: bool) -> None:
    """Add an HTTP API by its OpenAPI document (3.0 or 3.1), a FILE or a URL; it is copied."""
    from vivavoce.experts.folder.new import name_for, new_openapi
    from vivavoce.experts.offered import tool_name
    from vivavoce.experts.openapi.document import described, schemes, server_of

    data = _fetched(document)
    read = described(data, document)
    free = _free(name or name_for([document]))
    address = server or server_of(read)
    if not address.startswith("http") and document.startswith("http"):
        from urllib.parse import urljoin

        server = urljoin(document, address)
    settings = {
        tool_name(scheme, free): str(told.get("description") or f"{told.get('type')} of the API")
        for scheme, told in schemes(read).items()
    }
    one_line = {key: " ".join(about.split())[:200] for key, about in settings.items()}
    _use(lambda root: new_openapi(root, free, document, data, server, one_line), yes=yes)


def _use(make: Callable[[Path], Path], *, yes: bool) -> None:
    """A look at what make writes into a folder: it is no expert, and nothing of it is approved,
    before somebody agrees."""
    from vivavoce.experts.folder.read import read_expert
    from vivavoce.experts.registry import own_folder
    from vivavoce.experts.settings import values

    own = own_folder()
    own.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=own, prefix=".adding-") as hidden:  # find() passes it over
        made = make(Path(hidden))
        expert = read_expert(made, str(made))
        whole = _agreed(expert, made, yes=yes)
        if whole is None:
            return
        folder = made.rename(own / made.name)
    name = expert.manifest.name
    if not whole:
        click.echo(f"{folder}\nIt needs its settings; run: vivavoce setup {name}")
        return
    click.echo(f'{folder}\nTry it: vivavoce experts try {name} "…"')
    if not all(values(expert).values()):
        click.echo(f"Some of it needs settings: vivavoce setup {name}")


def _agreed(expert: "Expert", folder: Path, *, yes: bool) -> bool | None:
    """Whether it may be used; False: it may, but shows nothing before it has its settings; None:
    nobody wants it. ConfigError: it does not work."""
    import anyio

    from vivavoce.cli.experts_tools import Seen, agree, first_look, keep
    from vivavoce.core import ConfigError
    from vivavoce.experts.folder.new import describe
    from vivavoce.experts.settings import values

    seen = anyio.run(first_look, expert)
    if seen.why and not all(values(expert).values()):
        keep(expert, Seen())
        return False
    if seen.why or not seen.tools:
        name = expert.manifest.name
        raise ConfigError(seen.why or f"the server of {name} has no tools that can be used")
    if not agree(seen, yes=yes):
        return None
    describe(folder, seen.tools)
    keep(expert, seen)
    return True


def _free(name: str) -> str:
    from vivavoce.core import Refused
    from vivavoce.experts.registry import find, own_folder

    if not name:
        raise Refused("no name is to be seen there; give one: --name WORD")
    taken: Expert | None = find().experts.get(name)
    if taken is not None:
        raise Refused(f"there is an expert {name} already ({taken.origin}); choose another name")
    if (folder := own_folder() / name).exists():
        raise Refused(f"{folder} is there already; choose another name, or remove it")
    return name


def _header(text: str) -> tuple[str, str]:
    key, colon, value = text.partition(":")
    if not colon or not key.strip():
        raise click.BadParameter(f"{text!r} is none; write 'NAME: VALUE'")
    return key.strip(), value.strip()


def _fetched(document: str) -> bytes:
    if document.startswith(("http://", "https://")):
        import anyio
        import httpx

        from vivavoce.experts.openapi.call import fetch
        from vivavoce.experts.openapi.document import MOST_BYTES

        async def get() -> bytes:
            async with httpx.AsyncClient(timeout=20) as client:
                return await fetch(client, document, MOST_BYTES)

        return anyio.run(get)
    try:
        return Path(document).read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{document} can't be read ({error.strerror})") from None
