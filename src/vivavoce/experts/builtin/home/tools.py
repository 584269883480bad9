"""What can be done with the house."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import anyio
from pydantic import BeforeValidator

from vivavoce.core import Call, ConfigError, Image, Refused, Retry
from vivavoce.experts import Context, Result, Setup, Tool, Unclear, tool
from vivavoce.experts.builtin.home import answers, scenes
from vivavoce.experts.builtin.home.acting import Act, act, call
from vivavoce.experts.builtin.home.answers import About, answer
from vivavoce.experts.builtin.home.device import Action, Change, Device, Kind, Opener
from vivavoce.experts.builtin.home.doors import OPENING, ajar, guarded, lets_in
from vivavoce.experts.builtin.home.house import House
from vivavoce.experts.builtin.home.kept import Kept, shown
from vivavoce.experts.builtin.home.naming import Found, excepted, shares_a_word
from vivavoce.experts.builtin.home.rooms import read_plan
from vivavoce.experts.builtin.home.values import More, Wanted, change, measured, step, wanted
from vivavoce.experts.builtin.home.words import KINDS as KIND_WORDS
from vivavoce.experts.builtin.home.words import joined, tokens

BACKENDS = ("mqtt", "hue", "hass")
"""Settings of these names, and modules."""
OPEN_S = 8.0
_SWITCHED: tuple[tuple[Kind, ...], ...] = (
    ("light", "switch"),
    ("climate",),
    ("cover", "vacuum", "scene"),
)
_MEASURE = re.compile(
    r"^(?:the )?(?:brightness|colou?r|volume|position) of | (?:brightness|colou?r|volume|position)$"
)
_CLEANS = re.compile(r"\b(?:vacuum|hoover|robot|roomba|clean|sweep|mop|dock|dust|dirt|floor)", re.I)
"""A word that a vacuum may be meant by."""
Said = Annotated[str, BeforeValidator(str)]
Target = Annotated[
    str, "What to change, as the user calls it: a device, a room, a kind, 'everything except …'"
]


class Tools:
    """Methods become tools."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def switch(
        self,
        target: Target,
        on: bool,
        context: Context,
        but: Annotated[str, "What of it to leave as it is"] = "",
    ) -> Result:
        """Turn lights, plugs, fans, heating or other devices on or off."""
        target = f"{target} except {but}" if but else target
        found, _ = self._find(target, _SWITCHED, context)
        changes = {d.id: _switched(d, on) for d in self.house.devices(found.ids)}
        return await self._do(found, changes, Act("on" if on else "off"), "can't do that")

    async def set_to(
        self,
        target: Target,
        to: Annotated[
            Said, "A brightness, colour, temperature or position: 40%, red, warm white, 21 degrees"
        ],
        context: Context,
    ) -> Result:
        """Set a light's brightness or colour, the heating's temperature, or how far a blind is
        open."""
        want = wanted(to)
        if want.empty:
            raise Unclear(f"“{to}” is no brightness, colour, temperature or position")
        target = _MEASURE.sub("", target) or target
        found, _ = self._find(target, _kinds_for(want), context)
        devices = self.house.devices(found.ids)
        made = {d.id: change(d, want) for d in devices}
        if not any(made.values()):
            raise Unclear(f"{found.said} can't be set to “{to}”{_limits(devices)}")
        return await self._do(found, made, Act("set", to), f"can't be set to {to}")

    async def adjust(
        self,
        more: More,
        context: Context,
        target: Annotated[str, "As the user calls it; empty: where they are"] = "",
        how_much: Annotated[Said, "a bit, a lot, 20 percent, 2 degrees"] = "",
    ) -> Result:
        """Make something brighter, dimmer, warmer, cooler, louder, quieter, or move it up or down
        from what it is now."""
        if not measured(how_much):
            instead = "" if wanted(how_much).empty else "set"
            raise Unclear(f"“{how_much}” is no amount", instead=instead)
        found = self._adjusted(more, target, context)
        devices = self.house.devices(found.ids)
        lit = [d for d in devices if d.state.get("on")]
        if found.many and lit and devices[0].kind == "light":
            devices = lit
        made = {d.id: step(d, more, how_much) for d in devices}
        if not any(made.values()):
            raise Unclear(f"{found.said} can't be made {more}")
        return await self._do(found, made, Act("step", more), f"can't be made {more}")

    async def lock(self, target: Target, context: Context) -> Result:
        """Lock a door, or close the garage or a gate."""
        found, kind = self._find(target, (("lock",), ("cover",)), context)
        devices = [d for d in self.house.devices(found.ids) if kind == "lock" or guarded(d)]
        if not devices:
            raise Unclear(f"{found.said} has no lock")
        made = {
            d.id: Change(locked=True) if d.kind == "lock" else Change(position=0) for d in devices
        }
        was_open = [d.id for d in devices if d.state.get("locked") is False or ajar(d)]
        undo = call("unlock", target=" and ".join(was_open)) if was_open else None
        verb = Act("locked" if kind == "lock" else "closed")
        return await self._do(found, made, verb, "has no lock", undo)

    async def unlock(self, target: Target, context: Context) -> Result:
        """Unlock a door, open the garage or a gate, or apply a scene that does."""
        found, kind, devices = self._locked(target, context)
        made = {d.id: OPENING[d.kind][2] for d in devices}
        undo = call("lock", target=" and ".join(made)) if kind in ("lock", "cover") else None
        return await self._do(found, made, Act(OPENING[kind][1]), "has no lock", undo, opens=True)

    async def unlock_plan(self, target: str, context: Context) -> str:
        """With the devices' own names: those are what a yes is given to."""
        _, kind, devices = self._locked(target, context)
        named = self.house.names.listed([d.id for d in devices])
        return f"{OPENING[kind][0]} {named}"

    async def vacuum(
        self,
        action: Action,
        context: Context,
        target: Annotated[str, "Which vacuum, if there are several"] = "",
    ) -> Result:
        """Start, pause, stop, send home (dock) or find (locate) a robot vacuum."""
        meant = bool(target or _CLEANS.search(context.words))
        named = frozenset() if meant else self.house.names.kinds_in(context.words)
        if named and "vacuum" not in named:
            spoken_of = f"the user speaks of a {joined(sorted(named), 'or')}, not of the vacuum"
            raise Unclear(spoken_of, instead="switch")
        found, _ = self._find(target or "the vacuum", (("vacuum",),), context)
        devices = self.house.devices(found.ids)
        running = any(d.state.get("activity") == "cleaning" for d in devices)
        other = "start" if running else "dock"
        undo = None if action == "locate" or (action != "start" and not running) else other
        made = {i: Change(action=action) for i in found.ids}
        called = call("vacuum", action=undo, target=" and ".join(found.ids)) if undo else None
        return await self._do(found, made, Act(action), "can't do that", called)

    async def scene(
        self,
        name: Annotated[str, "The scene's name, or the #number of a change to undo"],
        context: Context,
        do: Literal["apply", "save", "delete"] = "apply",
        target: Annotated[str, "What to save: a room; empty: where they are"] = "",
    ) -> Result:
        """Apply a scene, save how the lights are now as one, or delete one."""
        kept = self.house.kept
        if do == "save":
            room = self.house.names.room_of(target) if target else context.room
            return scenes.save(self.house, name, room)
        if do == "delete":
            if not kept.delete(name):
                raise Unclear(f"there is no saved scene “{name}”; saved: {shown(kept.names())}")
            return Result(f"deleted the scene {name}", f"I deleted the scene {name}.")
        number = name.strip().startswith("#")
        looks = kept.before(name) if number else kept.scene(name)
        if looks is not None:
            return await scenes.show(self.house, name, looks, undone=number)
        if number:
            raise Refused("that was too long ago to be undone")
        try:
            found, _ = self._find(name, (("scene",),), context)
        except Unclear:
            there = self.house.names.of_kind("scene")[:12]
            known = shown([*kept.names(), *(self.house.device(i).name for i in there)])
            raise Unclear(f"there is no scene “{name}”; there are: {known}") from None
        room = self.house.devices(found.ids)[0].room
        before = scenes.looks(self.house, room)
        made = {i: Change(on=True) for i in found.ids}
        undo = call("scene", name=kept.remember(before)) if before else None
        return await self._do(found, made, Act("scene"), "can't do that", undo)

    async def state(
        self,
        context: Context,
        target: Annotated[str, "A device, room or kind as the user calls it; empty: all"] = "",
        what: Annotated[About, "What is asked about it"] = "all",
    ) -> Result:
        """Look up how devices are: on or off, open, locked, temperature, battery, motion."""
        kinds = answers.KINDS.get(what, ())
        said = target or ("here" if what in ("temperature", "humidity") and context.room else "all")
        try:
            found = self.house.names.find(said, kinds, context.room, whole=True)
        except Unclear as error:
            raise self._with_troubles(error) from None
        devices = self.house.devices(found.ids)
        label = "everything" if said == "all" else found.said
        told = answer(what, label, devices, self.house.names.spoken)
        words = [d for d in devices if isinstance(d.state.get("value"), str)]
        source = f"the sensor {words[0].name}" if words and len(devices) < 13 else ""
        data = {d.id: {"name": d.name, "room": d.room, **d.state} for d in devices[:50]}
        return Result(told.text, told.say, source, data=data)

    async def camera(
        self,
        context: Context,
        target: Annotated[str, "Which camera or doorbell; empty: the front door"] = "",
    ) -> Result:
        """Look through a camera or doorbell, and tell who rang and when."""
        found, _ = self._find(
            target or "the doorbell", (("doorbell", "camera"), ("camera",)), context
        )
        device_id = found.ids[0]
        rang = self.house.last_ring.get(device_id)
        when = f" It rang last at {rang.at:%H:%M}." if rang else ""
        picture: Image | None = rang.still if rang else None
        for camera in (device_id, *self._cameras_by(device_id)):
            try:
                picture = await self.house.still(camera)
                break
            except (Retry, Refused):
                continue
        name = self.house.names.spoken(device_id)
        if picture is None:
            text = f"{name} has no picture now.{when}"
            return Result(text, f"{text[:1].upper()}{text[1:]}", failed=not rang)
        say = f"Here is the picture of {name}.{when}"
        return Result(f"A picture of {name}, taken now.{when}", say, images=(picture,))

    def _find(
        self,
        target: str,
        kinds: Sequence[tuple[Kind, ...]],
        context: Context,
        *,
        sure: bool = False,
    ) -> tuple[Found, Kind]:
        """What a target is, of the first kinds that have it, and the kind of the first of them."""
        if (left_out := excepted(target)) and not shares_a_word(left_out, context.words):
            raise Unclear(f"the user did not say “{left_out}”; ask which is meant")
        wrong: Unclear | None = None
        for some in kinds:
            try:
                found = self.house.names.find(target, some, context.room, sure=sure)
            except Unclear as error:
                wrong = wrong if wrong and "ask which" in str(wrong) else error
                continue
            return found, self.house.device(found.ids[0]).kind
        raise self._with_troubles(wrong or Unclear("what is meant?"))

    def _with_troubles(self, error: Unclear) -> Unclear:
        """What is missing may belong to a server that is away."""
        troubles = self.house.troubles
        told = f"{error} ({joined(troubles)})"
        return Unclear(told, instead=error.instead) if troubles else error

    def _adjusted(self, more: More, target: str, context: Context) -> Found:
        lights: tuple[Kind, ...] = ("light",)
        by: dict[More, tuple[tuple[Kind, ...], ...]] = {
            "brighter": (lights,),
            "dimmer": (lights,),
            "warmer": (("climate",), lights),
            "cooler": (("climate",), lights),
            "louder": (("switch",),),
            "quieter": (("switch",),),
        }
        kinds = by.get(more, (("climate",), lights, ("cover",), ("switch",)))
        if target:
            return self._find(target, kinds, context)[0]
        if context.room:
            return self._find("in here", kinds, context)[0]
        kind = kinds[0][0]
        ids = self.house.names.of_kind(kind)
        if kind == "light":
            ids = [d.id for d in self.house.devices(ids) if d.state.get("on")] or ids
        if not ids or (len(ids) > 1 and kind != "light"):
            raise Unclear("where? ask which room")
        said = "the lights" if len(ids) > 1 else self.house.names.spoken(ids[0])
        return Found(tuple(ids), said, many=len(ids) > 1)

    async def _do(
        self,
        found: Found,
        made: Mapping[str, Change | None],
        verb: Act,
        cannot: str,
        undo: Call | None = None,
        *,
        opens: bool = False,
    ) -> Result:
        """Make the changes, tell what came of them, and how to undo it. opens: they may let
        somebody in."""
        changes = {i: c for i, c in made.items() if c is not None}
        devices = {d.id: d for d in self.house.devices(list(changes))}
        risky = [i for i, c in changes.items() if lets_in(devices[i], c)]
        if risky and not opens:
            if len(risky) == len(changes):
                scene = all(devices[i].kind == "scene" for i in risky)
                way = "may let somebody in: it is applied" if scene else "is opened"
                raise Unclear(f"{self.house.names.listed(risky)} {way} by the tool unlock")
            changes = {i: c for i, c in changes.items() if i not in risky}
        if not changes:
            raise Unclear(f"{found.said} {cannot}")
        done = await self.house.do(changes)
        if undo is None and done.before and verb.what not in ("locate", "locked", "unlocked"):
            undo = call("scene", name=self.house.kept.remember(done.before))
        after = self.house.devices(list(done.did))
        return act(verb, found, done, after, self.house.names, undo if done.did else None)

    def _locked(self, target: str, context: Context) -> tuple[Found, Kind, list[Device]]:
        """What can be unlocked. Unclear: nothing, or nobody could say which."""
        kinds: tuple[tuple[Kind, ...], ...] = (("lock",), ("cover",), ("switch",), ("scene",))
        found, kind = self._find(target, kinds, context, sure=True)
        devices = [d for d in self.house.devices(found.ids) if kind == "lock" or guarded(d)]
        if not devices:
            raise Unclear(f"{found.said} has no lock")
        if len(devices) > 1 and not found.many:
            raise Unclear(f"{self.house.names.listed([d.id for d in devices])}: ask which")
        return found, kind, devices

    def _cameras_by(self, device_id: str) -> list[str]:
        """Cameras at the same place as a doorbell."""
        bell = self.house.device(device_id)
        found = []
        for device in self.house.devices(self.house.names.of_kind("camera")):
            same_room = bell.room and tokens(device.room) == tokens(bell.room)
            if same_room or set(tokens(bell.name)) & set(tokens(device.name)) - set(KIND_WORDS):
                found.append(device.id)
        return found


