"""Results as a model reads them and as they are said. Pure."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from vivavoce.experts import Result
from vivavoce.experts.builtin.search.documents import Excerpt
from vivavoce.experts.builtin.search.pages import Page
from vivavoce.experts.builtin.search.searx import Found

SAID = 300
"""Characters of others' words in one spoken answer."""
READ = 3000
"""Characters of a page or document that a model is given."""
_WORD = re.compile(r"\w{3,}")


def web(found: Found) -> Result:
    """Pages by number."""
    lines = [f"Answer: {answer}" for answer in found.answers]
    for n, hit in enumerate(found.hits, start=1):
        date = f", {hit.date}" if hit.date else ""
        lines.append(f"{n}. {hit.title} ({hit.host}{date}): {hit.text}")
    hosts = list(dict.fromkeys(hit.host for hit in found.hits))
    if found.answers:
        said = short(found.answers[0])
    elif found.hits:
        first = found.hits[0]
        said = f"{first.host} says: {short(first.text or first.title)}"
    else:
        return Result("nothing was found on the web", "I found nothing about that on the web.")
    return Result(
        "\n".join(lines),
        said,
        f"pages {', '.join(hosts)}" if hosts else "web search",
        data={"pages": [hit.address for hit in found.hits]},
    )


def page(read: Page, about: str) -> Result:
    """Its beginning, or what is about something."""
    chosen = nearest(read.paragraphs, about, READ)
    if not chosen:
        return Result("the page has no text that can be read", failed=True)
    text = "\n".join(filter(None, [read.title, *chosen]))
    said = f"{read.host} says: {short(chosen[0])}"
    return Result(text, said, f"page {read.host}", data={"address": read.address})


def documents(found: Sequence[Excerpt], left: int) -> Result:
    """Passages with file and place."""
    more = f" {left} documents are not read yet; ask again soon." if left else ""
    if not found:
        return Result(
            f"no document says anything about that.{more}",
            f"I found nothing about that in your documents.{more}",
        )
    lines = [f"{e.file}, {e.where}: {e.text}" for e in found]
    first = found[0]
    said = f"{spoken(first.file)}, {first.where}, says: {short(first.text)}"
    files = list(dict.fromkeys(f"{e.file} {e.where}" for e in found))
    told = "\n".join([*lines, more.strip()]).strip()
    source = f"{'file' if len(files) == 1 else 'files'} {', '.join(files)}"
    return Result(told, said, source, data={"places": files})


def spoken(file: str) -> str:
    """ "papers/boiler_manual.pdf" is "boiler manual"."""
    return " ".join(PurePosixPath(file).stem.replace("_", " ").replace("-", " ").split())


def short(text: str) -> str:
    """Whole sentences, if one ends in time."""
    text = " ".join(text.split())
    if len(text) <= SAID:
        return text
    cut = text[:SAID]
    end = max(cut.rfind(". "), cut.rfind("! "), cut.rfind("? "))
    return cut[: end + 1] if end > SAID // 3 else f"{cut.rsplit(' ', 1)[0]} …"


def nearest(paragraphs: Sequence[str], about: str, most: int) -> list[str]:
    """Those with most of the words, in their order; without words, the first."""
    wanted = set(_WORD.findall(about.lower()))
    order = list(range(len(paragraphs)))
    if wanted:
        shared = [len(wanted & set(_WORD.findall(p.lower()))) for p in paragraphs]
        order.sort(key=lambda n: (-shared[n], n))
    chosen: list[int] = []
    held = 0
    for n in order:
        held += len(paragraphs[n])
        if chosen and held > most:
            break
        chosen.append(n)
    return [paragraphs[n][:most] for n in sorted(chosen)]
