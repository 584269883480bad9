"""python -m bench.finder: is the expert loaded that is meant, and none for what nobody is for?

306 sentences of SLURP's crowd workers; of CLINC's out-of-scope sentences and of everyday questions
those that nobody is for. Beside it the likeness to examples alone, by which experts of the owner's
own are found. And of 200 sentences that are said after another: is the expert loaded that was
spoken to (follow), another that is meant (change), any where nobody is (react)?
Seconds; --json FILE has what was missed.
"""

from dataclasses import asdict
from typing import Any

from bench.command import parser, run
from bench.finder import judged
from bench.stats import table
from vivavoce import weights
from vivavoce.experts.finder import Finder
from vivavoce.experts.meaning import Meaning
from vivavoce.experts.meant import Meant
from vivavoce.experts.registry import find

SHARES = ("nobodys", "clinc", "everyday", "followed", "changed", "reactions")


def measure() -> dict[str, Any]:
    """Both finders, of the built-in experts."""
    experts = {name: e for name, e in find().experts.items() if e.built_in}
    meaning = Meaning(weights.path("wordllama-256"))
    both = {
        "learned": judged(Finder(experts, meaning, meant=Meant.read())),
        "likeness alone": judged(Finder(experts, meaning)),
    }
    rows = {name: asdict(one) for name, one in both.items()}
    return {
        **{n: {k: v for k, v in row.items() if k != "missed"} for n, row in rows.items()},
        "details": {name: row["missed"] for name, row in rows.items()},
    }


def show(result: dict[str, Any]) -> str:
    """The table."""
    head = [
        "finder",
        "for an expert",
        "loaded",
        "for nobody",
        "load one",
        "CLINC",
        "everyday",
        "follow",
        "change",
        "react",
        "ms",
    ]
    return table(
        head,
        [
            (
                name,
                row["for_an_expert"],
                f"{row['loaded']:.1%}",
                row["for_nobody"],
                *(f"{row[of]:.1%}" for of in SHARES),
                f"{row['ms']:.2f}",
            )
            for name, row in result.items()
            if name != "details"
        ],
    )


def main() -> None:
    run("finder", measure, show, parser(__doc__).parse_args().json)


if __name__ == "__main__":
    main()
