"""What messages mean, without a broker."""

import json
from time import process_time

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
    "template",
    [
        "{{ 9**9**9 }}",
        "{{ 'a' * 99999 }}",
        "{{",
        "{{ 1 / 0 }}",
        "{% for x in y %}",
        "{%for a in value%}{%for b in value%}{%for c in value%}x{%endfor%}{%endfor%}{%endfor%}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set a %}x{% endset %}",
        "{{ '{0:>1000000000}'.format(value) }}",
        "{{ '{0:>1000000000}'['for' ~ 'mat'](value) }}",
        "{{ '%1000000000d' % 3 }}",
        "{{ value.zfill(1000000000) }}",
        "{{ value.center(1000000000) }}",
        "{{ (1).to_bytes(1000000000, 'big') }}",
        "{{ 1|int|round(-1000000000) }}",
        "{{ 1|int|round(1000000000, 'ceil') }}",
        "{{ value" + "|replace('a', 'aaaaaaaaaa')" * 10 + " }}",
        "{{ value" + ".replace('a', 'aaaaaaaaaa')" * 10 + " }}",
        "{% set a = value %}" + "{% set a = a + a %}" * 30,
        "{% set a = value %}" + "{% set a = a ~ a %}" * 30,
        "{% set a = 99 %}" + "{% set a = a * a %}" * 30,
        "{% set a = [1] %}" + "{% set a = a + a %}" * 30,
        "{% set a = [1] %}" + "{% set a = [a, a] %}" * 30 + "{{ a }}",
        "{% set a = 1 %}" + "{% set a = (a, a) %}" * 30 + "{{ a }}",
        "{% set a = 1 %}" + "{% set a = value_json.get(1, {1: a, 2: a}) %}" * 30 + "{{ a }}",
        "{{ value" + "|title" * 300 + " }}",
        "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
        "{%if 1%}" * 110 + "{%endif%}" * 110,
        "{{ value }}" * 200,
    ],
)
def test_a_template_that_wants_too_much_is_refused_at_once(template):
    began = process_time()
    with pytest.raises(ValueError, match=r"template|too"):
        render(template, '"aaaaaaaaaaaaaaaa"')
    assert process_time() - began < 1


def test_a_long_message_is_not_for_a_template():
    with pytest.raises(ValueError, match="too long"):
        render("{{ value }}", "a" * 40_000)
    assert render("", "a" * 40_000) == "a" * 40_000


def test_no_memory_is_garbled_too():
    assert issubclass(MemoryError, GARBLED)


def test_a_base_of_topics_that_grows_is_left_alone():
    written = {"~": "a" * 100_000, "stat_t": "~" * 100_000, "name": "L"}
    (made,) = bound("switch/l/config", json.dumps(written))
    assert sum(map(len, made.topics)) <= 100_000
    (made,) = bound("switch/l/config", '{"~": "home", "cmd_t": "~/set", "stat_t": "state/~"}')
    assert made.write(Change(on=True), {})[0].topic == "home/set"
    assert made.topics == {"state/home"}


def test_a_template_sees_nothing_of_python():
    assert render("{{ ''.__class__ }}", "{}") == ""
    with pytest.raises(ValueError, match="SecurityError"):
        render("{{ ''.__class__.__mro__ }}", "{}")


@pytest.mark.parametrize(
    ("template", "payload", "read"),
    [
        ("{{ value_json.a.b | float | round(1) }}", '{"a": {"b": "2.34"}}', "2.3"),
        ("{{ 'ON' if value_json.x > 0 else 'OFF' }}", '{"x": 1}', "ON"),
        ("{{ value_json['update']['state'] }}", '{"update": {"state": "idle"}}', "idle"),
        ("{{ value_json.x | round(1) if value_json.x is defined else '' }}", "{}", ""),
        ("{{ value_json.get('x', 3) }}", "{}", "3"),
        ("{{ value_json.l[1:] | first }}", '{"l": [1, 2, 3]}', "2"),
        ("{{ [([0, value_json.x] | max), 100] | min }}", '{"x": 250}', "100"),
        ("{{ (value | float * 100) | round(0) | int }}", "0.37", "37"),
        ("{{ (value | float - 32) / 1.8 }}", "212", "100.0"),
        ("{{ value.split(',')[2].split('-')[0] }}", "on,40,255-100-7", "255"),
        ("{{ value.split(':')[1].strip() | replace('W', '') }}", "power: 12W", "12"),
        ("{{ value.replace('{', '').replace('}', '') | upper }}", "{x}", "X"),
        ('{ "position": {{ value }} }', "40", '{ "position": 40 }'),
        ("{{ '{\"state\": \"' ~ value | lower ~ '\"}' }}", "ON", '{"state": "on"}'),
        ("{{ iif('a' in value and not value.startswith('b'), 'yes', 'no') }}", "ba", "no"),
        (
            "{% set values = {None: None, 'idle': 'off', 'heat': 'heating'} %}"
            "{{ values[value_json.running_state] }}",
            '{"running_state": "heat"}',
            "heating",
        ),
        (
            "{% set values = { 'auto':'schedule','heat':'manual','off':'pause'} %}"
            '{"operating_mode": "{{ values[value] if value in values.keys() else \'pause\' }}"}',
            "heat",
            '{"operating_mode": "manual"}',
        ),
        (
            "{% if value_json.FanSpeed is defined %}{% if value_json.FanSpeed == 0 -%}0"
            "{%- elif value_json.FanSpeed > 0 -%}4{%- endif %}{% endif %}",
            '{"FanSpeed": 2}',
            "4",
        ),
        (
            "{% set fw = value_json.fw | int %}{% set major = (fw / 10000) | int %}"
            "{% set name = 'v' ~ major %}{{ name }}.{{ fw % 10 }}",
            '{"fw": 10203}',
            "v1.3",
        ),
        (
            "{% set ts = value_json.get('timestamp', {}) %} {% if ts %}\n  {{ (ts // 1000) }}\n"
            "{% else %}\n  none\n{% endif %}",
            '{"timestamp": 1732450000123}',
            "1732450000",
        ),
    ],
)
def test_templates_are_read_as_home_assistant_does(template, payload, read):
    assert render(template, payload) == read


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
