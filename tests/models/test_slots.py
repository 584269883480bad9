"""Which prefix cache a request is given."""

from dataclasses import dataclass

import anyio
from hypothesis import given
from hypothesis import strategies as st

from vivavoce.models.context import HAND_OFF_TOKENS, Context, guess
from vivavoce.models.slots import Slots, Turns


def visit(slots: Slots, conversation: int, prompt: str = "") -> int:
    """Take, and free at once."""
    slot = slots.take(conversation, prompt)
    assert slot is not None
    slots.free(slot)
    return slot


def test_a_conversation_comes_back_to_its_slot() -> None:
    slots = Slots(4)
    first, other = visit(slots, 1, "a"), visit(slots, 2, "b")
    assert first != other
    assert visit(slots, 1, "a, and so on") == first


def test_a_conversation_keeps_a_slot_for_its_talk_and_one_for_each_experts_tools() -> None:
    slots, talk, lamps, lists = Slots(4), "Be brief. ", "Lamps: on, off. ", "Lists: add. "
    at = [visit(slots, 1, prompt) for prompt in (talk, lamps, lists)]
    assert len(set(at)) == 3
    for slot, prompt in zip(at, (talk, lamps, lists), strict=True):
        assert visit(slots, 1, f"{prompt}And now?") == slot
        assert slots.owner(slot) == 1
    assert visit(slots, 2, talk) not in at
    assert visit(slots, 3, talk) == at[0]  # the longest unused


def test_where_there_is_one_slot_all_is_read_into_it() -> None:
    slots = Slots(1)
    assert visit(slots, 1, "talk") == visit(slots, 1, "tools") == visit(slots, 2, "talk")


def test_a_prefix_is_not_evicted_where_a_slot_is_free() -> None:
    slots = Slots(3)
    mine = visit(slots, 1, "mine")
    assert mine not in {visit(slots, n, f"other {n}") for n in (2, 0, 0, 0, 0)}
    assert slots.owner(mine) == 1


def test_the_longest_unused_prefix_is_given_away() -> None:
    slots = Slots(2)
    first, second = visit(slots, 1, "a"), visit(slots, 2, "b")
    visit(slots, 1, "a")
    assert visit(slots, 3, "c") == second
    assert slots.owner(first) == 1


def test_nobody_s_conversation_owns_nothing() -> None:
    slots = Slots(2)
    assert slots.owner(visit(slots, 0, "a")) == 0


def test_nobody_s_prompt_goes_on_where_it_was_read() -> None:
    slots = Slots(3)
    slots.take(0, "a long prompt, read before")
    second = slots.take(0, "something else")
    assert second is not None
    slots.free(0)
    slots.free(second)
    assert visit(slots, 0, "something else, and more") == second


def test_beside_its_own_thought_a_conversation_gets_another_slot() -> None:
    slots = Slots(3)
    thinks = slots.take(1, "a")
    beside = slots.take(1, "b")
    assert thinks is not None
    assert beside not in (None, thinks)
    slots.free(thinks)
    assert slots.best(1, "a, and more") == thinks
    assert slots.owner(beside or 0) == 0


def test_chains_leave_a_slot_to_others_and_keep_prefixes_while_they_can() -> None:
    slots = Slots(4)
    mine = visit(slots, 1, "mine")
    taken = slots.take_many(0, "many", 9)
    assert len(taken) == 3
    assert mine not in taken
    assert slots.take_many(0, "many", 9) == []
    assert slots.take(1, "mine, and more") == mine


def test_chains_take_the_longest_unused_slots_where_all_are_owned() -> None:
    slots = Slots(4)
    latest = [visit(slots, n, f"{n}") for n in (1, 2, 3, 4)][-1]
    assert latest not in slots.take_many(0, "many", 9)
    assert slots.owner(latest) == 4


def test_chains_that_share_what_was_read_get_the_first_idle_slots() -> None:
    slots = Slots(5)
    slots.take(0, "a")
    first, *others = slots.take_many(1, "many", 3, shared=True)
    assert first == 4
    assert others == [1, 2]


def test_chains_of_a_conversation_read_in_its_slot() -> None:
    slots = Slots(4)
    mine = visit(slots, 1, "mine")
    assert slots.take_many(1, "mine, and more", 2)[0] == mine


@dataclass
class Step:
    """Somebody comes (with a prompt), or somebody goes."""

    conversation: int
    prompt: str
    go: bool


steps = st.lists(
    st.builds(Step, st.integers(0, 5), st.text("ab", max_size=4), st.booleans()), max_size=40
)


@given(st.integers(1, 5), steps)
def test_whoever_comes_gets_an_idle_slot_of_their_own(count: int, given_steps: list[Step]) -> None:
    slots, busy = Slots(count), list[int]()
    for step in given_steps:
        if step.go and busy:
            slots.free(busy.pop())
            continue
        owners = [slots.owner(s) for s in range(count)]
        free = [s for s in range(count) if s not in busy and not owners[s]]
        slot = slots.take(step.conversation, step.prompt)
        if len(busy) == count:
            assert slot is None
            continue
        assert slot is not None
        assert slot not in busy
        mine = step.conversation and owners[slot] == step.conversation
        assert mine or not free or slot in free
        busy.append(slot)


def test_who_finds_no_slot_waits_and_reading_ahead_does_not() -> None:
    async def run() -> list[str]:
        turns, told = Turns(1), list[str]()

        async def second() -> None:
            async with turns.one(2, "b"):
                told.append("second")

        async with anyio.create_task_group() as tasks, turns.one(1, "a"):
            tasks.start_soon(second)
            await anyio.sleep(0.01)
            with turns.unless_busy(3, "c") as slot:
                assert slot is None
            told.append("first")
        return told

    assert anyio.run(run) == ["first", "second"]


def test_who_stops_waiting_leaves_the_slot_to_the_next() -> None:
    async def run() -> bool:
        turns = Turns(1)
        async with turns.one(1, "a"):
            with anyio.move_on_after(0.01):
                async with turns.one(2, "b"):
                    pass
        with anyio.fail_after(1):
            async with turns.one(3, "c"):
                return True

    assert anyio.run(run)


@given(st.integers(1, 9000), st.integers(0, 128_000), st.integers(0, 9000), st.integers(1, 8))
def test_what_is_granted_fits_the_context(tokens: int, asked: int, read: int, chains: int) -> None:
    context = Context(tokens, shared=True)
    granted = context.grant(asked, read=read, answer=16, chains=chains)
    assert 0 <= granted <= asked
    assert granted == 0 or read + chains * (granted + HAND_OFF_TOKENS + 16) <= tokens


def test_what_is_promised_to_one_is_granted_to_nobody_else() -> None:
    context = Context(8192, shared=False)
    with context.promise(8000):
        assert context.grant(1000, read=100, answer=20) < 92
    assert context.grant(1000, read=100, answer=20) == 1000


def test_beside_the_longest_thought_another_is_possible() -> None:
    context = Context(8192, shared=True)
    first = context.grant(128_000, read=100, answer=256)
    with context.promise(100 + first + 256):
        assert context.grant(128_000, read=100, answer=256) > 1000


def test_a_guess_is_no_less_for_other_scripts() -> None:
    assert guess("今天天气很好") >= 4
