"""Run with τ²'s own Python, by bench.peers.served: one of its domains."""

import importlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]


class Domain:
    """One of τ²'s, with one database that calls change."""

    def __init__(self, name: str) -> None:
        importlib.import_module("loguru").logger.remove()
        self._module = importlib.import_module(f"tau2.domains.{name}.environment")
        self._call = importlib.import_module("tau2.data_model.message").ToolCall
        self._env = self._module.get_environment()

    def open(self) -> Row:
        """All there is to know beforehand."""
        described = [tool.openai_schema["function"] for tool in self._env.get_tools()]
        kind = self._env.tools.tool_type
        tools = [{**tool, "kind": kind(tool["name"]).value} for tool in described]
        tasks = [json.loads(task.model_dump_json()) for task in self._module.get_tasks()]
        return {"policy": self._env.policy, "tools": tools, "tasks": tasks}

    def begin(self) -> Row:
        """A new database; its hash."""
        self._env = self._module.get_environment()
        return self.hash()

    def call(self, name: str, arguments: Mapping[str, Any]) -> Row:
        """One call; that it failed is a result too."""
        made = self._call(id="", name=name, arguments=arguments, requestor="assistant")
        told = self._env.get_response(made)
        return {"text": told.content, "failed": told.error}

    def reference(self, actions: Sequence[Mapping[str, Any]]) -> Row:
        """The hash after these calls, and those of them that failed: number and why."""
        env, errors = self._module.get_environment(), []
        for number, action in enumerate(actions):
            try:
                env.make_tool_call(action["name"], "assistant", **action["arguments"])
            except Exception as error:  # noqa: BLE001  a tool raises what it likes; τ² goes on
                errors.append([number, str(error)])
        return {"hash": env.get_db_hash(), "errors": errors}

    def hash(self) -> Row:
        """Of the database as it is."""
        return {"hash": self._env.get_db_hash()}