@asynccontextmanager
async def opened(setup: Setup) -> AsyncIterator[list[Tool]]:
    """Connects to all that are set up, each by a task of its own. ConfigError: none is, or none
    can be."""
    chosen = [name for name in BACKENDS if setup.settings.get(name)]
    if not chosen:
        raise ConfigError(
            "no devices are set up: run: vivavoce setup home, or set VIVAVOCE_HOME_MQTT, "
            "VIVAVOCE_HOME_HUE or VIVAVOCE_HOME_HASS"
        )
    house = House(Kept(setup.folder), read_plan(_rooms(setup)), setup.announce, setup.now)
    errors: list[ConfigError] = []
    end = anyio.Event()

    async def keep(name: str, ready: anyio.Event) -> None:
        opener: Opener = import_module(f"vivavoce.experts.builtin.home.{name}").opened
        try:
            async with opener(setup.settings, setup.folder, house.hear) as backend:
                house.join(backend)
                ready.set()
                await end.wait()
        except ConfigError as error:
            errors.append(error)
            house.miss(name, str(error))
        finally:
            ready.set()

    async with anyio.create_task_group() as group:
        waiting = {name: anyio.Event() for name in chosen}
        for name, ready in waiting.items():
            group.start_soon(keep, name, ready)
        with anyio.move_on_after(OPEN_S):
            for ready in waiting.values():
                await ready.wait()
        if len(errors) == len(chosen):
            raise errors[0]
        try:
            yield _tools(Tools(house))
        finally:
            end.set()


