"""News in words. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from vivavoce.experts import Result, past, prose
from vivavoce.experts.builtin.news.choosing import Item
from vivavoce.experts.builtin.news.story import Story

ALOUD = 700
"""Characters that are read in one go."""
TEASER = 100
"""Characters of each story's text that a model sees beside its headline."""


def headlines(items: Sequence[Item], now: datetime, *, before: str = "", left: int = 0) -> Result:
    """Numbered for a model, a sentence each when said. left: how many more there are."""
    lines = [_line(n, item, now) for n, item in enumerate(items, start=1)]
    more = _more(left)
    said: list[str] = [before] if before else []
    prefix = ""
    for item in items:
        new = _attributed(item.story, now)
        said.append(_sentence(item.story.title if new == prefix else f"{new}: {item.story.title}"))
        prefix = new
    return Result(
        "\n".join(filter(None, [before, *lines, more])),
        say=" ".join(filter(None, [*said, more])),
        source=source([name for item in items for name in item.sources]),
        data={"stories": [_data(item.story) for item in items], "left": left},
    )


def story(item: Item, now: datetime) -> tuple[Result, str]:
    """One story as far as it is read in one go, and the rest."""
    full = item.fullest
    who = _attributed(full, now)
    told, rest = prose.shortened(full.text, ALOUD)
    after = " There is more." if rest else ""
    if not told:
        after = f" {full.source} tells no more than the headline."
    told = _aloud(told)
    heard = _sentence(f"{who}: {full.title}")
    made = Result(
        f"{heard}\n{told}{after}".strip(),
        say=" ".join(f"{heard} {told}{after}".split()),
        source=source([full.source]),
        data={"story": _data(full), "more": bool(rest)},
    )
    return made, rest


def further(item: Item, rest: str) -> tuple[Result, str]:
    """The next part of it, and what is left then."""
    told, rest = prose.shortened(rest, ALOUD)
    if not told:
        said = f"That was all that {item.fullest.source} tells."
        return Result(said, said), ""
    text = f"{_aloud(told)}{' There is more.' if rest else ''}"
    return Result(text, text, source([item.fullest.source]), data={"more": bool(rest)}), rest


def with_trouble(told: Result, trouble: str, said: str) -> Result:
    """And what can't be read: trouble for the model, said for the speaker."""
    text = "\n".join(filter(None, [told.text, trouble]))
    return replace(told, text=text, say=" ".join(filter(None, [told.say or told.text, said])))


def source(names: Sequence[str]) -> str:
    """Whose words these are."""
    return f"news from {prose.listed(list(dict.fromkeys(names)), 4)}"


def _line(number: int, item: Item, now: datetime) -> str:
    teaser = prose.line(item.fullest.text, TEASER)
    also = f" (also {prose.listed(item.sources[1:], 3)})" if item.sources[1:] else ""
    told = f" – {teaser}" if teaser else ""
    return f"{number}. {_attributed(item.story, now)}: {item.story.title}{also}{told}"


def _attributed(told: Story, now: datetime) -> str:
    return f"{told.source}, {past.ago(told.at, now)}" if told.at else told.source


def _more(left: int) -> str:
    if not left:
        return ""
    return f"There {'is 1 more' if left == 1 else f'are {left} more'}; ask for more news."


def _aloud(text: str) -> str:
    """Lines as sentences."""
    return " ".join(_sentence(line) for line in filter(None, text.split("\n")))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…", ":", ".”", '."', "?”", "!”")) else f"{text}."


def _data(told: Story) -> dict[str, str]:
    at = told.at.isoformat() if told.at else ""
    return {"source": told.source, "title": told.title, "at": at, "link": told.link}
