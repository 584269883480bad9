"""A key for a Hue bridge: somebody presses its button, then it makes one."""

import anyio
import httpx

from vivavoce.core import ConfigError, Retry

NOT_PRESSED = 101
ANSWER_S = 5.0


def host(address: str) -> str:
    """The bridge's host, or host:port, however it was written. ConfigError if it is none."""
    bare = address.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
    if not bare or any(c in bare for c in "/@? "):
        raise ConfigError(
            f"{address!r} is no address of a Hue bridge; write it like 192.168.1.20 "
            "(VIVAVOCE_HOME_HUE, or run: vivavoce setup home)"
        )
    return bare


async def pair(address: str, wait_s: float = 30.0, name: str = "vivavoce#house") -> str:
    """The key, once the button was pressed. Retry: it was not within wait_s; ConfigError: there is
    no bridge."""
    where = host(address)
    async with httpx.AsyncClient(verify=False, timeout=ANSWER_S) as client:  # signs for itself
        with anyio.move_on_after(wait_s):
            while True:
                key = await _asked(client, where, name)
                if key:
                    return key
                await anyio.sleep(min(1.0, wait_s / 5))
    raise Retry("the bridge's button was not pressed; press the round one on top and try again")


async def _asked(client: httpx.AsyncClient, where: str, name: str) -> str:
    """Empty: the button is not pressed yet."""
    try:
        answer = await client.post(f"https://{where}/api", json={"devicetype": name})
        told = answer.raise_for_status().json()[0]
        if told.get("error", {}).get("type") == NOT_PRESSED:
            return ""
        return str(told["success"]["username"])
    except (httpx.HTTPError, ValueError, LookupError, AttributeError) as error:
        raise ConfigError(
            f"no Hue bridge answers at {where} ({type(error).__name__}); "
            "its address is in the Hue app, under My Hue system"
        ) from error
