"""The words of one turn while it grows: when to transcribe what, and which words will stay.

Pure: no model, no clock. Stability is LocalAgreement-2 (Macháček et al., 2023, "Turning Whisper
into Real-Time Transcription System"): a word is stable once two transcripts in a row agree on it.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from vivavoce.core import FRAME_S, IN_FRAME, Pcm, Word
from vivavoce.words.recogniser import Transcript

LOUDEST_FADES = 0.97
"""How much of a turn's loudest level is remembered a frame later: half of it after two seconds."""


@dataclass(frozen=True, slots=True)
class HearingConfig:
    """How often and how much to transcribe. Frames are 80 ms."""

    every_frames: int = 3
    """Frames of new speech after which the next partial is due (240 ms)."""
    before_frames: int = 6
    """Frames kept from before the first speech, so that no first sound is lost."""
    slack_frames: int = 1
    """Words count as settled when they reach to within this of the newest speech: the detector
    lets go of speech about a frame late."""
    fading: float = 0.12
    """A frame this much quieter than the turn's loudest (-18 dB) is probably the end of the speech,
    some 100 ms before the detector lets go of it: its words are worth knowing at once."""
    after_frames: int = 3
    """Frames of silence after the speech that are given to the recogniser."""
    again_frames: tuple[int, ...] = (4, 8)
    """Where no words were found and somebody speaks on: so many frames after the speech, all that
    sounded since is transcribed too. Among others the user's voice is lost before the sentence is
    over, and of half a sentence the recogniser makes nothing."""
    rest_frames: int = 30
    """Frames of silence after which the turn's sound so far is let go, its words kept (2.4 s)."""
    window_s: float = 12.0
    """Beyond this, stable words are set aside and their sound is let go. No more than twice as much
    is transcribed at once: what is further behind is caught up with piece by piece."""
    keep_s: float = 4.0
    """How much of the newest sound always stays in the window."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of the turn to transcribe."""

    pcm: Pcm
    start_frame: int
    """The frame of its first sample."""
    speech_frame: int
    """The newest frame of speech in it."""


