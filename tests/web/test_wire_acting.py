"""What was done for an answer, on the wire."""

import pytest

from tests.web.help import talking
from vivavoce.core import Announced, AnnouncementOver

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


async def test_an_announcement_is_told_with_how_it_ended_and_can_be_stopped(house):
    async with talking(house) as (at, c, inbox):
        session = at.session
        session.listener(Announced(1.0, "The timer is over.", 1))
        session.listener(AnnouncementOver(2.0, 1, "heard"))
        over = await inbox.wait("vivavoce.announcement_over")
        (told,) = inbox.all("vivavoce.announced")
        assert (told["id"], told["text"]) == ("announcement_1", "The timer is over.")
        assert (over["id"], over["how"]) == ("announcement_1", "heard")
        for name in ("announcement_1", "announcement_7"):  # the second was heard meanwhile
            await c.send({"type": "vivavoce.announcement_stop", "id": name})
        await c.send({"type": "vivavoce.announcement_stop", "id": "announcement_x"})
        error = await inbox.wait("error")
        assert error["error"]["param"] == "id"
        assert session.asked_for("stop_announcement") == [1, 7]
