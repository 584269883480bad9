"""Experts of one process: a broken one is nobody else's trouble."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest

from vivavoce.core import ConfigError
from vivavoce.experts import Expert, Manifest, Setup, Tool
from vivavoce.experts.opened import opened


@pytest.mark.parametrize("error", [SystemExit(3), ZeroDivisionError()])
def test_an_expert_that_breaks_or_ends_the_process_is_off(
    tmp_path: Path, error: BaseException
) -> None:
    @asynccontextmanager
    async def opens(_: Setup) -> AsyncIterator[Sequence[Tool]]:
        if tmp_path:
            raise error
        yield []

    async def tools() -> None:
        known = {"dice": Expert(Manifest("dice", "Dice.", ("roll",)), "", opens)}
        async with opened(known, lambda _: Setup({}, tmp_path)) as house:
            with pytest.raises(ConfigError, match=f"dice broke: {type(error).__name__}"):
                await house.tools("dice")

    anyio.run(tools)
