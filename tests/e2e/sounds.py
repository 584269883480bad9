"""What is said to the server, and what is to be heard in its answers."""

import base64
import re
from collections.abc import Iterable
from typing import Any

import jiwer
import numpy as np
from whisper_normalizer.english import EnglishTextNormalizer

from tests import weights_here
from tests.clips import DATA
from vivavoce.audio.files import read
from vivavoce.audio.pcm import from_int16
from vivavoce.audio.resample import Resampler
from vivavoce.core import IN_RATE, OUT_RATE, Pcm
from vivavoce.session.reply import BRIDGES

LISTENED_S = 25
_normal = EnglishTextNormalizer()


def said(folder: str, name: str) -> Pcm:
    """A clip of tests/data, (n,) at 24 kHz."""
    return read(DATA / folder / f"{name}.flac", OUT_RATE)


def typed(text: str) -> Pcm:
    """What no clip says, by our own voice, (n,) at 24 kHz."""
    return np.asarray(weights_here.piper().say(text).pcm)


def quiet(seconds: float) -> Pcm:
    """(n,) zeros at 24 kHz."""
    return np.zeros(round(seconds * OUT_RATE), np.float32)


def sound(deltas: Iterable[dict[str, Any]]) -> Pcm:
    """The sound of response.output_audio.delta events, (n,) at 24 kHz."""
    return from_int16(b"".join(base64.b64decode(event["delta"]) for event in deltas))


def understood(pcm: Pcm) -> str:
    """What somebody who hears the first 25 s of pcm (n,) at 24 kHz understands."""
    down = Resampler(OUT_RATE, IN_RATE)
    heard = np.concatenate([down.push(pcm[: LISTENED_S * OUT_RATE]), down.flush()])
    return str(weights_here.whisper().transcribe(heard).text)


def bridged(heard: str) -> str:
    """What is heard after the words with which a slow machine fills the silence."""
    for bridge in BRIDGES:
        heard = heard.removeprefix(bridge).strip()
    return heard


def words(text: str) -> list[str]:
    """Words without their spelling: numbers as digits, no punctuation."""
    return re.findall(r"[\w']+", _normal(text))


def differs(text: str, heard: str) -> float:
    """Word error rate of heard against text."""
    return float(jiwer.wer(" ".join(words(text)), " ".join(words(heard))))
