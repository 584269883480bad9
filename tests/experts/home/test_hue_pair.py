"""A key by pressing the bridge's button."""

from pathlib import Path

import anyio
import pytest

from tests.experts.home.hue_bridge import bridge, free_port
from vivavoce.core import ConfigError, Retry
from vivavoce.experts.builtin.home.hue import opened
from vivavoce.experts.builtin.home.hue_pair import pair

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_pressed_button_gives_a_key_that_opens_the_bridge(tmp_path: Path):
    async with bridge(tmp_path) as made:

        async def press() -> None:
            await anyio.sleep(0.3)
            made.button_pressed = True

        async with anyio.create_task_group() as hands:
            hands.start_soon(press)
            key = await pair(f"https://{made.address}/", wait_s=5)
        settings = {"hue": made.address, "hue_key": key}
        async with opened(settings, tmp_path, lambda _: None) as hue:
            assert not hue.trouble


async def test_an_unpressed_button_says_which_to_press(tmp_path: Path):
    async with bridge(tmp_path) as made:
        with pytest.raises(Retry, match="round one on top"):
            await pair(made.address, wait_s=0.2)


async def test_an_address_where_nobody_is_says_where_to_find_it():
    with pytest.raises(ConfigError, match="My Hue system"):
        await pair(f"127.0.0.1:{free_port()}", wait_s=1)