class Hearing:
    """One turn's sound and words."""

    def __init__(self, cfg: HearingConfig | None = None) -> None:
        self.cfg = cfg or HearingConfig()
        self._lead: deque[Pcm] = deque(maxlen=self.cfg.before_frames)
        self._frame = -1
        self._most = round(2 * self.cfg.window_s / FRAME_S)
        """Frames that are transcribed at once."""
        self._clear()

    def _clear(self) -> None:
        self._sound: list[Pcm] = []
        self._spoken: list[bool] = []
        self._start = 0
        self._speech = -1
        self._read_speech = -1
        self._done: tuple[Word, ...] = ()
        self._last: tuple[Word, ...] = ()
        self._agreed = 0
        self._known_speech = -1
        self._loudest = 0.0
        self._fades = False
        self._goes_on = False
        self._again = 0
        """How often no words were looked for again."""

    def reset(self, *, may_begin: bool = False) -> None:
        """The turn is over: forget it, but for the silence after its last speech. may_begin: no
        turn came of it; its newest sound may still be the beginning of one, and stays as well."""
        kept = self.cfg.before_frames
        if not may_begin:
            kept = min(kept, self._frame - self._speech)
        self._lead.extend(self._sound[max(0, len(self._sound) - kept) :])
        self._clear()

    def push(self, index: int, pcm: Pcm, speaks: bool, *, anybody: bool = False) -> None:
        """The next frame of the microphone, and whether the user speaks in it, or anybody."""
        self._frame = index
        self._goes_on = speaks or (self._goes_on and anybody)
        if speaks:
            self._again = 0
            if not self._sound:
                self._sound = list(self._lead)
                self._start = index - len(self._sound)
                self._spoken = [False] * len(self._sound)
                self._read_speech = index - 1 - self.cfg.slack_frames
                self._lead.clear()
            self._speech = index
        if self._sound or speaks:
            self._sound.append(pcm)
            self._spoken.append(speaks)
            self._listen_for_the_end(pcm)
            self._rest()
        else:
            self._lead.append(pcm)

    def _listen_for_the_end(self, pcm: Pcm) -> None:
        level = float(np.sqrt(np.mean(np.square(pcm))))
        self._loudest = max(self._loudest * LOUDEST_FADES, level)
        self._fades = level < self.cfg.fading * self._loudest

    def _rest(self) -> None:
        """A long silence (whose end only a client may know) must not fill the memory."""
        if self.settled and self._frame - self._speech > self.cfg.rest_frames:
            self._done, self._last, self._agreed = self.words, (), 0
            self._lead.extend(self._sound[-self.cfg.before_frames :])
            self._sound, self._spoken = [], []

    @property
    def settled(self) -> bool:
        """The known words reach to the end of the newest speech."""
        return self._reached and not self._looks_again

    @property
    def _reached(self) -> bool:
        known = self._known_speech
        return known >= 0 and self._speech - known <= self.cfg.slack_frames

    @property
    def _looks_again(self) -> bool:
        """No words were found in what may be half a sentence."""
        wordless = not self._last and not self._done
        return wordless and self._goes_on and self._again < len(self.cfg.again_frames)

    @property
    def heard_speech(self) -> bool:
        """There is speech in this turn."""
        return self._speech >= 0

    @property
    def speech_end(self) -> float:
        """Seconds on the conversation's clock at which the newest speech ended."""
        return (self._speech + 1) * FRAME_S

    def sound(self, seconds: float) -> Pcm:
        """The newest seconds of the turn (n,)."""
        frames = self._sound[-int(seconds / FRAME_S) :]
        return np.concatenate(frames) if frames else np.zeros(0, np.float32)

    def due(self) -> Window | None:
        """What should be transcribed now, if anything. Asking marks it as read."""
        if self._speech < 0:
            return None
        new = self._speech - self._read_speech
        if self._looks_again and self._frame - self._speech >= self.cfg.again_frames[self._again]:
            self._again += 1
            return self._window(after_frames=self._frame - self._speech)
        if self._fades or self._frame > self._speech:
            if new <= self.cfg.slack_frames:
                return None
        elif new < self.cfg.every_frames:
            return None
        return self._window()

    def final(self) -> Window | None:
        """All that was not transcribed yet, whether or not silence follows it: the turn is over
        because somebody says so."""
        return None if self.final_ready or self._speech < 0 else self._window()

    @property
    def final_ready(self) -> bool:
        """The words reach to the end of the speech, or there is none."""
        return self._speech < 0 or self._reached

    def _window(self, after_frames: int = 0) -> Window:
        after_frames = max(after_frames, self.cfg.after_frames)
        whole = min(self._frame, self._speech + after_frames) + 1 - self._start
        end = min(whole, self._most)
        self._read_speech = min(self._speech, self._start + end - 1)
        return Window(np.concatenate(self._sound[:end]), self._start, self._read_speech)

    def take(self, window: Window, transcript: Transcript) -> bool:
        """The transcript of a window; False if it is too old to use."""
        stale = window.start_frame != self._start or window.speech_frame > self._speech
        if stale or not self._sound:
            return False
        words = tuple(self._placed(w) for w in transcript.words)
        self._last, self._agreed = words, agreed(self._last, words)
        self._known_speech = window.speech_frame
        self._trim(len(window.pcm) // IN_FRAME)
        return True

    def _placed(self, word: Word) -> Word:
        """On the conversation's clock, without the silence before it, which Whisper counts in."""
        first = int(word.start / FRAME_S)
        last = min(int(word.end / FRAME_S), len(self._spoken))
        onset = next((i for i in range(first, last) if self._spoken[i]), first)
        start = max(word.start, onset * FRAME_S) if onset > first else word.start
        return replace(word, start=start).shifted(self._start * FRAME_S)

    def _trim(self, frames: int) -> None:
        """frames: so many were transcribed."""
        if frames * FRAME_S <= self.cfg.window_s:
            return
        newest = (self._start + frames) * FRAME_S - self.cfg.keep_s
        full = frames >= self._most  # it never agrees, or more waits: bound it all the same
        count = sum(w.end <= newest for w in (self._last if full else self._last[: self._agreed]))
        if count < 1 and not full:
            return
        gone = self._last[:count]
        following = self._last[count : count + 1]
        cut_s = (gone[-1].end + following[0].start) / 2 if gone and following else newest
        cut = max(1, min(int(cut_s / FRAME_S) - self._start, len(self._sound) - 1))
        self._done += gone
        self._last = self._last[count:]
        self._agreed = max(0, self._agreed - count)
        self._sound, self._spoken = self._sound[cut:], self._spoken[cut:]
        self._start += cut

    @property
    def words(self) -> tuple[Word, ...]:
        """All words so far, on the conversation's clock."""
        return self._done + self._last

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join(w.text for w in self.words)

    @property
    def stable(self) -> str:
        """The words that are not expected to change."""
        return " ".join(w.text for w in self._done + self._last[: self._agreed])

    @property
    def tentative(self) -> str:
        """The words after the stable ones."""
        return " ".join(w.text for w in self._last[self._agreed :])


def agreed(before: Sequence[Word], now: Sequence[Word]) -> int:
    """How many words two transcripts in a row begin with in common."""
    pairs = zip(before, now, strict=False)
    same = takewhile(lambda pair: _bare(pair[0].text) == _bare(pair[1].text), pairs)
    return sum(1 for _ in same)


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())
