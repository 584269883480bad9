"""A description of Home Assistant's MQTT discovery, its keys whole and read by type. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from vivavoce.experts.builtin.home.mqtt_bound import LONGEST_TOPIC

_SHORT = {
    "act_t": "action_topic",
    "avty": "availability",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "bri_cmd_t": "brightness_command_topic",
    "bri_cmd_tpl": "brightness_command_template",
    "bri_scl": "brightness_scale",
    "bri_stat_t": "brightness_state_topic",
    "bri_val_tpl": "brightness_value_template",
    "clr_temp_cmd_t": "color_temp_command_topic",
    "clr_temp_k": "color_temp_kelvin",
    "clr_temp_stat_t": "color_temp_state_topic",
    "clr_temp_val_tpl": "color_temp_value_template",
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "dev": "device",
    "dev_cla": "device_class",
    "e": "encoding",
    "img_e": "image_encoding",
    "img_t": "image_topic",
    "max_mirs": "max_mireds",
    "min_mirs": "min_mireds",
    "mode_cmd_t": "mode_command_topic",
    "mode_cmd_tpl": "mode_command_template",
    "mode_stat_t": "mode_state_topic",
    "mode_stat_tpl": "mode_state_template",
    "o": "origin",
    "obj_id": "object_id",
    "opt": "optimistic",
    "pl_avail": "payload_available",
    "pl_cls": "payload_close",
    "pl_loc": "payload_locate",
    "pl_lock": "payload_lock",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pl_open": "payload_open",
    "pl_paus": "payload_pause",
    "pl_ret": "payload_return_to_base",
    "pl_stop": "payload_stop",
    "pl_strt": "payload_start",
    "pl_unlk": "payload_unlock",
    "pos_clsd": "position_closed",
    "pos_open": "position_open",
    "pos_t": "position_topic",
    "pos_tpl": "position_template",
    "pow_cmd_t": "power_command_topic",
    "rgb_cmd_t": "rgb_command_topic",
    "rgb_cmd_tpl": "rgb_command_template",
    "rgb_stat_t": "rgb_state_topic",
    "rgb_val_tpl": "rgb_value_template",
    "send_cmd_t": "send_command_topic",
    "set_pos_t": "set_position_topic",
    "set_pos_tpl": "set_position_template",
    "stat_clsd": "state_closed",
    "stat_locked": "state_locked",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_open": "state_open",
    "stat_t": "state_topic",
    "stat_unlocked": "state_unlocked",
    "stat_val_tpl": "state_value_template",
    "sup_clrm": "supported_color_modes",
    "sup_feat": "supported_features",
    "t": "topic",
    "temp_cmd_t": "temperature_command_topic",
    "temp_cmd_tpl": "temperature_command_template",
    "temp_stat_t": "temperature_state_topic",
    "temp_stat_tpl": "temperature_state_template",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
    "cmps": "components",
    "p": "platform",
    "ent_cat": "entity_category",
    "en": "enabled_by_default",
}
"""Keys as they may be written shorter."""
SHORT_DEVICE = {"ids": "identifiers", "sa": "suggested_area", "cns": "connections"}


class Keys:
    """A description with its whole keys, read by type: what has another one is not there."""

    def __init__(self, written: Mapping[str, Any]) -> None:
        whole = {_SHORT.get(str(key), str(key)): value for key, value in written.items()}
        base = whole.get("~")
        if isinstance(base, str) and len(base) < LONGEST_TOPIC:
            for key, value in whole.items():
                if isinstance(value, str) and key.endswith("topic"):
                    whole[key] = value.replace("~", base, 2)
        self.all = whole

    def text(self, key: str, default: str = "") -> str:
        """A string, or a number or truth as one."""
        value = self.all.get(key, default)
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else default

    def number(self, key: str, default: float) -> float:
        value = self.all.get(key, default)
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if fine and math.isfinite(value) else default

    def list(self, key: str) -> tuple[str, ...]:
        value = self.all.get(key)
        return tuple(str(v) for v in value) if isinstance(value, list) else ()
