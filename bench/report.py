"""The one table of bench.talk, as Markdown for the README."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Result = dict[str, Any]
Row = tuple[str, str, str, str]
"""What, the goal, ours, Pipecat's."""
MISSING = "–"
STAGES = ("final_words", "floor", "first_token", "first_clause", "first_sound")
"""Ours, in the order of the wire's documentation."""


def gaps(result: Result) -> Result:
    """The gap's part, also where only one of the two servers was measured."""
    found: Result = {}
    for part in ("gap", "ours", "pipecat"):
        found |= result.get(part, {})
    return found


def report(result: Result) -> str:
    """Only what was measured, and on what."""
    head: Row = ("", "goal", "Vivavoce", "Pipecat")
    drawn = markdown([head, *_gap(gaps(result)), *_others(result)])
    if machine := result.get("machine"):
        drawn += f"\n\nMeasured on {machine['cores']} cores of {machine['cpu']}."
    return drawn


def markdown(rows: Iterable[Row]) -> str:
    """The first row is the head; columns as wide as needed."""
    lines = list(rows)
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    rule = "|".join("-" * (w + 2) for w in widths)
    drawn = [
        "| " + " | ".join(x.ljust(w) for x, w in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return "\n".join([drawn[0], f"|{rule}|", *drawn[1:]])


def _gap(found: Result) -> Iterator[Row]:
    both = (found.get("ours"), found.get("pipecat"))
    if not any(both):
        return
    for what, goal, value in _GAP_ROWS:
        ours, theirs = (value(r) if r else MISSING for r in both)
        yield what, goal, ours, theirs
    if "ratio_p50" in found:
        ratio = f"{found['ratio_p50']:.2f} / {found['ratio_p90']:.2f}"
        yield "our gap over Pipecat's, p50 / p90", "≤ 0.60", ratio, ""
    for stage, ms in stages(found, "ours").items():
        yield f"reached after the speech, median ms: {_words(stage)}", "", f"{ms}", ""
    for stage, ms in stages(found, "pipecat").items():
        yield f"took, median ms: {_words(stage)}", "", "", f"{ms}"


_GAP_ROWS: tuple[tuple[str, str, Callable[[Result], str]], ...] = (
    ("questions asked", "≥ 20", lambda r: f"{r['asked']}"),
    ("gap to the answer, p50 ms", "≤ 900", lambda r: _number(r["p50_ms"])),
    ("gap to the answer, p90 ms", "≤ 1500", lambda r: _number(r["p90_ms"])),
    ("undisturbed questions only, p50 / p90 ms", "", lambda r: _calm(r["undisturbed"])),
    ("answers begun before the question was over", "< 5%", lambda r: _p(r["early_share"])),
    ("unanswered", "0", lambda r: f"{r['unanswered']}"),
)


def stages(found: Result, who: str) -> dict[str, float]:
    """The medians: ours the moments in their order, Pipecat's what each stage took."""
    told: dict[str, float] = found.get(who, {}).get("stages_ms", {})
    if who != "ours":
        return told
    return {name: told[name] for name in STAGES if name in told}


def _others(result: Result) -> Iterator[Row]:
    for part, rows in (("bargein", _bargein), ("wer", _wer), ("idle", _idle), ("load", _load)):
        if part in result:
            yield from ((what, goal, ours, "") for what, goal, ours in rows(result[part]))


def _bargein(r: Result) -> Iterator[tuple[str, str, str]]:
    stop, duck = r["interruption"], r["duck"]
    yield "interruption to our silence, p50 / p95 ms", "≤ 250 / ≤ 500", _pair(stop, "p95_ms")
    yield "interruption to our holding back, p50 / p95 ms", "", _pair(duck, "p95_ms")
    yield "gave way to interruptions", "", f"{_p(r['yielded_share'])} of {r['interruptions']}"
    yield "history within one word of what sounded", "100%", _p(r["history_within_one_word"])
    yield "spoke on through “uh-huh”", "", f"{_p(r['went_on_share'])} of {r['backchannels']}"


def _wer(r: Result) -> Iterator[tuple[str, str, str]]:
    whole = r["all"]
    values = f"{whole['streamed']} / {whole['whole']}"
    yield f"word errors, streamed / whole file, % ({whole['files']} files)", "", values
    yield "lost by streaming, points", "≤ 2", f"{whole['lost_points']:+.2f}"
    after = r["final_after_speech_p50_ms"]
    yield "final text after the speech, p50 ms", "≤ 200", _number(after)


def _idle(r: Result) -> Iterator[tuple[str, str, str]]:
    yield "listening to silence, of one core", "≤ 15%", _p(r["idle_share_of_a_core"], 1)
    yield "resident memory, GB", "≤ 2.2", f"{r['rss_gb']:.2f}"
    yield "`vivavoce --help`, ms", "≤ 300", f"{r['help_ms']}"
    yield "server ready, s", "≤ 10", f"{r['ready_s']:.1f}"


def _load(r: Result) -> Iterator[tuple[str, str, str]]:
    most = r["levels"][-1]["users"]
    capped = r["conversations"] == most
    held = f"{r['conversations']}" + (" (no more were tried)" if capped else "")
    yield "conversations at once before p90 doubles", "", held


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value}"


def _pair(spread: Result, upper: str) -> str:
    return f"{_number(spread['p50_ms'])} / {_number(spread[upper])}"


def _calm(spread: Result) -> str:
    return f"{_pair(spread, 'p90_ms')} (of {spread['n']})"


def _p(share: float, digits: int = 0) -> str:
    return f"{share:.{digits}%}"


def _words(name: str) -> str:
    return name.replace("_", " ")
