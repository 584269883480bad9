"""A ladder of models for the tests."""

from vivavoce.core import Budget, Image, Message
from vivavoce.mind import Ask, Voting
from vivavoce.models import Card, Request

TINY = Card(
    "tiny", 4096, read_tokens_s=150, write_tokens_s=50, quality=0.35, confidences=True, tools=False
)
SMALL = Card(
    "small", 8192, thinks=True, budget="exact", read_tokens_s=45, write_tokens_s=15, quality=0.6
)
CLAUDE = Card(
    "claude-sonnet", 200_000, vendor="anthropic", place="api.anthropic.com", images=True,
    thinks=True, budget="hint", usd_in=3, usd_out=15, read_tokens_s=2000, write_tokens_s=60,
    quality=0.95,
)  # fmt: skip
HOUSE = {card.name: card for card in (TINY, SMALL, CLAUDE)}
HERE = {card.name: card for card in (TINY, SMALL)}
EASY = "What is 2 + 2?"
HARD = (
    "Anna has twice as many apples as Ben, who has 3 more than half as many as Carl. Carl gives "
    "a third of his 48 apples to Dora, who already had 5 fewer than Anna, and then eats 2 each day "
    "for a week. If Ben buys 25% more, and the rest are shared among all four, how many more "
    "apples does Dora have than Carl after that week?"
)


def ask(
    text: str,
    *,
    spoken: bool = False,
    stays_here: bool = False,
    image: bool = False,
    tools: bool = False,
    schema: dict[str, object] | None = None,
    thinking: int | None = None,
    deadline_s: float | None = None,
    model: str = "auto",
    voting: Voting | None = None,
    before: tuple[Message, ...] = (),
) -> Ask:
    """A request of the user's."""
    message = Message("user", text, (Image(b"png"),) if image else ())
    request = Request(
        (*before, message),
        tools=({"name": "louder", "description": "", "parameters": {}},) if tools else (),
        schema=schema,
        thinking=None if thinking is None else Budget(thinking),
        deadline_s=deadline_s,
    )
    return Ask(request, model, voting, stays_here, spoken)
