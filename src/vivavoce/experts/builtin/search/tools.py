"""What the expert can look up."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import anyio
import httpx
from anyio import to_thread
from pydantic import Field

from vivavoce.core import ConfigError, Refused
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.search import wording
from vivavoce.experts.builtin.search.documents import Documents
from vivavoce.experts.builtin.search.pages import Pages
from vivavoce.experts.builtin.search.searx import Searx, When

TIMEOUT_S = 10.0
SLICE_S = 1.0
"""How long documents are read at a time, while others wait…"""
PAUSE_S = 0.5
"""…and for how long not."""
MOST_SEEN = 100
_NUMBERS = {"first": 1, "top": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5}


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Begins to read the documents, if there are any; the web is searched without them too."""
    searxng = setup.settings.get("searxng", "")
    folder = setup.settings.get("documents", "")
    documents = None
    why = ConfigError(
        "no folder of documents is set; run: vivavoce setup search, or set "
        "VIVAVOCE_SEARCH_DOCUMENTS=/a/folder"
    )
    if folder:
        index = setup.folder / "documents.db"
        try:
            documents = await to_thread.run_sync(Documents, Path(folder), index)
        except ConfigError as error:
            why = error
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as http, anyio.create_task_group() as group:
        if documents is not None:
            group.start_soon(_reading, documents)
        try:
            yield [*web_tools(Searx(http, searxng), Pages()), *document_tools(documents or why)]
        finally:
            group.cancel_scope.cancel()
    if documents is not None:
        documents.close()


def web_tools(searx: Searx, pages: Pages) -> list[Tool]:
    """Only pages that a search found, or that the speaker named, are opened: an address that
    somebody else's words made up could carry what they are after out of the house."""
    last: list[str] = []
    seen: dict[str, str] = {}

    async def web(
        query: Annotated[str, "A few words to search for"],
        when: Annotated[When, "How new the pages are"] = "any",
    ) -> Result:
        """Search the web; gives pages with numbers and what they say about it."""
        if not query.strip():
            raise Unclear("search for what?")
        found = await searx.search(query.strip()[:400], when)
        if not found.hits and not found.answers and found.silent:
            names = ", ".join(found.silent[:5])
            return Result(
                f"the search engines ({names}) did not answer; try again later",
                "The search engines don't answer now. Try again later.",
                failed=True,
            )
        last[:] = [hit.address for hit in found.hits]
        for address in last:
            seen[_bare(address)] = address
        for old in list(seen)[:-MOST_SEEN]:
            del seen[old]
        return wording.web(found)

    async def open_page(
        page: Annotated[str, 'The number of a page that was found, "1", or its address'],
        context: Context,
        about: Annotated[str, "What to look for in it"] = "",
    ) -> Result:
        """Read a page that a search found."""
        words = re.sub(r"\b(?:the|result|page|number|one)\b", " ", page.lower()).split()
        n = _NUMBERS.get(words[0], int(words[0]) if words[0].isdecimal() else 0) if words else 0
        if n or page.strip().isdecimal():
            if not 1 <= n <= len(last):
                raise Unclear(f"there is no page {page.strip()[:20]}; search first")
            address = last[n - 1]
        else:
            address = seen.get(_bare(page)) or _named(page, context.words)
        return wording.page(await pages.read(address), about)

    return [tool(web), tool(open_page)]


def document_tools(documents: Documents | ConfigError) -> list[Tool]:
    """An error is told by each of them: there are no documents."""

    def ours() -> Documents:
        if isinstance(documents, ConfigError):
            raise documents
        return documents

    async def search(query: Annotated[str, "A few words to look for"]) -> Result:
        """Search the house's own documents, manuals and notes; gives file and line or page."""
        kept = ours()
        if not query.strip():
            raise Unclear("look for what?")
        left = await to_thread.run_sync(kept.refresh, SLICE_S)
        return wording.documents(await to_thread.run_sync(kept.search, query), left)

    async def read_document(
        file: Annotated[str, "The file's name, as documents told it"],
        place: Annotated[int, Field(ge=1, description="From this line or page on")] = 1,
    ) -> Result:
        """Read one of the house's documents from a line or page on."""
        kept = ours()
        await to_thread.run_sync(kept.refresh, SLICE_S)
        found = await to_thread.run_sync(kept.read, file, place, wording.READ)
        if not found:
            problems = await to_thread.run_sync(kept.problems)
            why = problems.get(file.strip())
            raise Unclear(f"{file[:80]} can't be read: {why}" if why else f"no file {file[:80]}")
        return wording.documents(found, 0)

    return [tool(search, name="documents"), tool(read_document)]


async def _reading(documents: Documents) -> None:
    """A bit at a time, until all is read."""
    left = 1
    while left:
        left = await to_thread.run_sync(documents.refresh, SLICE_S)
        await anyio.sleep(PAUSE_S)


def _named(page: str, words: str) -> str:
    """An address that the speaker said themselves; a part of one is another address."""
    bare = _bare(page)
    said = re.sub(r"\bwww\.", "", re.sub(r"\s+dot\s+", ".", words.lower()))
    whole = rf"(?<![\w.@-])(?<!\w/){re.escape(bare)}(?![\w-]|\.\w)"
    if "." not in bare or not re.search(whole, said):
        raise Refused("only pages that a search found can be opened; search first")
    return page.strip() if "://" in page else f"https://{page.strip()}"


def _bare(address: str) -> str:
    """Without what may be left out."""
    return re.sub(r"^https?://(?:www\.)?", "", address.strip().lower()).rstrip("/")
