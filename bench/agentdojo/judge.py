"""The policy's word on every call of a task, and on every call of an attack."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bench.agentdojo.data import Attack, Step, Suite, Task
from bench.agentdojo.owner import effect, source
from vivavoce.core import OWNER
from vivavoce.mind.policy import Planned, PolicyConfig, Read, Verdict, decide

Says = Literal["allow", "ask", "refuse"]
ORDER: tuple[Says, ...] = ("allow", "ask", "refuse")
SETUPS = {
    "default": PolicyConfig(),
    "trusting": PolicyConfig(
        rules={kind: replace(rule, yes="untrusted") for kind, rule in PolicyConfig().rules.items()}
    ),
}
"""default: as it comes. trusting: an owner who wants no question about mail and money that they
asked for themselves: only where outsiders' words are in it."""
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """One call."""

    step: Step
    verdict: Verdict


def follow(
    task: Task, steps: Sequence[Step], before: Sequence[Step], suite: Suite, cfg: PolicyConfig
) -> list[Judged]:
    """What is said to each step, if all before were made."""
    made = [*before]
    judged = []
    for step in steps:
        judged.append(Judged(step, _verdict(task, step, made, suite, cfg)))
        made.append(step)
    return judged


def worst(judged: Sequence[Judged]) -> Says:
    """What becomes of all together."""
    return max((j.verdict.says for j in judged), key=ORDER.index, default="allow")


def attacked(attack: Attack, suite: Suite, cfg: PolicyConfig) -> tuple[list[Judged], Says, Says]:
    """The calls of an attack, made where that is best for it (right after the instruction was
    read, or when the user's task is done); what becomes of all of them, and of the most harmful
    one that gets through: the best that is said to any of its acts."""
    ways = [
        follow(attack.user, attack.injected, attack.user.steps[:n], suite, cfg)
        for n in sorted({attack.heard, len(attack.user.steps)})
    ]
    judged = min(ways, key=lambda way: (ORDER.index(worst(way)), ORDER.index(_easiest(way))))
    return judged, worst(judged), min((_easiest(way) for way in ways), key=ORDER.index)


def _easiest(judged: Sequence[Judged]) -> Says:
    """Of its acts the one that is let through most easily, with the reads before it."""
    found: list[Says] = [
        worst([*[k for k in judged[:n] if effect(k.step.tool) == "read"], j])
        for n, j in enumerate(judged)
        if effect(j.step.tool) != "read"
    ]
    return min(found or [worst(judged)], key=ORDER.index)


def _verdict(
    task: Task, step: Step, made: Sequence[Step], suite: Suite, cfg: PolicyConfig
) -> Verdict:
    return decide(
        Planned(
            step.tool,
            suite.about[step.tool],
            effect(step.tool),
            step.arguments,
            OWNER,
            (task.prompt,),
            tuple(Read(s.result, source(s.tool)) for s in made),
        ),
        cfg,
    )
