"""When each plant was watered, kept as JSON in the expert's own folder of data."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated

from vivavoce.core import Call
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool

Plant = Annotated[str, "Which plant, as they call it"]


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[Sequence[Tool]]:
    """Nothing to connect to; the file is read and written at each call."""
    path = setup.folder / "plants.json"

    def read() -> dict[str, str]:
        return json.loads(path.read_text()) if path.exists() else {}

    async def watered(plant: Plant, context: Context, at: str = "") -> Result:
        """Note that a plant was watered now."""
        kept = read()
        before = kept.get(plant)
        kept[plant] = at or context.now().isoformat(timespec="minutes")
        path.write_text(json.dumps(kept))
        back = Call("watered", json.dumps({"plant": plant, "at": before})) if before else None
        return Result(
            f"noted: {plant}, {kept[plant]}", say=f"Noted, the {plant} has water.", undo=back
        )

    async def last(plant: Plant) -> Result:
        """When a plant was watered last."""
        kept = read()
        if plant not in kept:
            raise Unclear(f"no plant {plant!r}; there are: {', '.join(kept) or 'none yet'}")
        when = datetime.fromisoformat(kept[plant])
        return Result(
            f"{plant}: {kept[plant]}",
            say=f"The {plant} was watered on {when:%A} at {when:%H:%M}.",
        )

    yield [tool(watered, effect="change"), tool(last)]
