"""vivavoce setup: an expert's settings, one by one, and a test call."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from vivavoce.experts import Expert, Setting


@click.command()
@click.argument("name", metavar="EXPERT")
@click.option("--set", "given", multiple=True, metavar="SETTING=VALUE", help="Without asking.")
@click.option("--no-test", is_flag=True, help="Only write the settings.")
def setup(name: str, given: tuple[str, ...], no_test: bool) -> None:
    """Set EXPERT up: its settings are asked for one by one, written, and tried by a test call.

    A setting can come from the environment instead: VIVAVOCE_<EXPERT>_<SETTING>; a secret also from
    a file: VIVAVOCE_<EXPERT>_<SETTING>_FILE."""
    from vivavoce.experts.registry import find
    from vivavoce.experts.settings import save, values

    expert = find().one(name)
    known = {s.name: s for s in expert.manifest.settings}
    if given:
        wanted = dict(_pair(one, known) for one in given)
    else:
        now = values(expert)
        wanted = {s.name: _asked(s, now[s.name]) for s in known.values()}
    changed = {key: value for key, value in wanted.items() if value is not None}
    if not known:
        click.echo(f"{name} has no settings.")
    elif changed:
        click.echo(f"written to {save(name, changed)}")
    _warn(expert, changed)
    if not no_test:
        _test(expert)


def _pair(text: str, known: "dict[str, Setting]") -> tuple[str, str | None]:
    key, equals, value = text.partition("=")
    if not equals or key not in known:
        has = ", ".join(known) or "none"
        raise click.BadParameter(f"{key!r} is no setting of it; write SETTING=VALUE; it has: {has}")
    return key, value


def _asked(setting: "Setting", now: str) -> str | None:
    """None: it stays as it is. A dash takes it out."""
    click.echo(setting.about)
    shown = ("***" if now else "") if setting.secret else now
    given: str = click.prompt(
        setting.name,
        default=shown,
        hide_input=setting.secret and sys.stdin.isatty(),
        show_default=bool(shown),
    )
    if given == shown:
        return None
    return "" if given == "-" else given


def _warn(expert: "Expert", changed: dict[str, str]) -> None:
    """The environment goes before the file."""
    import os

    from vivavoce.experts.settings import variable

    for key in changed:
        if (name := variable(expert.manifest.name, key)) in os.environ:
            click.echo(f"{name} is set in the environment and goes before the file", err=True)


def _test(expert: "Expert") -> None:
    """Connect, and call a tool that only looks."""
    import anyio

    from vivavoce.cli.answer import plain

    click.echo(plain(anyio.run(_tried, expert)))


async def _tried(expert: "Expert") -> str:
    """What came of it. Retry, ConfigError, Refused: it did not work."""
    import anyio

    from vivavoce.core import OWNER, Refused, Retry
    from vivavoce.experts import Context
    from vivavoce.experts.settings import setup_of

    name = expert.manifest.name
    try:
        with anyio.fail_after(30):
            async with expert.open(setup_of(expert)) as tools:
                harmless = [t for t in tools if t.effect == "read" and _needs_nothing(t.parameters)]
                if not harmless:
                    return f"{name} works: it is connected and has {len(tools)} tools."
                made = await harmless[0].run({}, Context(OWNER))
    except TimeoutError:
        raise Retry(f"{name} does not answer within 30 seconds") from None
    if made.failed:
        raise Refused(f"{name} is connected, but {harmless[0].name} failed: {made.text[:300]}")
    first = " ".join((made.say or made.text).split())[:200]
    return f"{name} works. {harmless[0].name.replace('_', ' ')}: {first}"


def _needs_nothing(schema: object) -> bool:
    return isinstance(schema, dict) and not schema.get("required")
