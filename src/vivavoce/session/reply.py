"""One answer: written by the model, cut into clauses, made into sound; a draft until released."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from vivavoce.core import Call, Pcm, Speaker
from vivavoce.mind import Act, Answers, Ask, Outcome, Told, Vote
from vivavoce.models import Text, Thinking
from vivavoce.session.config import Costs
from vivavoce.session.jobs import Job, Jobs
from vivavoce.voice import ClauseConfig, Cutter, Player, Speech, Voice

BRIDGES = ("Let me think about that.", "One moment, I'm still thinking.", "I'm still on it.")
"""Said where there would be dead air; the last is said again and again."""
DRAFT_CLAUSES = 2
"""As much is written and made into sound before the floor is ours; the processor has other work."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """What a reply tells the conversation."""

    text: Callable[["Reply", str], None]
    thought: Callable[["Reply", str], None]
    vote: Callable[["Reply", Vote], None]
    acted: Callable[["Reply", Act], None]
    made: Callable[["Reply", Outcome], None]
    call: Callable[["Reply", str, str], None]
    sound: Callable[["Reply"], None]
    over: Callable[["Reply"], None]
    failed: Callable[["Reply", Exception], None]


class Reply:
    """Starts working when made; nothing of it is told or played before release()."""

    def __init__(
        self,
        number: int,
        ask: Ask,
        mind: Answers,
        voice: Voice | None,
        jobs: Jobs,
        told: ReplyTo,
        *,
        key: tuple[str, ...] = (),
        clauses: ClauseConfig,
        costs: Costs,
    ) -> None:
        self.number = number
        self.key = key
        """The user's words that it answers, for comparing."""
        self.player = Player()
        self.text = ""
        self.calls: list[tuple[str, str]] = []
        self.acts: list[Act] = []
        self.thoughts = ""
        self.outcome: Outcome | None = None
        """Once it is written."""
        self.released = False
        self.stages: dict[str, float] = {}
        self.status = "completed"
        self._voice = voice
        self._jobs = jobs
        self._told = told
        self._costs = costs
        self._cutter = Cutter(clauses)
        self._clauses: deque[str] = deque()
        self._made = 0
        self._bridges = 0
        self._bridging: Job | None = None
        self._silent = 0
        """Frames since it was released in which there was nothing to say."""
        self._voicing: Job | None = None
        self._closed = False
        self._ask = replace(ask, settled=self._settled)
        self._asked = ask
        self._mind = mind
        self._vote: Vote | None = None
        self._pieces = 0
        """Of text; about as many tokens."""
        self._before = 0
        """Of them, before the writing was paused last."""
        self._writing: Job | None = None
        self._finishing: Job | None = None
        """What the mind still does when all is written."""
        self._write()

    @property
    def written(self) -> bool:
        """The model has finished."""
        return self.outcome is not None

    @property
    def over(self) -> bool:
        """Written, and all of its sound was pulled."""
        idle = self._voicing is None and self._bridging is None
        return self._closed or (
            self.written and not self._clauses and idle and self.player.left == 0
        )

    def release(self) -> None:
        """The floor is ours: tell what was written so far, let the sound be pulled, go on."""
        self.released = True
        if self.thoughts:
            self._told.thought(self, self.thoughts)
        if self._vote is not None:
            self._told.vote(self, self._vote)
        for act in self.acts:
            self._told.acted(self, act)
        if self.text:
            self._told.text(self, self.text)
        for name, arguments in self.calls:
            self._told.call(self, name, arguments)
        if self.outcome is not None:
            self._told.made(self, self.outcome)
        if self.player.left:
            self._told.sound(self)
        self._say_next()
        self._check()

    def pull(self, n: int) -> Pcm:
        """The next n samples of its sound."""
        pcm = self.player.pull(n)
        self._check()
        return pcm

    def wait(self, after_frames: int, again_frames: int) -> None:
        """A frame went by. Nothing to say for so long: say that we are thinking."""
        clauses_made = self._made - self._bridges
        busy = clauses_made or self._clauses or self._voicing or self._bridging or self.player.left
        if not after_frames or busy or not self.released or self._closed or self.written:
            self._silent = 0
            return
        self._silent += 1
        due = after_frames if not self._bridges else again_frames
        if not self._bridges and "first_thought" in self.stages:
            due = 1
        if self._voice is not None and due and self._silent >= due:
            self._bridge(self._voice)

    def _bridge(self, voice: Voice) -> None:
        phrase = BRIDGES[min(self._bridges, len(BRIDGES) - 1)]

        def said(speech: Speech) -> None:
            self._bridging = None
            self._bridges += 1
            self._said(speech, "bridge")

        self._bridging = self._jobs.call(
            lambda: voice.say(phrase),
            self._costs.say_s + self._costs.say_per_char_s * len(phrase),
            said,
            self._broke,
        )

    def stop(self) -> None:
        """Cancel model and voice; nothing is told afterwards."""
        self._closed = True
        for job in (self._writing, self._finishing, self._voicing, self._bridging):
            if job is not None:
                job.cancel()

    def _settled(self) -> Speaker | None:
        """Who asked; None as long as nobody may act on it: a draft, or nobody knows yet."""
        if not self.released or (self._closed and not self.written):
            return None
        return self._asked.settled() if self._asked.settled else self._asked.speaker

    def _write(self) -> None:
        """Let the model begin, or go on from what it wrote."""
        request, costs = self._ask.request, self._costs
        if self.text:
            self._before = self._pieces
            left = max(1, request.max_tokens - self._before)
            request = replace(request, begun=self.text, max_tokens=left)
        read = 1 if self.text else 4 + len(request.messages[-1].text) / 8
        self._writing = self._jobs.stream(
            self._mind.stream(replace(self._ask, request=request)),
            costs.first_token_s + costs.read_token_s * read,
            costs.token_s,
            self._wrote,
            self._broke,
        )

    def _wrote(self, item: Told) -> None:
        if self._closed:
            return
        if isinstance(item, Text):
            self.stages.setdefault("first_token", self._jobs.now())
            self.text += item.text
            self._pieces += 1
            self._clauses.extend(self._cutter.feed(item.text))
            if self.released:
                self._told.text(self, item.text)
            self._pause()
        elif isinstance(item, Call):
            self.calls.append((item.name, item.arguments))
            if self.released:
                self._told.call(self, item.name, item.arguments)
        elif isinstance(item, Act):
            self.acts.append(item)
            if self.released:
                self._told.acted(self, item)
        elif isinstance(item, Outcome):
            self._written(item)
        else:
            self._mused(item)
        self._say_next()
        self._check()

    def _written(self, outcome: Outcome) -> None:
        self._finishing, self._writing = self._writing, None
        usage = replace(outcome.usage, tokens_out=self._before + outcome.usage.tokens_out)
        self.outcome = replace(outcome, usage=usage)
        self._clauses.extend(self._cutter.flush())
        if self.released:
            self._told.made(self, self.outcome)

    def _mused(self, item: Told) -> None:
        """Thinking, or a vote on it: shown, never spoken."""
        self.stages.setdefault("first_thought", self._jobs.now())
        if isinstance(item, Vote):
            self._vote = item
            if self.released:
                self._told.vote(self, item)
        elif isinstance(item, Thinking):
            self.thoughts += item.text
            if self.released:
                self._told.thought(self, item.text)

    def _pause(self) -> None:
        """Don't write while the clause that the user waits for is made into sound: on two cores
        they would both take twice as long. What was thought would be lost, so then go on."""
        first = self._made == self._bridges
        waited_for = first or (not self.released and self._made < DRAFT_CLAUSES)
        plain = not self._ask.request.tools and "first_thought" not in self.stages
        resumes = plain and self._mind.resumes(self._ask.request.conversation)
        if self._voice and self._clauses and waited_for and resumes:
            assert self._writing is not None
            self._writing.cancel()
            self._writing = None

    def _say_next(self) -> None:
        if self._voice is None:
            self._clauses.clear()
        busy = self._voicing is not None or self._bridging is not None
        if busy or self._closed or self._voice is None:
            return
        may_go_on = self.released or self._made < DRAFT_CLAUSES
        if may_go_on and self._clauses:
            clause, voice = self._clauses.popleft(), self._voice
            self.stages.setdefault("first_clause", self._jobs.now())
            self._voicing = self._jobs.call(
                lambda: voice.say(clause),
                self._costs.say_s + self._costs.say_per_char_s * len(clause),
                self._said,
                self._broke,
            )
        elif may_go_on and self._writing is None and not self.written:
            self._write()

    def _said(self, speech: Speech, stage: str = "first_sound") -> None:
        if self._closed:
            return
        self._voicing = None
        self._made += 1
        self.player.add(speech)
        if len(speech.pcm):
            self.stages.setdefault(stage, self._jobs.now())
            if self.released:
                self._told.sound(self)
        self._say_next()
        self._check()

    def _check(self) -> None:
        if self.released and not self._closed and self.over:
            self._closed = True
            self._told.over(self)

    def _broke(self, error: Exception) -> None:
        if not self._closed:
            self.stop()
            self.status = "failed"
            self._told.failed(self, error)
