"""vivavoce experts: list, show, try, new, add, approve."""

import json
from typing import TYPE_CHECKING, Any

import click

from vivavoce.cli.experts_add import add, new
from vivavoce.cli.experts_try import try_

if TYPE_CHECKING:
    from vivavoce.experts import Expert


@click.group()
def experts() -> None:
    """What Vivavoce can do: list, try and add experts."""


experts.add_command(try_)
experts.add_command(new)
experts.add_command(add)


@experts.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_(as_json: bool) -> None:
    """Every expert, what it is for and where it is from; broken ones with the reason. Nothing is
    connected."""
    from vivavoce.experts.registry import find

    found = find()
    if as_json:
        rows = [_row(expert) for expert in found.experts.values()]
        click.echo(json.dumps({"experts": rows, "broken": dict(found.broken)}))
        return
    wide = max((len(name) for name in found.experts), default=0)
    for name, expert in found.experts.items():
        note = "" if expert.origin == "built in" else f"  ({expert.origin})"
        click.echo(f"{name:{wide}}  {expert.manifest.about}{note}")
    for name, why in found.broken.items():
        click.echo(f"{name} is broken: {why}", err=True)


@experts.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show(name: str, as_json: bool) -> None:
    """All of expert NAME: what it is for, its settings, and its tools as they are now."""
    import anyio

    from vivavoce.cli.experts_tools import look
    from vivavoce.experts.registry import find
    from vivavoce.experts.settings import origins, values

    expert = find().one(name)
    seen = anyio.run(look, expert)
    manifest, given, came = expert.manifest, values(expert), origins(expert)
    settings = [
        {
            "name": s.name,
            "about": s.about,
            "value": ("***" if given[s.name] else "") if s.secret else given[s.name],
            "from": came[s.name],
        }
        for s in manifest.settings
    ]
    if as_json:
        tools = [
            {"name": t.name, "about": t.about, "effect": t.effect, "parameters": t.parameters}
            for t in seen.tools
        ]
        more = {"settings": settings, "tools": tools, "off": seen.off, "why": seen.why}
        click.echo(json.dumps(_row(expert) | {"when": manifest.when} | more))
        return
    where = "" if expert.origin == str(expert.folder) else f" ({expert.origin})"
    click.echo(f"{name}: {manifest.about}\nfrom {expert.folder}{where}\n")
    click.echo("for requests like:")
    for request in manifest.when[:5]:
        click.echo(f"  {request}")
    if settings:
        click.echo(f"\nsettings (vivavoce setup {name}):")
    for row in settings:
        click.echo(f"  {row['name']} = {row['value'] or '-'}  ({row['from']})  {row['about']}")
    click.echo(f"\ntools: {'' if seen.tools else seen.why}")
    for tool in seen.tools:
        rule = manifest.rules.get(tool.name)
        who = f", {rule.least} and up" if rule else ""
        who += ", after a yes" if rule and rule.yes == "always" else ""
        click.echo(f"  {tool.name} ({tool.effect}{who})  {_plain(tool.about)[:90]}")
    for theirs, why in seen.off.items():
        click.echo(f"  {_plain(theirs)} is off: {_plain(why)}")


@experts.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Without asking.")
def approve(name: str, yes: bool) -> None:
    """Approve what the server of expert NAME says of its tools now, after a look at it."""
    import anyio

    from vivavoce.cli.experts_tools import agree, first_look, keep
    from vivavoce.experts.mcp.approved import approved
    from vivavoce.experts.registry import find
    from vivavoce.experts.settings import setup_of

    expert = find().one(name)
    before = approved(setup_of(expert).folder) or {}
    seen = anyio.run(first_look, expert)
    if seen.why:
        raise click.ClickException(seen.why)
    if not agree(seen, yes=yes):
        click.echo("approved: nothing; what was, stays")
        return
    keep(expert, seen)
    changed = [tool for tool, mark in (seen.marks or {}).items() if before.get(tool) != mark]
    click.echo(f"approved: {', '.join(changed) or 'nothing new'}")


def _row(expert: "Expert") -> dict[str, Any]:
    return {
        "name": expert.manifest.name,
        "about": expert.manifest.about,
        "origin": expert.origin,
        "folder": str(expert.folder) if expert.folder else "",
    }


def _plain(text: str) -> str:
    from vivavoce.cli.answer import plain

    return " ".join(plain(text).split())
