"""One answer: written by the model, cut into clauses, made into sound; a draft until released."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from vivavoce.core import Pcm
from vivavoce.models import Delta, LanguageModel, Request, Usage
from vivavoce.session.config import Costs
from vivavoce.session.jobs import Job, Jobs
from vivavoce.voice import ClauseConfig, Cutter, Player, Speech, Voice

DRAFT_CLAUSES = 2
"""As much is written and made into sound before the floor is ours; the processor has other work."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply tells the conversation."""

    text: Callable[["Reply", str], None]
    call: Callable[["Reply", str, str], None]
    sound: Callable[["Reply"], None]
    over: Callable[["Reply"], None]
    failed: Callable[["Reply", Exception], None]


class Reply:
    """Starts working when made; nothing of it is told or played before release()."""

    def __init__(
        self,
        number: int,
        request: Request,
        model: LanguageModel,
        voice: Voice | None,
        jobs: Jobs,
        told: Told,
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
        self.usage: Usage | None = None
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
        self._voicing: Job | None = None
        self._closed = False
        self._request = request
        self._model = model
        self._wrote_tokens = 0
        self._writing: Job | None = None
        self._write()

    @property
    def written(self) -> bool:
        """The model has finished."""
        return self.usage is not None

    @property
    def over(self) -> bool:
        """Written, and all of its sound was pulled."""
        return self._closed or (
            self.written and not self._clauses and self._voicing is None and self.player.left == 0
        )

    def release(self) -> None:
        """The floor is ours: tell what was written so far, let the sound be pulled, go on."""
        self.released = True
        if self.text:
            self._told.text(self, self.text)
        for name, arguments in self.calls:
            self._told.call(self, name, arguments)
        if self.player.left:
            self._told.sound(self)
        self._say_next()
        self._check()

    def pull(self, n: int) -> Pcm:
        """The next n samples of its sound."""
        pcm = self.player.pull(n)
        self._check()
        return pcm

    def stop(self) -> None:
        """Cancel model and voice; nothing is told afterwards."""
        self._closed = True
        for job in (self._writing, self._voicing):
            if job is not None:
                job.cancel()

    def _write(self) -> None:
        """Let the model begin, or go on from what it wrote."""
        request, costs = self._request, self._costs
        if self.text:
            left = max(1, request.max_tokens - self._wrote_tokens)
            request = replace(request, begun=self.text, max_tokens=left)
        read = 1 if self.text else 4 + len(request.messages[-1].text) / 8
        self._writing = self._jobs.stream(
            self._model.stream(request),
            costs.first_token_s + costs.read_token_s * read,
            costs.token_s,
            self._wrote,
            self._broke,
        )

    def _wrote(self, item: Delta | Usage) -> None:
        if self._closed:
            return
        if isinstance(item, Usage):
            self._writing = None
            self.usage = replace(item, tokens_out=self._wrote_tokens + item.tokens_out)
            self._clauses.extend(self._cutter.flush())
        elif item.call is not None:
            self.calls.append(item.call)
            if self.released:
                self._told.call(self, *item.call)
        else:
            self.stages.setdefault("first_token", self._jobs.now())
            self.text += item.text
            self._wrote_tokens += 1
            self._clauses.extend(self._cutter.feed(item.text))
            if self.released:
                self._told.text(self, item.text)
            self._pause()
        self._say_next()
        self._check()

    def _pause(self) -> None:
        """Don't write while the clause that the user waits for is made into sound: on two cores
        they would both take twice as long."""
        waited_for = not self._made or (not self.released and self._made < DRAFT_CLAUSES)
        if self._voice and self._clauses and waited_for and not self._request.tools:
            assert self._writing is not None
            self._writing.cancel()
            self._writing = None

    def _say_next(self) -> None:
        if self._voice is None:
            self._clauses.clear()
        if self._voicing is not None or self._closed or self._voice is None:
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

    def _said(self, speech: Speech) -> None:
        if self._closed:
            return
        self._voicing = None
        self._made += 1
        self.player.add(speech)
        if len(speech.pcm):
            self.stages.setdefault("first_sound", self._jobs.now())
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
