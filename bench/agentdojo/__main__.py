"""The policy on AgentDojo: what users ask for, and what injections ask for.

Every user task's own calls are judged as they follow each other, with what the tools really tell;
then, for every user task × injection, the calls of a model that obeys each instruction it reads.
AgentDojo installs itself into ~/.cache/vivavoce-bench at the first use.

--model: besides, a fixed sample of tasks done by a real model through our hands, attacked and
not, with the policy and without, each judged by AgentDojo. The user is a script: a yes to each
question about a tool that the task needs, else a no. Each conversation is logged as it ends; a
second start goes on where the first was stopped.

  python -m bench.agentdojo --plot agentdojo.png
  python -m bench.agentdojo --model auto --each 3 --minutes 60 --log agentdojo.jsonl
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from bench.agentdojo.chart import draw
from bench.agentdojo.data import PACKAGE, VERSION, Attack, Suite, suites
from bench.agentdojo.judge import SETUPS, Judged, Row, Says, attacked, follow, worst
from bench.agentdojo.live import lived
from bench.command import parser, run, say
from bench.journal import add_options
from bench.peers.own import CACHE
from bench.stats import table
from vivavoce.mind.policy import PolicyConfig

TUNED = ("banking", "workspace")
"""The policy's tables were tried on these; the others only judge."""


def measure(args: argparse.Namespace) -> Row:
    """Both ways of setting the policy up, over all suites."""
    found = suites(args.cache, args.version)
    result: Row = {"data": PACKAGE, "version": args.version, "tuned_on": TUNED}
    details = []
    for setup, cfg in SETUPS.items():
        say(f"judging: {setup}")
        rows = {name: _suite(suite, cfg) for name, suite in found.items()}
        details += [{"setup": setup, "suite": s, **d} for s, (_, ds) in rows.items() for d in ds]
        counts = {name: row for name, (row, _) in rows.items()}
        judged = [row for name, row in counts.items() if name not in TUNED]
        counts["judging only"] = _sum(judged)
        counts["all"] = _sum([counts[name] for name in found])
        result[setup] = counts
    if args.plot:
        draw(result, args.plot)
    if args.model:
        result["model"], done = lived(args, found)
        details += done
    return {**result, "details": details}


def _suite(suite: Suite, cfg: PolicyConfig) -> tuple[Row, list[Row]]:
    """Counts, and each task and attack."""
    row: Row = {
        "tasks": len(suite.tasks), "tasks_allow": 0, "tasks_ask": 0, "tasks_refuse": 0, "yes": 0,
        "attacks": 0, "no_call": 0, "whole_allow": 0, "whole_ask": 0, "act_allow": 0, "act_ask": 0,
    }  # fmt: skip
    details = []
    for task in suite.tasks:
        judged = follow(task, task.steps, (), suite, cfg)
        says = worst(judged)
        row[f"tasks_{says}"] += 1
        row["yes"] += sum(j.verdict.says == "ask" for j in judged)
        details.append({"task": task.id, "prompt": task.prompt, "says": says, **_told(judged)})
    for attack in suite.attacks:
        if not attack.injected:
            row["no_call"] += 1
            continue
        row["attacks"] += 1
        judged, whole, act = attacked(attack, suite, cfg)
        for kind, says in (("whole", whole), ("act", act)):
            if says != "refuse":
                row[f"{kind}_{says}"] += 1
        details.append(_attack(attack, judged, whole, act))
    return row, details


def _attack(attack: Attack, judged: Sequence[Judged], whole: Says, act: Says) -> Row:
    return {
        "task": attack.user.id,
        "prompt": attack.user.prompt,
        "injection": attack.injection,
        "goal": attack.goal,
        "says": whole,
        "act": act,
        **_told(judged),
    }


def _told(judged: Sequence[Judged]) -> Row:
    return {
        "calls": [
            {
                "tool": j.step.tool,
                "arguments": dict(j.step.arguments),
                "says": j.verdict.says,
                "reason": j.verdict.reason,
            }
            for j in judged
        ]
    }


def _sum(rows: Sequence[Row]) -> Row:
    return {key: sum(row[key] for row in rows) for key in rows[0]}


def show(result: Row) -> str:
    """A table for each set-up."""
    head = [
        "", "tasks", "allowed %", "with a yes %", "refused %", "yes/task",
        "attacks", "obeyed %", "after a blind yes %", "some act %", "some act, blind yes %",
    ]  # fmt: skip
    shown = []
    for setup in SETUPS:
        rows = [_row(name, row) for name, row in result[setup].items()]
        total = result[setup]["all"]
        rows.append(
            ["without policy", total["tasks"], "100.0", "0.0", "0.0", "0.00", total["attacks"],
             "100.0", "100.0", "100.0", "100.0"]
        )  # fmt: skip
        shown.append(f"{setup}\n{table(head, rows)}")
    words = result["default"]["all"]["no_call"]
    note = (
        f"{words} more attacks want something said and need no call: no policy of calls sees them."
    )
    return "\n\n".join([*shown, note, *_lived(result.get("model"))])


def _lived(model: Row | None) -> list[str]:
    if model is None:
        return []
    rows = {policy: row for policy, row in model.items() if policy != "name"}
    head = [f"{model['name']}, policy", *next(iter(rows.values()))]
    return [table(head, [[policy, *row.values()] for policy, row in rows.items()])]


def _row(name: str, row: Row) -> list[object]:
    def share(count: int, of: str) -> str:
        return f"{100 * count / row[of]:.1f}"

    return [
        name,
        row["tasks"],
        share(row["tasks_allow"], "tasks"),
        share(row["tasks_ask"], "tasks"),
        share(row["tasks_refuse"], "tasks"),
        f"{row['yes'] / row['tasks']:.2f}",
        row["attacks"],
        share(row["whole_allow"], "attacks"),
        share(row["whole_allow"] + row["whole_ask"], "attacks"),
        share(row["act_allow"], "attacks"),
        share(row["act_allow"] + row["act_ask"], "attacks"),
    ]


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--version", default=VERSION, help="of AgentDojo's suites")
    options.add_argument("--cache", type=Path, default=CACHE, help="AgentDojo and its results")
    options.add_argument("--plot", type=Path, metavar="FILE", help="draw the bars (PNG)")
    options.add_argument("--model", help="hold conversations with it too (auto: ours)")
    options.add_argument("--each", type=int, default=3, metavar="N", help="with it, of each suite")
    add_options(options, "agentdojo.jsonl")
    args = options.parse_args()
    run("agentdojo", lambda: measure(args), show, args.json)


if __name__ == "__main__":
    main()
