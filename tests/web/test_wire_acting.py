"""What was done for an answer, on the wire."""

import pytest

from tests.web.help import talking

pytestmark = pytest.mark.anyio

ACTS = (
    ("home_switch", '{"on": true}', "allow", "its speaker may"),
    ("home_unlock", '{"door": "front"}', "ask", "it opens the house"),
)


async def test_each_act_is_told_before_the_answers_words(house):
    async with talking(house, acts=ACTS) as (_at, c, inbox):
        await c.response.create()
        done = (await inbox.wait("response.done"))["response"]
    told = inbox.all("vivavoce.acted")
    assert [(e["tool"], e["arguments"], e["verdict"], e["reason"]) for e in told] == list(ACTS)
    assert {e["response_id"] for e in told} == {done["id"]}
    kinds = inbox.types(ours=True)
    assert kinds.index("vivavoce.acted") < kinds.index("response.output_audio_transcript.delta")
