"""What comes from outside may be anything, and any part may break: the conversation goes on."""

import asyncio
import base64
import resource
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import psutil
import pytest
import soundfile
from openai import AsyncOpenAI
from websockets.exceptions import ConnectionClosed

from tests import fakes
from tests.e2e.inbox import Inbox
from vivavoce.audio.pcm import to_int16
from vivavoce.audio.resample import Resampler
from vivavoce.core import (
    FRAME_S,
    IN_FRAME,
    IN_RATE,
    OUT_FRAME,
    OUT_RATE,
    BadAudio,
    Decided,
    Event,
    Failed,
    Heard,
    Pcm,
    Refused,
    ReplyDone,
)
from vivavoce.models import Piece, Request
from vivavoce.session import Parts, Session, engine
from vivavoce.timeline import read
from vivavoce.voice import Speech
from vivavoce.web import create_app, serving
from vivavoce.words import Transcript

pytestmark = pytest.mark.anyio
ANSWER = "Here is an answer to what you said."
TURN = np.concatenate([fakes.speech("How are you?"), fakes.silence(2.0)])


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Live:
    """A conversation on live jobs, fed by hand."""

    def __init__(self, session: Session, events: list[Event]) -> None:
        self.session, self.events = session, events

    async def say(self, pcm: Pcm = TURN) -> None:
        """Say pcm (n,) at 16 kHz; faster than real time, but slowly enough for the threads."""
        for at in range(0, len(pcm) - IN_FRAME + 1, IN_FRAME):
            self.session.hear(pcm[at : at + IN_FRAME])
            self.session.play()
            await asyncio.sleep(0.003)

    async def silence_until(self, true: Callable[[], bool]) -> None:
        """Go on in silence until something has come true."""
        with anyio.fail_after(10):
            while not true():
                await self.say(fakes.silence(FRAME_S))

    def all(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def statuses(self) -> list[str]:
        return [done.status for done in self.all(ReplyDone)]


@asynccontextmanager
async def live(parts: Parts | None = None, record: Path | None = None) -> AsyncIterator[Live]:
    events: list[Event] = []
    parts = parts or fakes.parts(fakes.FakeModel(ANSWER))
    async with engine(parts, record=record) as house:
        session = house.open(events.append)
        yield Live(session, events)
        await session.close()


@asynccontextmanager
async def listening(connection: Any) -> AsyncIterator[Inbox]:
    """Reads a connection until it ends, however it does."""
    inbox = Inbox()

    async def run() -> None:
        with suppress(ConnectionClosed):
            await inbox.read(connection)

    reading = asyncio.create_task(run())
    yield inbox
    reading.cancel()


@asynccontextmanager
async def served(parts: Parts, record: Path | None = None) -> AsyncIterator[tuple[Any, Inbox]]:
    """The same over the wire: the official client on a real socket."""
    async with (
        engine(parts, record=record) as house,
        serving(create_app(house.open)) as address,
        AsyncOpenAI(
            api_key="x",
            base_url=address + "v1",
            websocket_base_url=address.replace("http", "ws") + "v1",
        ) as client,
        client.realtime.connect(model="vivavoce") as connection,
        listening(connection) as inbox,
    ):
        yield connection, inbox


def packet(pcm: Pcm = TURN) -> str:
    """Samples (n,) at 16 kHz as an append wants them."""
    up = Resampler(IN_RATE, OUT_RATE)
    return base64.b64encode(to_int16(np.concatenate([up.push(pcm), up.flush()]))).decode()


async def say(connection: Any, pcm: Pcm = TURN) -> None:
    """Send pcm (n,) at 16 kHz, no faster than threads can follow."""
    data = base64.b64decode(packet(pcm))
    size = 2 * OUT_FRAME
    for at in range(0, len(data), size):
        part = base64.b64encode(data[at : at + size]).decode()
        await connection.input_audio_buffer.append(audio=part)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def silence(connection: Any) -> AsyncIterator[None]:
    """The microphone goes on: the server's clock is the sound that it gets."""

    async def send() -> None:
        while True:
            await connection.input_audio_buffer.append(audio=packet(fakes.silence(FRAME_S)))
            await asyncio.sleep(FRAME_S / 2)

    sending = asyncio.create_task(send())
    try:
        yield
    finally:
        sending.cancel()


class Breaks:
    """A part that fails the first time that it is used, and works from then on."""

    def __init__(self, works: Callable[..., Any]) -> None:
        self.works = works
        self.broken = False

    def __call__(self, *given: Any) -> Any:
        if not self.broken:
            self.broken = True
            raise RuntimeError("the part broke")
        return self.works(*given)


class BreaksMidAnswer(fakes.FakeModel):
    """Writes two words of its first answer, then fails."""

    async def stream(self, request: Request) -> AsyncIterator[Piece]:
        first = not request.read_only and not self.asked
        count = 0
        async for item in super().stream(request):
            if first and count == 2:
                raise RuntimeError("the model broke")
            count += 1
            yield item


# -- samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0,), (IN_FRAME - 1,), (IN_FRAME + 1,), (IN_FRAME, 1), ()])
async def test_a_frame_of_another_shape_is_refused_and_changes_nothing(
    shape: tuple[int, ...],
) -> None:
    async with live() as talk:
        with pytest.raises(BadAudio, match="1280"):
            talk.session.hear(np.zeros(shape, np.float32))
        await talk.say()
        await talk.silence_until(lambda: talk.statuses == ["completed"])
    assert talk.all(Heard)[0].text == "How are you?"


@pytest.mark.parametrize("sample", [np.nan, np.inf, -np.inf, 1e30, 20.0])
@pytest.mark.real
async def test_samples_that_are_no_numbers_do_not_poison_the_ears(sample: float) -> None:
    """Into the real ears: a network with memory that has seen NaN says NaN for ever."""
    from tests import weights_here
    from tests.clips import clip
    from vivavoce.ears import Ears, EchoCanceller

    heard: list[float] = []

    class Listens(Ears):
        def hear(self, mic: Pcm, played: Pcm) -> Any:
            sensed = super().hear(mic, played)
            heard.append(sensed.owner)
            assert np.isfinite(sensed.pcm).all()
            return sensed

    def ears() -> Ears:
        return Listens(weights_here.silero(), EchoCanceller())

    question = clip("questions", "q01").pcm
    async with live(fakes.parts(fakes.FakeModel(ANSWER), ears=ears)) as talk:
        bad = np.zeros(IN_FRAME, np.float32)
        bad[100:200] = sample
        talk.session.hear(bad)
        talk.session.hear(np.full(IN_FRAME, sample, np.float32))
        before = len(heard)
        await talk.say(np.concatenate([question, fakes.silence(1)]))
    assert np.isfinite(heard).all()
    assert max(heard[before:]) > 0.9
    assert heard[-1] < 0.2


@pytest.mark.real
async def test_a_clipped_question_is_understood() -> None:
    from tests import weights_here
    from tests.clips import clip
    from vivavoce.session.replay import replay

    house = weights_here.parts()
    listens = Parts(house.ears, house.recogniser, house.turn_end, None, None)
    loud = np.clip(clip("questions", "q01").pcm * 20, -1, 1).astype(np.float32)
    done = await replay(np.concatenate([fakes.silence(0.5), loud, fakes.silence(2)]), listens)
    ((side, text),) = done.turns
    assert side == "user"
    assert "capital of Australia" in text


async def test_sound_in_any_packets_and_garbage_between_them() -> None:
    async with served(fakes.parts(fakes.FakeModel(ANSWER))) as (connection, inbox):
        await connection.send({"type": "input_audio_buffer.append", "audio": "!no base64!"})
        await connection.send({"type": "input_audio_buffer.append"})
        data = base64.b64decode(packet())
        for at in range(0, len(data), 3333):  # odd: half samples at the seams
            part = base64.b64encode(data[at : at + 3333]).decode()
            await connection.input_audio_buffer.append(audio=part)
            await asyncio.sleep(0.02)
        async with silence(connection):
            done = await inbox.wait("response.done")
    assert done["response"]["status"] == "completed"
    assert len(inbox.all("error")) == 2


@pytest.mark.real
async def test_twenty_minutes_of_silence_bring_nothing_and_keep_nothing() -> None:
    """Through the real ears, as fast as they hear."""
    from tests import weights_here
    from vivavoce.ears import Ears, EchoCanceller
    from vivavoce.session import ModelledJobs

    parts = fakes.parts(
        fakes.FakeModel(ANSWER), ears=lambda: Ears(weights_here.silero(), EchoCanceller())
    )
    events: list[Event] = []

    def listen(event: Event) -> None:
        if not isinstance(event, Decided):
            events.append(event)

    jobs = ModelledJobs()
    session = Session(parts, jobs, listen)
    noise = np.random.default_rng(5)
    process, frames = psutil.Process(), round(20 * 60 / FRAME_S)
    settled = began = 0.0
    for index in range(frames):
        await jobs.advance(index * FRAME_S)
        if index == frames // 10:
            settled, began = process.memory_info().rss, time.monotonic()
        session.hear(5e-4 * noise.standard_normal(IN_FRAME).astype(np.float32))
        session.play()
    took = (time.monotonic() - began) / 0.9
    grown = process.memory_info().rss - settled
    await session.close()
    print(f"20 min in {took:.1f} s, {grown / 1e6:.1f} MB more")
    assert not events
    assert grown < 8e6
    assert took < 40


# -- parts that break ----------------------------------------------------------------------------


def broken_voice() -> Parts:
    class Voice(fakes.FakeVoice):
        say = Breaks(fakes.FakeVoice().say)

    return fakes.parts(fakes.FakeModel(ANSWER), voice=Voice())


def deaf_once() -> Parts:
    class Recogniser(fakes.FakeRecogniser):
        transcribe = Breaks(fakes.FakeRecogniser().transcribe)

    return fakes.parts(fakes.FakeModel(ANSWER), recogniser=Recogniser())


@pytest.mark.parametrize(
    "parts", [broken_voice, lambda: fakes.parts(BreaksMidAnswer(ANSWER))], ids=["voice", "model"]
)
async def test_an_answer_breaks_and_the_next_one_does_not(parts: Callable[[], Parts]) -> None:
    async with live(parts()) as talk:
        await talk.say()
        await talk.silence_until(lambda: bool(talk.statuses))
        await talk.say()
        await talk.silence_until(lambda: len(talk.statuses) == 2)
    (failed,) = talk.all(Failed)
    assert failed.code == "internal"
    assert "broke inside" in failed.message
    assert talk.statuses[0] in ("failed", "completed")  # a draft breaks unheard, and is made anew
    assert talk.statuses[1] == "completed"
    assert talk.all(ReplyDone)[-1].heard == ANSWER
    assert [h.text for h in talk.all(Heard)] == ["How are you?", "How are you?"]


async def test_an_answer_that_breaks_is_told_over_the_wire_and_the_next_one_comes() -> None:
    async with served(fakes.parts(BreaksMidAnswer(ANSWER))) as (connection, inbox):
        by_hand = {"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        await connection.session.update(session=by_hand)
        for turn in (1, 2):
            await say(connection)
            await connection.input_audio_buffer.commit()
            await connection.response.create()
            await inbox.wait("response.done", times=turn)
    broken, good = (e["response"] for e in inbox.all("response.done"))
    assert broken["status"] == "failed"
    assert broken["status_details"]["error"]["code"] == "internal"
    assert good["status"] == "completed"
    (error,) = inbox.all("error")
    assert error["error"]["type"] == "server_error"


async def test_a_recogniser_that_breaks_once_is_asked_again() -> None:
    async with live(deaf_once()) as talk:
        await talk.say()
        await talk.silence_until(lambda: talk.statuses == ["completed"])
    assert len(talk.all(Failed)) == 1
    assert talk.all(Heard)[0].text == "How are you?"


async def test_a_recogniser_that_always_breaks_leaves_typing_and_listening() -> None:
    class Deaf(fakes.FakeRecogniser):
        def transcribe(self, pcm: Pcm) -> Transcript:
            raise Refused("this sound can't be read")

    async with served(fakes.parts(fakes.FakeModel(ANSWER), recogniser=Deaf())) as (c, inbox):
        for _ in range(3):
            await say(c)
        await inbox.wait("error")
        await c.response.create()
        done = await inbox.wait("response.done")
    assert done["response"]["status"] == "completed"
    assert {e["error"]["code"] for e in inbox.all("error")} == {"refused"}


async def test_a_recogniser_that_hangs_does_not_take_the_conversation_with_it() -> None:
    go_on = threading.Event()

    class Hangs(fakes.FakeRecogniser):
        def transcribe(self, pcm: Pcm) -> Transcript:
            go_on.wait(20)
            return super().transcribe(pcm)

    try:
        async with served(fakes.parts(fakes.FakeModel(ANSWER), recogniser=Hangs())) as (c, inbox):
            for _ in range(4):
                await say(c)
            await c.response.create()
            first = await inbox.wait("response.done")
            await c.session.update(session={"type": "realtime", "instructions": "Be brief."})
            await inbox.wait("session.updated")
            go_on.set()
            await say(c)
            async with silence(c):
                await inbox.wait("response.done", times=2)
    finally:
        go_on.set()
    assert first["response"]["status"] == "completed"
    assert not inbox.all("error")


async def test_a_turn_end_model_that_breaks_leaves_the_plain_silence() -> None:
    def broken(pcm: Pcm) -> float:
        raise RuntimeError("no opinion")

    async with live(fakes.parts(fakes.FakeModel(ANSWER), turn_end=broken)) as talk:
        await talk.say()
        await talk.silence_until(lambda: talk.statuses == ["completed"])
    assert talk.all(Heard)[0].text == "How are you?"


async def test_a_voice_that_makes_no_sound_ends_the_answer_all_the_same() -> None:
    class Mute:
        def say(self, text: str) -> Speech:
            return Speech(np.zeros(0, np.float32), ())

    async with live(fakes.parts(fakes.FakeModel(ANSWER), voice=Mute())) as talk:
        await talk.say()
        await talk.silence_until(lambda: bool(talk.statuses))


async def test_a_model_that_says_nothing_ends_the_answer_all_the_same() -> None:
    async with live(fakes.parts(fakes.FakeModel(""))) as talk:
        await talk.say()
        await talk.silence_until(lambda: bool(talk.statuses))
        await talk.say()
        await talk.silence_until(lambda: len(talk.statuses) == 2)


# -- recordings ----------------------------------------------------------------------------------


async def test_a_client_that_vanishes_leaves_a_whole_recording(tmp_path: Path) -> None:
    parts = fakes.parts(fakes.FakeModel(" ".join(["word"] * 40)))
    async with served(parts, tmp_path) as (connection, inbox):
        await connection.session.update(session={"type": "realtime", "vivavoce": {"frames": True}})
        await say(connection)
        async with silence(connection):
            await inbox.wait("response.output_audio.delta", times=5)
        connection._connection.transport.abort()
        await connection._connection.wait_closed()
    seen = inbox.all("vivavoce.frame")[-1]["index"] + 1
    (kept,) = tmp_path.glob("*/conversation.wav")  # noqa: ASYNC240  the conversation is over
    sound, rate = soundfile.read(kept)
    lines = read(kept.with_name("timeline.jsonl"))
    frames = [line for line in lines if line["kind"] == "frame"]
    assert rate == OUT_RATE
    assert len(frames) >= seen
    assert len(sound) / rate == pytest.approx(len(frames) * FRAME_S, abs=2 * FRAME_S)
    assert np.abs(sound[:, 0]).max() > 0.05
    assert np.abs(sound[:, 1]).max() > 0.2
    assert [line["text"] for line in lines if line["kind"] == "heard"] == ["How are you?"]


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond 100 kB: a second of a recording."""
    was = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, was[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, was)


@pytest.mark.usefixtures("full_disk")
async def test_a_disk_that_fills_up_stops_the_recording_alone(tmp_path: Path) -> None:
    async with served(fakes.parts(fakes.FakeModel(ANSWER)), tmp_path) as (connection, inbox):
        for turn in (1, 2):
            await say(connection)
            async with silence(connection):
                await inbox.wait("response.done", times=turn, within_s=20)
    assert [d["response"]["status"] for d in inbox.all("response.done")] == ["completed"] * 2
    (error,) = inbox.all("error")
    assert "recording has stopped" in error["error"]["message"]
    assert "Make room" in error["error"]["message"]
    (kept,) = tmp_path.glob("*/conversation.wav")  # noqa: ASYNC240  the conversation is over
    assert soundfile.info(kept).duration > 0.5


async def test_a_disk_that_takes_nothing_stops_the_recording_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    parts = fakes.parts(fakes.FakeModel(ANSWER))
    async with served(parts, tmp_path / "file" / "recordings") as (connection, inbox):
        error = await inbox.wait("error")
        await say(connection)
        async with silence(connection):
            done = await inbox.wait("response.done", within_s=20)
    assert done["response"]["status"] == "completed"
    assert "recording has stopped" in error["error"]["message"]
    assert len(inbox.all("error")) == 1
