"""What is said of calls, and what is asked back before anything is done."""

from collections.abc import Sequence
from datetime import datetime

from vivavoce.core import Speaker
from vivavoce.experts.prose import listed
from vivavoce.mind.acting.aloud import sentence, spoken
from vivavoce.mind.acting.hands import Done, arguments_of
from vivavoce.mind.acting.talk import Pending, Talk, Waiting


def heard(done: Done) -> str:
    """What came of a call that waits for nothing."""
    if done.result is None:
        return sentence(done.act.reason)
    return spoken(done.result, done.act.tool)


def question(made: Sequence[Done], talk: Talk, speaker: Speaker, now: datetime) -> str:
    """Shall I? From now on a yes does all that waits, and what the tools themselves offer. Empty:
    nothing waits."""
    waiting: list[Waiting] = []
    for done in made:
        if done.waits is not None and done.waits not in waiting:
            waiting.append(done.waits)
    offers = [(done, call) for done in made if (call := _offered(done)) is not None]
    asked = f"Shall I {listed([call.summary for call in waiting])}?" if waiting else ""
    if waiting or offers:
        last = asked or heard(offers[-1][0])
        calls = (*(call for _, call in offers), *waiting)
        talk.pending = Pending(last, calls, speaker, now)
    why = dict.fromkeys(done.act.reason for done in made if done.waits and done.waits.by_owner)
    return " ".join([*map(sentence, why), asked]).strip()


def _offered(done: Done) -> Waiting | None:
    """What a yes to the question in a tool's own words does."""
    call = done.result.offers if done.result and not done.result.failed else None
    if call is None or (arguments := arguments_of(call)) is None:
        return None
    return Waiting(call.name, arguments)
