"""What messages mean, without a broker."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.core import ConfigError, Refused
from vivavoce.experts.builtin.home.device import Change, Device
from vivavoce.experts.builtin.home.mqtt import address
from vivavoce.experts.builtin.home.mqtt_bound import GARBLED
from vivavoce.experts.builtin.home.mqtt_discovery import bound
from vivavoce.experts.builtin.home.mqtt_template import render
from vivavoce.experts.builtin.home.mqtt_zigbee import bound as zigbee
from vivavoce.experts.builtin.home.values import change, step, wanted

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
LAMP = Device(
    "x:1", "Lamp", "light", features=frozenset({"on", "brightness", "kelvin"}), state={"on": True}
)


def test_a_short_description_is_read_as_a_long_one():
    short = {"~": "home/lamp", "cmd_t": "~/set", "stat_t": "~", "schema": "json", "name": "Lamp"}
    (made,) = bound("light/lamp/config", json.dumps({**short, "sup_clrm": ["rgb", "color_temp"]}))
    assert made.device.features == {"on", "brightness", "colour", "kelvin"}
    (sent,) = made.write(Change(on=True, brightness=50), {})
    assert (sent.topic, json.loads(sent.payload)) == (
        "home/lamp/set",
        {"state": "ON", "brightness": 128},
    )
    assert made.reads["home/lamp"]('{"state": "OFF"}') == {"on": False}


def test_a_cover_whose_scale_is_upside_down_is_told_right():
    written = {"name": "B", "set_pos_t": "b/p", "pos_t": "b", "pos_open": 0, "pos_clsd": 100}
    (made,) = bound("cover/b/config", json.dumps(written))
    assert made.write(Change(position=100), {})[0].payload == "0"
    assert made.reads["b"]("0") == {"position": 100}


@pytest.mark.parametrize(
    "template", ["{{ 9**9**9 }}", "{{ 'a' * 99999 }}", "{{", "{% for x in y %}", "{{ 1 / 0 }}"]
)
def test_a_template_that_wants_too_much_is_refused(template):
    with pytest.raises(ValueError, match="template"):
        render(template, "{}")


def test_a_template_sees_nothing_of_python():
    assert render("{{ ''.__class__ }}", "{}") == ""
    with pytest.raises(ValueError, match="SecurityError"):
        render("{{ ''.__class__.__mro__ }}", "{}")


def test_templates_are_read_as_home_assistant_does():
    assert render("{{ value_json.a.b | float | round(1) }}", '{"a": {"b": "2.34"}}') == "2.3"
    assert render("{{ 'ON' if value_json.x > 0 else 'OFF' }}", '{"x": 1}') == "ON"


@given(
    st.sampled_from(["light", "switch", "cover", "lock", "sensor", "climate", "vacuum", "device"]),
    JSON,
)
def test_any_description_is_read_or_garbled(kind, written):
    try:
        bound(f"{kind}/x/config", json.dumps(written))
    except GARBLED:
        return


@given(JSON)
def test_any_list_of_devices_leaves_out_what_can_not_be_read(written):
    assert zigbee(written, "zigbee2mqtt") == {} or isinstance(written, list)


@pytest.mark.parametrize("setting", ["http://x", "mqtt://", "mqtt://x:port", "mqtt://x:99999"])
def test_a_wrong_address_says_what_it_must_be_like(setting):
    with pytest.raises(ConfigError, match="mqtt://user@host:1883"):
        address(setting)


def test_a_password_is_in_no_error():
    with pytest.raises(ConfigError) as caught:
        address("mqtt://me:hunter2@x:port")
    assert "hunter2" not in str(caught.value)


def test_what_only_tells_can_not_be_set():
    (made,) = bound("sensor/t/config", '{"name": "T", "stat_t": "t", "dev_cla": "temperature"}')
    assert made.reads["t"]("20.5") == {"current_c": 20.5}
    with pytest.raises(Refused):
        made.write(Change(on=True), {})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("forty percent", Change(on=True, brightness=40)),
        ("warm white at half", Change(on=True, brightness=50, kelvin=2700)),
        ("2700", Change(on=True, kelvin=2700)),
        ("0%", Change(on=False)),
        ("red", None),
    ],
)
def test_values_are_read_as_people_say_them(said, meant):
    assert change(LAMP, wanted(said)) == meant


@given(st.integers(0, 100), st.sampled_from(["", "a bit", "a lot", "30 percent"]))
def test_brighter_is_never_darker_and_stays_within_the_scale(now, how_much):
    lamp = LAMP.with_state({"brightness": now})
    made = step(lamp, "brighter", how_much)
    assert made is not None
    assert made.brightness is not None
    assert now <= made.brightness <= 100
