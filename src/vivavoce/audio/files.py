"""Audio files of any format, rate and number of channels."""

import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import soundfile

from vivavoce.audio.pcm import clean
from vivavoce.audio.resample import Resampler
from vivavoce.audio.wav import WavWriter
from vivavoce.core import BadAudio, Pcm

Say = Callable[[str], None]

_log = logging.getLogger(__name__)
_BLOCK = 65_536
_MISSING_S = 0.2
"""A file that ends this much before its own stated length was cut off; codecs pad by less."""


def read(path: Path, rate: int, say: Say = _log.warning) -> Pcm:
    """The whole file as (n,) mono at rate; BadAudio when there is no sound to be had.

    Decoded block by block: an hour at 16 kHz needs 230 MB, whatever the file's own rate. say is
    told in a sentence what had to be mended: a file that was cut off, samples that are no numbers.
    """
    _check_there(path)
    source = _open(path)
    resampler = Resampler(source.rate, rate)
    samples = bytearray()  # grows in place; a list of blocks would need the memory twice
    taken = strange = 0
    for block in source.blocks:
        sound, bad = clean(block)
        taken, strange = taken + len(sound), strange + bad
        samples += resampler.push(sound).tobytes()
    samples += resampler.flush().tobytes()
    if not taken:
        raise BadAudio(f"{path} holds no samples; record it again")
    if strange:
        say(f"{path}: {strange} samples are not numbers; they are taken as silence")
    if source.cut or taken / source.rate < source.stated_s - _MISSING_S:
        say(f"{path} was cut off; its first {taken / source.rate:.2f} s are used")
    return np.frombuffer(samples, np.float32)


def write_wav(path: Path, pcm: Pcm, rate: int) -> None:
    """(n,) mono or (n, 2) left and right, as 16-bit WAV; OSError when the disk refuses."""
    channels = 1 if pcm.ndim == 1 else pcm.shape[1]
    with closing(WavWriter(path, rate, channels)) as wav:
        wav.append(pcm)


@dataclass(slots=True)
class _Source:
    """An open file."""

    rate: int
    stated_s: float
    """How long it says that it is; 0 when it doesn't say."""
    blocks: Iterator[Pcm]
    """(n,) mono."""
    cut: bool = False
    """It is known to end early; may become true while blocks are read."""


def _check_there(path: Path) -> None:
    if not path.exists():
        raise BadAudio(f"{path} does not exist; check the name")
    if not path.is_file():
        raise BadAudio(f"{path} is not a file; name one audio file")
    if not path.stat().st_size:
        raise BadAudio(f"{path} is empty; record it again")


def _open(path: Path) -> _Source:
    """FFmpeg first, it knows most; libsndfile for the rest."""
    try:
        return _with_ffmpeg(path)
    except PermissionError as error:
        raise BadAudio(f"{path} may not be read; change its permissions") from error
    except (av.FFmpegError, IndexError):  # IndexError: a video without sound
        pass
    try:
        return _with_sndfile(path)
    except (soundfile.LibsndfileError, TypeError) as error:  # TypeError: it is named .raw
        raise BadAudio(
            f"{path} is not audio that can be read; convert it to WAV, FLAC, MP3 or Ogg"
        ) from error


def _with_ffmpeg(path: Path) -> _Source:
    container = av.open(str(path), metadata_errors="replace")  # tags of any age
    stream = container.streams.audio[0]
    stated_s = container.duration / av.time_base if container.duration else 0.0

    def blocks() -> Iterator[Pcm]:
        planar = av.AudioResampler(format="fltp")
        with container:
            try:
                for frame in container.decode(stream):
                    for part in planar.resample(frame):
                        yield part.to_ndarray().mean(axis=0)
            except av.FFmpegError:
                source.cut = True  # what came before is still good

    source = _Source(stream.rate, stated_s, blocks(), cut=_riff_is_cut(path))
    return source


def _with_sndfile(path: Path) -> _Source:
    file = soundfile.SoundFile(path)

    def blocks() -> Iterator[Pcm]:
        with file:
            for block in file.blocks(_BLOCK, dtype="float32", always_2d=True):
                yield block.mean(axis=1)

    return _Source(file.samplerate, file.frames / file.samplerate, blocks())


def _riff_is_cut(path: Path) -> bool:
    """A WAV file tells its size in its head; all ones mean that its writer never knew."""
    with path.open("rb") as file:
        head = file.read(8)
    size = int.from_bytes(head[4:], "little")
    return head[:4] == b"RIFF" and size < 2**32 - 64 and size + 8 > path.stat().st_size
