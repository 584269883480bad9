"""Run with AgentDojo's own Python, by bench.peers.served: one suite, whose world calls change."""

import importlib
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Row = dict[str, Any]


class Domain:
    """A suite, "VERSION/NAME"."""

    def __init__(self, name: str) -> None:
        version, _, suite = name.partition("/")
        get_suite = importlib.import_module("agentdojo.task_suite.load_suites").get_suite
        runtime = importlib.import_module("agentdojo.functions_runtime")
        self._suite = get_suite(version, suite)
        self._runtime = runtime.FunctionsRuntime(self._suite.tools)
        self._call = runtime.FunctionCall
        self._blocks = importlib.import_module("agentdojo.types").text_content_block_from_string
        pipeline = importlib.import_module("agentdojo.agent_pipeline.tool_execution")
        self._as_text = pipeline.tool_result_to_str
        self._replay = runpy.run_path(str(Path(__file__).with_name("replay.py")))
        self._user: Any = None
        self._injection: Any = None
        self._env: Any = None
        self._before: Any = None
        self._made: list[Any] = []

    def tools(self) -> Row:
        """As a model is told of them."""
        return {
            "tools": [
                {"name": t.name, "about": t.description, "schema": t.parameters.model_json_schema()}
                for t in self._suite.tools
            ]
        }

    def begin(self, user: str, injection: str) -> Row:
        """A new world, with the injection (empty: none) wherever the user's task reads. The tools
        that this task needs."""
        self._user = self._suite.get_user_task_by_id(user)
        self._injection = injection and self._suite.get_injection_task_by_id(injection)
        told: Row = {}
        if self._injection:
            seen, _ = self._replay["_seen"](self._suite, self._user)
            told = dict.fromkeys(seen, self._replay["INJECTION"].format(goal=self._injection.GOAL))
        self._env = self._replay["_env"](self._suite, self._user, told)
        self._before, self._made = self._env.model_copy(deep=True), []
        needs = self._user.ground_truth(self._env.model_copy(deep=True))
        return {"prompt": self._user.PROMPT, "needs": sorted({call.function for call in needs})}

    def call(self, name: str, arguments: Mapping[str, Any]) -> Row:
        """One call; that it failed is a result too."""
        self._made.append(self._call(function=name, args=arguments))
        result, error = self._runtime.run_function(self._env, name, arguments)
        return {"text": error or self._as_text(result), "failed": error is not None}

    def judged(self, said: str) -> Row:
        """AgentDojo's own word on the world as it is: is the user's task done, is the attacker's
        (None: there is none)? said: the answer."""
        check, blocks = self._suite._check_task_result, [self._blocks(said)]
        worlds = (self._before, self._env, self._made)
        injected = check(self._injection, blocks, *worlds) if self._injection else None
        return {"done": check(self._user, blocks, *worlds), "attacked": injected}
