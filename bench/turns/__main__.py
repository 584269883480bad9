"""Where turns end: pauses cut off against the delay after true ends, on speakers never trained on.

    python -m bench.turns --json turns.json --plot turns.png     # everything
    python -m bench.turns --quick                                # a tenth of it

Real turns: sentences of LibriSpeech's test readers (VIVAVOCE_DATA), their pauses made longer as
people pause. Said turns: Kokoro's test voices thinking aloud. Each quiet and in babble at 10 dB.
All systems hear the same samples. What was heard is kept in --work, so a second run is quick.
"""

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.command import parser, run, say
from bench.stats import table
from bench.turns import systems
from bench.turns.picture import draw
from vivavoce.floor import FloorConfig
from vivavoce.floor.predictor import DEFAULT, Predictor
from vivavoce.scenes import Split
from vivavoce.training.floor import THRESHOLDS, spans_of
from vivavoce.training.floor_data import Example, Sources, examples, gather
from vivavoce.training.listening import networks
from vivavoce.training.surroundings import Place
from vivavoce.training.sweep import Point, Span, frontier, silence_only, summary, sweep

Result = dict[str, Any]
WORK = Path.home() / ".cache" / "vivavoce-bench" / "turns"
PLACES = {"quiet": Place(), "cafe": Place(kind="babble", snr_db=10.0)}
EAGERNESS = ("low", "medium", "high")


def sources(args: argparse.Namespace) -> Sources:
    """The folders; real speech only where there is some."""
    data = Path(os.environ["VIVAVOCE_DATA"]) if "VIVAVOCE_DATA" in os.environ else None
    return Sources(
        work=args.work,
        speech=data / "speech" / "librispeech" if data else None,
        said=args.said,
        noise=data / "noise" if data else None,
        rooms=data / "rooms" if data else None,
    )


def measure(args: argparse.Namespace) -> Result:
    """Listen, then score everything."""
    predictor = Predictor(args.weights)
    result: Result = {"systems": {}, "shipped": {}, "turns": {}, "details": {}}
    listening = networks()
    for place, where in PLACES.items():
        kind = f"{args.split}-{place}"
        say(f"listening: {kind}")
        gather(sources(args), Split(args.split), listening, place=where, kind=kind)
        heard = examples(args.work, kind)[:: 10 if args.quick else 1]
        for speech in ("real", "said"):
            mine = [e for e in heard if e.name.startswith(args.split) == (speech == "said")]
            if mine:
                _group(f"{speech}, {place}", mine, predictor, result, pipecat=args.pipecat)
    return result


def _group(
    name: str, mine: Sequence[Example], predictor: Predictor, result: Result, *, pipecat: bool
) -> None:
    say(f"{name}: {len(mine)} turns")
    ours = systems.learned(predictor)
    scorers = {
        "silence": systems.silence,
        "smart_turn_once": systems.stock,
        "smart_turn": systems.continuous,
        "rules": systems.rules,
        "learned": ours,
    }
    curves: dict[str, list[Point]] = {}
    for system, score in scorers.items():
        spans = [s for e in mine for s in spans_of(e.cues, score(e))]
        thresholds = _TIMEOUTS if system == "silence" else THRESHOLDS
        curves[system] = frontier(sweep(spans, thresholds, free=system != "silence"))
    curves["true silence"] = frontier(silence_only(_spans(mine)))
    result["systems"][name] = {system: summary(points) for system, points in curves.items()}
    result["details"][name] = {
        system: [(round(p.delay_s, 3), round(p.cutoffs, 4)) for p in points]
        for system, points in curves.items()
    }
    pauses = sum(not s.end and s.length_s >= 0.2 for s in _spans(mine))
    result["turns"][name] = {"turns": len(mine), "pauses": pauses}
    result["shipped"][name] = dict(_shipped(mine, ours, pipecat))


_TIMEOUTS = [round(0.016 * n, 3) for n in range(2, 60)]
"""Silero's silence as a share of 5 s."""


def _spans(mine: Sequence[Example]) -> list[Span]:
    return [s for e in mine for s in spans_of(e.cues, systems.continuous(e))]


def _shipped(mine: Sequence[Example], ours: Any, pipecat: bool) -> Iterator[tuple[str, Result]]:
    cues = [e.cues for e in mine]
    for eagerness in EAGERNESS:
        cfg = FloorConfig.semantic(eagerness)
        for who, over in (("rules", None), ("learned", ours)):
            ends = [systems.floor_ends(e, cfg, over(e) if over else None) for e in mine]
            yield f"{who}, {eagerness}", _row(systems.shipped(list(zip(cues, ends, strict=True))))
    if pipecat:
        ends = systems.pipecat_ends(cues)
        yield "pipecat, stock", _row(systems.shipped(list(zip(cues, ends, strict=True))))


def _row(s: systems.Shipped) -> Result:
    return {"cutoffs": round(s.cutoffs, 4), "delay_ms": round(s.delay_s * 1000)}


def show(result: Result) -> str:
    """Two tables: the curves' four numbers, and the policies as they come."""
    rows = [
        (name, system, *(_cell(v) for v in numbers.values()))
        for name, group in result["systems"].items()
        for system, numbers in group.items()
    ]
    head = ("turns", "score", "cut off @300 ms", "@600 ms", "delay @5%, ms", "@10%, ms")
    finished = [
        (name, system, f"{numbers['cutoffs']:.1%}", numbers["delay_ms"])
        for name, group in result["shipped"].items()
        for system, numbers in group.items()
    ]
    ready = table(("turns", "policy", "cut off", "mean delay, ms"), finished)
    return f"{table(head, rows)}\n\n{ready}"


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.1%}" if value <= 1 else f"{value:.0f}"


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--quick", action="store_true", help="every tenth turn")
    options.add_argument("--plot", type=Path, metavar="PNG", help="draw the curves")
    options.add_argument("--said", type=Path, help="made by: python -m bench.turns.said --out DIR")
    options.add_argument("--work", type=Path, default=WORK, help="where what was heard is kept")
    options.add_argument("--weights", type=Path, default=DEFAULT, help="of the learned floor")
    options.add_argument("--split", choices=("dev", "test"), default="test", help="dev: to tune on")
    options.add_argument(
        "--no-pipecat", dest="pipecat", action="store_false", help="without Pipecat's own classes"
    )
    args = options.parse_args()

    def measured() -> Result:
        result = measure(args)
        if args.plot:
            draw(result, args.plot)
        return result

    run("turns", measured, show, args.json)


if __name__ == "__main__":
    main()
