"""How many conversations one machine holds at once before the p90 of the gap has doubled."""

import asyncio
from typing import Any

from bench import servers
from bench.client import ours, talk
from bench.command import parser, run, say
from bench.gap import Row, ask
from bench.material import clips
from bench.stats import spread, table

STAGGER_S = 1.7
"""Users don't all speak at the same instant."""


async def user(url: str, who: int, questions: int) -> list[Row]:
    """One of several users, who asks questions of their own one after another."""
    voices = sorted({clip.voice for clip in clips("questions")})
    known = [clip for clip in clips("questions") if clip.voice == voices[who % len(voices)]]
    await asyncio.sleep(who * STAGGER_S)
    async with talk(ours(url)) as conversation:
        await conversation.pause(2.0)
        mine = [known[n % len(known)] for n in range(questions)]
        return [await ask(conversation, clip) for clip in mine]


async def together(url: str, users: int, questions: int) -> list[Row]:
    asked = await asyncio.gather(*(user(url, n, questions) for n in range(users)))
    return [row for rows in asked for row in rows]


def measure(most: int = 6, questions: int = 6) -> dict[str, Any]:
    """1, 2, 3 … users until p90 has doubled or answers are missing."""
    before = servers.machine()
    levels: list[dict[str, Any]] = []
    rows: dict[str, list[Row]] = {}
    for users in range(1, most + 1):
        say(f"{users} at once")
        with servers.ours() as running:
            rows[str(users)] = asyncio.run(together(running.url, users, questions))
        gaps = [r["gap_s"] for r in rows[str(users)] if r["gap_s"] is not None]
        missing = sum(r["gap_s"] is None and not r["early"] for r in rows[str(users)])
        levels.append({"users": users, **spread(gaps), "unanswered": missing})
        say(f"  {levels[-1]}")
        if missing or not gaps or levels[-1]["p90_ms"] > 2 * levels[0]["p90_ms"]:
            break
    held = [
        lv["users"]
        for lv in levels
        if lv["n"] and not lv["unanswered"] and lv["p90_ms"] <= 2 * levels[0]["p90_ms"]
    ]
    return {
        "conversations": max(held, default=0),
        "levels": levels,
        "machine": before,
        "details": rows,
    }


def show(result: dict[str, Any]) -> str:
    """The table."""
    head = ["users at once", "p50 ms", "p90 ms", "unanswered"]
    rows = [(lv["users"], lv["p50_ms"], lv["p90_ms"], lv["unanswered"]) for lv in result["levels"]]
    return table(head, rows)


def main() -> None:
    options = parser(__doc__)
    options.add_argument("--most", type=int, default=6, help="users to try at most (default 6)")
    options.add_argument("--questions", type=int, default=6, help="of each user (default 6)")
    args = options.parse_args()
    run("load", lambda: measure(args.most, args.questions), show, args.json)


if __name__ == "__main__":
    main()
