"""How rooms look: saved as scenes, and brought back."""

from collections.abc import Mapping

from vivavoce.experts import Result, Unclear
from vivavoce.experts.builtin.home.acting import Act, act, call
from vivavoce.experts.builtin.home.device import Change
from vivavoce.experts.builtin.home.doors import lets_in
from vivavoce.experts.builtin.home.house import House
from vivavoce.experts.builtin.home.kept import differs, look
from vivavoce.experts.builtin.home.naming import Found
from vivavoce.experts.builtin.home.words import ESSENTIAL, tokens


def save(house: House, name: str, room: str) -> Result:
    """A scene of a room; empty: of the house."""
    now = looks(house, room)
    if not now:
        raise Unclear(f"there is nothing to save in “{room}”")
    house.kept.save(name, now)
    text = f"saved {len(now)} devices as the scene {name}"
    return Result(text, f"I saved this as {name}.", undo=call("scene", name=name, do="delete"))


def looks(house: House, room: str) -> dict[str, Change]:
    """How a room is, or the house, as far as a scene has it."""
    key = tokens(room)
    made = {}
    for kind in ("light", "switch", "cover", "climate"):
        for device in house.devices(house.names.of_kind(kind)):
            plain = device.available and device.sort not in ("group", "outlet")
            plain = plain and not set(tokens(device.name)) & ESSENTIAL
            now = look(device) if plain else None
            if now is not None and (not key or tokens(device.room) == key):
                made[device.id] = now
    return made


async def show(house: House, name: str, before: Mapping[str, Change], *, undone: bool) -> Result:
    """Bring devices to how they were."""
    known = {d.id: d for d in house.devices([i for i in before if house.knows(i)])}
    gone = {i: "it is not there any more" for i in before if i not in known}
    changes = {i: c for i, c in before.items() if i in known and differs(known[i].state, c)}
    changes = {i: c for i, c in changes.items() if not lets_in(known[i], c)}
    done = await house.do(changes)
    done.failed |= gone
    undo = call("scene", name=house.kept.remember(done.before)) if done.before else None
    found = Found(tuple(known), name, many=True)
    verb = Act("undone" if undone else "scene")
    return act(verb, found, done, house.devices(list(done.did)), house.names, undo)
