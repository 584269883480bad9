"""Whisper on CTranslate2 (through faster-whisper), with windows as short as the speech is.

Whisper was trained on 30 s windows; its encoder's time grows with the window. CTranslate2 takes
shorter mel inputs as they are, so three seconds of speech cost a tenth of a whole window.
"""

import math
from pathlib import Path

import numpy as np

from vivavoce.core import IN_RATE, BadAudio, Pcm, WeightsMissing, Word
from vivavoce.words.recogniser import Transcript

PAD_S = 0.6
"""Silence after the speech, without which Whisper drops the last word."""
GRAIN_S = 1.0
"""Windows are whole multiples of this."""
LEAST_S = 5.0
"""In shorter windows Whisper says a short word over and over ("Stop Stop Stop"), and makes up
words for an "uh-huh"."""
LEAST_DOUBLED = 4
"""Words: "no, no" and "thank you, thank you" are said by people."""
LONGEST_S = 30.0
SHORTEST_S = 0.02
"""One frame of the encoder; one such word may be real inside a sentence, several are not."""
TOKENS_A_SECOND = 8
"""Nobody speaks faster; a longer output is a loop."""
LEAST_CONFIDENCE = 0.28
"""Below this it is not speech (a cough, a door) or not to be understood."""
LEAST_RMS = 3e-4
"""Below this (-70 dB) there is nothing to hear."""


class Whisper:
    """Speech to text; thread-safe."""

    def __init__(self, folder: Path, language: str = "en", threads: int = 1) -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        try:
            self._whisper = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=2
            )
        except (RuntimeError, ValueError, OSError) as broken:
            raise WeightsMissing(
                f"the speech recogniser in {folder} can't be loaded ({broken}); "
                "run: vivavoce weights verify"
            ) from broken
        self._mel = self._whisper.feature_extractor
        self._tokens = Tokenizer(
            self._whisper.hf_tokenizer,
            self._whisper.model.is_multilingual,
            task="transcribe",
            language=language,
        )
        silent = tuple(i for i in self._tokens.non_speech_tokens if isinstance(i, int))
        self._suppress = sorted({-1, *silent})
        self.transcribe(np.random.default_rng(0).normal(0, 0.01, IN_RATE).astype(np.float32))

    def transcribe(self, pcm: Pcm) -> Transcript:
        """The words of pcm (n,) at 16 kHz, at most 29 s, greedily decoded."""
        import ctranslate2

        if pcm.ndim != 1 or len(pcm) > (LONGEST_S - PAD_S) * IN_RATE:
            raise BadAudio(f"can transcribe (n,) samples up to 29 s at a time, got {pcm.shape}")
        if not len(pcm) or float(np.sqrt(np.mean(np.square(pcm)))) < LEAST_RMS:
            return Transcript(())
        spoken_s = len(pcm) / IN_RATE
        window_s = max(LEAST_S, math.ceil((spoken_s + PAD_S) / GRAIN_S) * GRAIN_S)
        padded = np.zeros(int(window_s * IN_RATE), np.float32)
        padded[: len(pcm)] = pcm
        mel = self._mel(padded, padding=0)[:, : int(window_s * 100)]
        model = self._whisper.model
        heard = model.encode(ctranslate2.StorageView.from_array(np.ascontiguousarray(mel[None])))
        start = list(self._tokens.sot_sequence)
        best = model.generate(
            heard,
            [[*start, self._tokens.no_timestamps]],
            beam_size=1,
            max_length=len(start) + 5 + int(spoken_s * TOKENS_A_SECOND),
            suppress_tokens=self._suppress,
            return_scores=True,
        )[0]
        ids = [i for i in best.sequences_ids[0] if i < self._tokens.eot]
        confidence = math.exp(best.scores[0]) if best.scores else 1.0
        if not ids or confidence < LEAST_CONFIDENCE:
            return Transcript((), confidence)
        frames = int((spoken_s + 0.1) * 100)  # of mel, without the padding
        aligned = model.align(heard, start, [ids], [frames])[0]
        return Transcript(self._timed(ids, aligned.alignments, spoken_s), confidence)

    def _timed(
        self, ids: list[int], path: list[tuple[int, int]], spoken_s: float
    ) -> tuple[Word, ...]:
        """Words with times from the cross-attention path: (token, encoder frame of 20 ms) pairs."""
        first: dict[int, int] = {}
        for token, at in path:
            first.setdefault(token, at)
        begins = [first.get(i, 0) * 0.02 for i in range(len(ids) + 1)]
        begins[-1] = first.get(len(ids), max(first.values(), default=0)) * 0.02
        texts, groups = self._tokens.split_to_word_tokens([*ids, self._tokens.eot])
        words: list[Word] = []
        token = 0
        for text, group in zip(texts, groups, strict=True):
            end = token + len(group)
            shown = text.strip()
            if begins[token] > spoken_s - 0.02 and words:
                break  # after the end of the sound: Whisper repeats itself when cut mid-word
            if shown and group[0] < self._tokens.eot:
                start_s = min(begins[token], spoken_s)
                end_s = min(max(begins[min(end, len(ids))], start_s), spoken_s)
                if words and not any(c.isalnum() for c in shown):
                    last = words[-1]
                    words[-1] = Word(last.text + shown, last.start, last.end)
                else:
                    words.append(Word(shown, start_s, end_s))
            token = end
        return tuple(_once(_that_sound(words)))


def _once(words: list[Word]) -> list[Word]:
    """A whole sentence said twice over is Whisper's doing: in short windows it begins again."""
    half, odd = divmod(len(words), 2)
    if odd or half < LEAST_DOUBLED:
        return words
    first, second = ([_bare(w.text) for w in part] for part in (words[:half], words[half:]))
    return words[:half] if first == second else words


def _bare(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _that_sound(words: list[Word]) -> list[Word]:
    """Without the words at the end that take no time: Whisper said it all once more."""
    count = len(words)
    while count and words[count - 1].end - words[count - 1].start < SHORTEST_S:
        count -= 1
    again = len(words) - count > 1 or (count < len(words) and words[count - 1].text[-1] in ".?!")
    return words[:count] if count and again else words
