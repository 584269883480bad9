"""What the expert can do."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from anyio import to_thread

from vivavoce.experts import Setup, Tool
from vivavoce.experts.builtin.lists.kitchen import kitchen
from vivavoce.experts.builtin.lists.shopping import shopping
from vivavoce.experts.builtin.lists.store import Store

LOST = (
    "My lists and recipes were damaged, so I don't have them any more. The damaged file lies "
    "beside the new one."
)


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Retry: another process holds the file."""
    store = await to_thread.run_sync(Store, setup.folder / "lists.db")
    if store.lost:
        setup.announce(LOST)
    try:
        yield [*shopping(store), *kitchen(store)]
    finally:
        store.close()