def _rooms(setup: Setup) -> Path:
    written = setup.settings.get("rooms") or ""
    return Path(written).expanduser() if written else setup.folder / "rooms.toml"


def _tools(of: Tools) -> list[Tool]:
    return [
        tool(of.switch, "change", summary=_summary("turn {on} {target}")),
        tool(of.set_to, "change", name="set", summary=_summary("set {target} to {to}")),
        tool(of.adjust, "change", summary=_summary("make {target} {more}")),
        tool(of.lock, "change", summary=_summary("lock {target}")),
        tool(of.unlock, "danger", plan=of.unlock_plan),
        tool(of.vacuum, "change", summary=_summary("{action} the vacuum")),
        tool(of.scene, "change", summary=_summary("{do} the scene {name}")),
        tool(of.state, "read"),
        tool(of.camera, "read"),
    ]


def _summary(form: str) -> Callable[[Mapping[str, Any]], str]:
    """What a call would do, in words."""

    def say(arguments: Mapping[str, Any]) -> str:
        given = {"target": "it", "do": "apply", "action": "start", **arguments}
        if "on" in given:
            given["on"] = "on" if given["on"] else "off"
        return form.format(**given)

    return say


def _switched(device: Device, on: bool) -> Change | None:
    match device.kind:
        case "light" | "switch":
            return Change(on=on)
        case "climate":
            return change(device, wanted("on" if on else "off"))
        case "cover":
            return Change(position=100 if on else 0)
        case "vacuum":
            return Change(action="start" if on else "dock")
        case "scene":
            return Change(on=True) if on else None
    return None


def _kinds_for(want: Wanted) -> tuple[tuple[Kind, ...], ...]:
    """Which devices a value is for, the likeliest first."""
    if want.celsius is not None:
        return (("climate",),)
    if want.colour is not None:
        return (("light",),)
    if want.opened is not None:
        return (("cover",), ("lock",))
    if want.percent is None and want.number is not None and 10 <= want.number <= 30:
        return (("climate",), ("light",), ("cover",), ("switch",))
    if want.mode is not None and want.kelvin is None and want.on is None:
        return (("climate",), ("light",))
    return (("light",), ("cover",), ("climate",), ("switch",))


def _limits(devices: Sequence[Device]) -> str:
    climate = next((d for d in devices if d.kind == "climate"), None)
    if climate is None:
        return ""
    return f", only from {climate.least_c:g} to {climate.most_c:g} degrees"
