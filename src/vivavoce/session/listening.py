"""The listening half of a conversation: who speaks, what is said, how finished it sounds."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vivavoce.audio.resample import Framer, Resampler
from vivavoce.core import IN_FRAME, IN_RATE, OUT_RATE, Pcm, Word
from vivavoce.ears import Sensed
from vivavoce.floor import DUE, FloorFeatures, Predicted, PredictorState
from vivavoce.people import Vector
from vivavoce.session.config import Costs
from vivavoce.session.jobs import Job, Jobs
from vivavoce.session.parts import Follows, Parts
from vivavoce.words import Hearing, HearingConfig, Transcript, Window, agreed

SCORED_S = 8.0
"""Seconds of the turn that the end-of-turn score hears."""
SPEECH = 0.5
"""That anybody speaks is at least so probable while somebody does."""
REFERENCE_FRAMES = 25
"""Frames of our own voice that wait for their echo at most (2 s)."""


@dataclass(frozen=True, slots=True)
class HeardFrom:
    """What the listening half tells the conversation."""

    words: Callable[[bool], None]
    """A transcription is over; whether it changed the turn's words."""
    deaf: Callable[[Exception], None]
    """A transcription failed."""
    scored: Callable[[], None]
    """The pause has a new score."""
    failed: Callable[[Exception], None]


class Listening:
    """Ears, hearing and end-of-turn score of one conversation, and the jobs that they need."""

    def __init__(
        self, parts: Parts, jobs: Jobs, cfg: HearingConfig, costs: Costs, told: HeardFrom
    ) -> None:
        self.hearing = Hearing(cfg)
        self.transcribing = False
        self._sound_end: float | None = None
        self._sound_age = 0
        self._floor = PredictorState()
        self._parts, self._jobs, self._costs, self._told = parts, jobs, costs, told
        self._ears = parts.ears()
        self._least = 0.0
        self._doubted: tuple[Word, ...] = ()
        """The last transcript, sure or not."""
        self._scoring: Job | None = None
        self._turn = 0
        self._to_ears = Resampler(OUT_RATE, IN_RATE)
        self._framer = Framer(IN_FRAME)
        self._reference: deque[Pcm] = deque(maxlen=REFERENCE_FRAMES)

    def hear(
        self, index: int, pcm: Pcm, speaks: Callable[[Sensed], bool], least_confidence: float
    ) -> Sensed:
        """The next frame, (1280,) at 16 kHz. `speaks` says whether the owner does; of transcripts
        less certain than least_confidence only the words count that the one before has too."""
        reference = self._reference.popleft() if self._reference else np.zeros(IN_FRAME, np.float32)
        sensed = self._ears.hear(pcm, reference)
        self._least = least_confidence
        self.hearing.push(index, sensed.pcm, speaks(sensed), anybody=sensed.speech > SPEECH)
        return sensed

    def hand_over(self) -> None:
        """Whoever speaks next owns the talk, unless somebody is enrolled."""
        if isinstance(self._ears, Follows):
            self._ears.hand_over()

    def know(self, known: Sequence[tuple[str, Vector]]) -> None:
        """(name, presence vector) of everybody who is enrolled from now on."""
        if isinstance(self._ears, Follows):
            self._ears.know(known)

    def played(self, out: Pcm) -> None:
        """What the loudspeaker was given, (1920,) at 24 kHz: its echo is still to come."""
        self._reference.extend(self._framer.push(self._to_ears.push(out)))

    def predict(self, sensed: Sensed, *, in_turn: bool) -> Predicted | None:
        """How near the turn is to its end, by the learned floor; None without one."""
        self._sound_age += 1
        if self._parts.predictor is None:
            return None
        features = FloorFeatures(
            sensed.pcm,
            sensed.owner,
            in_turn=in_turn,
            sound_end=self._sound_end,
            sound_end_age=self._sound_age,
            text=self.hearing.text,
            settled=self.hearing.settled,
        )
        return self._parts.predictor.hear(features, self._floor)

    @property
    def turn_end(self) -> float:
        """That the present turn is over, by its sound alone; 0 while nothing scored this pause."""
        return self._sound_end or 0.0

    def forget(self, *, may_begin: bool = False) -> None:
        """The turn is over: its sound and words are let go; may_begin: but for its newest sound,
        which may be the beginning of another."""
        self.hearing.reset(may_begin=may_begin)
        self._doubted = ()
        self.quiet()

    def quiet(self) -> None:
        """There is no pause to score (any more); a score that is on its way is for nothing."""
        self._sound_end = None
        self._turn += 1

    # -- words -------------------------------------------------------------------------------

    def transcribe(self, *, final: bool = False) -> None:
        """Have transcribed what is due; final: all that is left, whatever is due."""
        if self.transcribing:
            return
        window = self.hearing.final() if final else self.hearing.due()
        if window is None:
            return
        self.transcribing = True
        self._jobs.call(
            lambda: self._parts.recogniser.transcribe(window.pcm),
            self._costs.transcribe_s + self._costs.transcribe_per_s * len(window.pcm) / IN_RATE,
            lambda transcript: self._on_transcript(window, transcript),
            self._on_deaf,
        )

    def _on_transcript(self, window: Window, transcript: Transcript) -> None:
        self.transcribing = False
        before, self._doubted = self._doubted, transcript.words
        if transcript.confidence < self._least:
            sure = transcript.words[: agreed(before, transcript.words)]
            transcript = replace(transcript, words=sure)
        self._told.words(self.hearing.take(window, transcript))

    def _on_deaf(self, error: Exception) -> None:
        self.transcribing = False
        self._told.deaf(error)

    # -- the end of the turn -----------------------------------------------------------------

    def score(self, quiet: int) -> None:
        """Ask, again and again while the user has been silent for `quiet` frames, whether the turn
        sounds over: in the rhythm in which the learned floor has learned to hear the answer."""
        if self._scoring is not None or quiet not in DUE:
            return
        sound, asked, age = self.hearing.sound(SCORED_S), self._turn, self._sound_age

        def scored(probability: float) -> None:
            self._scoring = None
            if self._turn == asked:
                self._sound_end = probability
                self._sound_age -= age
            self._told.scored()

        def failed(error: Exception) -> None:
            self._scoring = None
            self._told.failed(error)

        self._scoring = self._jobs.call(
            lambda: self._parts.turn_end(sound), self._costs.turn_end_s, scored, failed
        )
