"""Piper's VITS voices: the same text gives the same samples, with the time of every word."""

import json
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from vivavoce.core import OUT_RATE, Pcm, Refused, WeightsMissing, Word
from vivavoce.voice.align import share
from vivavoce.voice.speech import Speech
from vivavoce.voice.spoken import Span, spans

_STOPS = ".!?"
_MARKS = frozenset(".,;:!?")
_PAUSE_S = {".": 0.25, "!": 0.25, "?": 0.25, ";": 0.18, ":": 0.18, ",": 0.12, "—": 0.12, "–": 0.12}
"""Silence after the last sound of a clause, by the mark that ends it."""
_JOIN_S = 0.02
"""Silence after a clause that was cut without a mark: the next one joins."""
_LEAD_S = 0.008
"""Silence kept before the first sound."""
_LONGEST = 300
"""Characters synthesised in one run; a longer text is taken in pieces at the ends of words."""
_LOUDNESS = 0.08
"""The root mean square (full scale = 1) that the voice's gain is set to, once, at loading."""
_QUIET = 0.006
"""Below this (−44 dBFS, after the gain) a sample counts as silence."""
_DOUBLED = re.compile(r"([.,;:!?])[\s.,;:!?]*(?=[.,;:!?])[.,;:!?]")
_ESPEAK = threading.Lock()
"""The phonemizer is one for the whole process and keeps state between two calls."""
_TRIAL = "The quick brown fox jumps over the lazy dog, and then it rests."


@dataclass(frozen=True, slots=True)
class _Sound:
    pcm: Pcm
    """(n,) at OUT_RATE, silence cut at both ends."""
    times: list[tuple[float, float]]
    """(start, end) in seconds of each spoken word."""


class Piper:
    """A Voice. Safe to call from several threads."""

    def __init__(self, model: Path, *, threads: int = 1, speed: float = 1.0) -> None:
        """model: the .onnx file, with its .onnx.json beside it. threads: of one synthesis.
        speed: 1.25 speaks a quarter faster.

        Raises WeightsMissing where the files are missing or damaged, Refused where they are no
        Piper voice, the speed is out of 0.5…2 or piper-tts is not installed.
        """
        if not 0.5 <= speed <= 2.0:
            raise Refused(f"speed must lie in 0.5…2.0, got {speed!r}")
        if threads < 1:
            raise Refused(f"threads must be >= 1, got {threads!r}")
        self._voice = _load(Path(model), threads)
        self._speed = speed
        self._alone = lru_cache(maxsize=4096)(self._phonemes)
        self._gain = 1.0
        trial, _ = self._run(_TRIAL)  # warms the session up, too
        self._gain = float(_LOUDNESS / np.sqrt(np.mean(trial**2)))

    def say(self, text: str) -> Speech:
        """text: one clause, or several; any length."""
        shown = spans(text)
        pieces = _pieces(shown)
        sounds: list[Pcm] = []
        words: list[Word] = []
        at = 0.0
        for last, piece in enumerate(pieces, 1 - len(pieces)):
            spoken = [[w for w in s.says.split() if any(c.isalnum() for c in w)] for s in piece]
            if any(spoken):
                mark = _mark(text if last == 0 else piece[-1].says or piece[-1].shown)
                sound = self._sound(" ".join(s.says for s in piece if s.says), spoken, mark)
                pause = _PAUSE_S.get(mark, _JOIN_S) / self._speed
                sounds += [sound.pcm, np.zeros(round(pause * OUT_RATE), np.float32)]
            else:
                sound = _Sound(np.zeros(0, np.float32), [])
            words += _words(piece, spoken, sound.times, at)
            at = sum(map(len, sounds)) / OUT_RATE
        pcm = np.concatenate(sounds) if sounds else np.zeros(0, np.float32)
        return Speech(pcm, tuple(words))

    def _sound(self, says: str, spoken: list[list[str]], mark: str) -> _Sound:
        says = says.replace(" ,", ",").rstrip(" .,;:!?")
        # Without a mark the voice would fall as at a sentence's end: a comma keeps it up.
        says += mark if mark in _MARKS and mark else ","
        audio, groups = self._run(says)
        wide = share([g[0] for g in groups], [w for s in spoken for w in s], self._alone)
        edges = [(g[1], g[2]) for g in groups]
        lead, tail = _bounds(audio)
        limit = (tail - lead) / OUT_RATE
        times = []
        for a, b in wide:
            start = min(max(_at(edges, a) - lead / OUT_RATE, 0.0), limit)
            times.append((start, min(max(_at(edges, b, end=True) - lead / OUT_RATE, start), limit)))
        return _Sound(audio[lead:tail], times)

    def _run(self, says: str) -> tuple[Pcm, list[tuple[str, float, float]]]:
        """Samples at OUT_RATE, and for each group of phonemes (them, start, end in seconds)."""
        config = self._voice.config
        phonemes = [p for p in self._phonemes(says) if p in config.phoneme_id_map]
        ids = self._voice.phonemes_to_ids(phonemes)
        scales = (config.noise_scale, config.length_scale / self._speed, config.noise_w_scale)
        feed = {
            "input": np.array([ids], np.int64),
            "input_lengths": np.array([len(ids)], np.int64),
            "scales": np.array(scales, np.float32),
        }
        if config.num_speakers > 1:
            feed["sid"] = np.array([config.default_speaker_id], np.int64)
        audio, widths = self._voice.session.run(None, feed)
        ends = np.cumsum(widths.reshape(-1)) * config.hop_length / config.sample_rate
        pcm = soxr.resample(audio.reshape(-1), config.sample_rate, OUT_RATE).astype(np.float32)
        return _limited(pcm * np.float32(self._gain)), _groups(
            phonemes, config.phoneme_id_map, ends
        )

    def _phonemes(self, text: str) -> str:
        text = _DOUBLED.sub(r"\1", text.replace("[[", ""))
        with _ESPEAK:
            # espeak-ng holds back a character of some texts (such as a second dot) and reads it
            # at the start of the next: this one takes it away.
            self._voice.phonemize("a")
            sentences = self._voice.phonemize(text)
        return " ".join("".join(s).strip() for s in sentences)


# ── text ────────────────────────────────────────────────────────────────────────────────────────


def _pieces(shown: tuple[Span, ...]) -> list[list[Span]]:
    """Sentences, or less where one is too long."""
    out: list[list[Span]] = []
    size = 0
    open_ = False
    for span in shown:
        if not open_ or size + len(span.says) > _LONGEST:
            out.append([])
            size = 0
        out[-1].append(span)
        size += len(span.says) + 1
        open_ = _mark(span.says or span.shown) not in tuple(_STOPS)
    return out


def _mark(text: str) -> str:
    """The mark that ends the text, "" for none."""
    bare = text.rstrip().rstrip("\"'“”‘’»)]}*_`").rstrip()
    return "." if bare.endswith("…") else bare[-1:] if bare[-1:] in _PAUSE_S else ""


def _words(
    piece: list[Span], spoken: list[list[str]], times: list[tuple[float, float]], at: float
) -> list[Word]:
    """The shown words; one that is not read aloud stands where the one before it ended."""
    out = []
    i = 0
    end = 0.0
    for span, said in zip(piece, spoken, strict=True):
        mine = times[i : i + len(said)]
        i += len(said)
        start, end = (mine[0][0], mine[-1][1]) if mine else (end, end)
        out.append(Word(span.shown, at + start, at + end))
    return out


# ── sound ───────────────────────────────────────────────────────────────────────────────────────


def _groups(
    phonemes: list[str], ids: dict[str, list[int]], ends: "np.ndarray[Any, Any]"
) -> list[tuple[str, float, float]]:
    pad = len(ids["_"])
    at = len(ids["^"]) + pad  # each phoneme is followed by a pad, the opening mark too
    out: list[tuple[str, float, float]] = []
    now, start, end = "", 0.0, 0.0
    for p in [*phonemes, " "]:
        size = len(ids[p]) + pad
        if p == " " or p in _MARKS:
            if now:
                out.append((now, start, end))
            now = ""
        else:
            start = start if now else float(ends[at - 1])
            end = float(ends[at + size - 1])
            now += p
        at += size
    return out


def _at(edges: list[tuple[float, float]], place: float, *, end: bool = False) -> float:
    """Seconds at a place counted in groups; a whole number is the end of one and the start of the
    next, which have a little silence between them."""
    if not edges:
        return 0.0
    index = min(int(place), len(edges) - 1)
    if end and place == int(place) and place > 0:
        return edges[min(int(place), len(edges)) - 1][1]
    start, stop = edges[index]
    return start + (stop - start) * min(place - index, 1.0)


def _bounds(audio: Pcm) -> tuple[int, int]:
    """From just before the first sound to just behind the last."""
    loud = np.flatnonzero(np.abs(audio) > _QUIET)
    if not len(loud):
        return 0, 0
    return max(0, int(loud[0]) - round(_LEAD_S * OUT_RATE)), int(loud[-1]) + 1


def _limited(audio: Pcm) -> Pcm:
    """Bends what exceeds 0.8 of full scale below 0.99, instead of clipping it."""
    size = np.abs(audio)
    bent = 0.8 + 0.19 * np.tanh((size - 0.8) / 0.19)
    return np.where(size > 0.8, np.sign(audio) * bent, audio).astype(np.float32)


# ── loading ─────────────────────────────────────────────────────────────────────────────────────


def _load(path: Path, threads: int) -> Any:
    try:
        import onnxruntime
        from piper import PiperVoice
        from piper.config import PhonemeType, PiperConfig
    except ImportError as e:
        raise Refused("speech needs piper-tts: pip install 'vivavoce[voice]'") from e
    described = path.with_name(path.name + ".json")
    for file in (path, described):
        if not file.is_file():
            raise WeightsMissing(f"no voice at {file}: run `vivavoce weights pull`")
    try:
        config = PiperConfig.from_dict(json.loads(described.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        raise WeightsMissing(
            f"{described} is damaged ({e!r}): delete it and run `vivavoce weights pull`"
        ) from e
    if config.phoneme_type != PhonemeType.ESPEAK:
        raise Refused(f"{path.name} reads {config.phoneme_type.value} phonemes; we need espeak's")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(
            _steady(path), options, providers=["CPUExecutionProvider"]
        )
    except Refused:
        raise
    except Exception as e:
        raise WeightsMissing(
            f"{path} is damaged ({type(e).__name__}): delete it and run `vivavoce weights pull`"
        ) from e
    return PiperVoice(session=session, config=config)


_FRAMES = 1024
"""Length of the frozen noise, about 12 s; longer speech goes round in it."""


def _steady(path: Path) -> bytes:
    """The model with its random draws frozen, so that a replay gives the same samples, and with
    the width of every phoneme as a second output.

    Each draw N(0, 1) of shape (1, C, T) becomes the first T columns of one constant (1, C, 1024),
    repeated: the noise that makes the voice natural stays, the chance goes.
    """
    import onnx

    model = onnx.load(str(path))
    nodes = []
    widths = [n.output[0] for n in model.graph.node if n.op_type == "Ceil"]
    channels = _channels(model)
    for node in model.graph.node:
        if node.op_type != "RandomNormalLike":
            nodes.append(node)
            continue
        # The duration predictor flows over two channels, the prior over the hidden ones.
        constants, drawn = _frozen(node, 2 if "/dp/" in node.name else channels)
        model.graph.initializer.extend(constants)
        nodes += drawn
    if len(widths) != 1:
        raise Refused(f"{path.name} is no Piper voice: it has {len(widths)} phoneme width outputs")
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    model.graph.output.append(onnx.helper.make_empty_tensor_value_info(widths[0]))
    return bytes(model.SerializeToString())


def _channels(model: Any) -> int:
    """Hidden channels: half of what the text encoder's last projection writes (mean, log s.d.)."""
    for tensor in model.graph.initializer:
        if tensor.name == "enc_p.proj.weight":
            return int(tensor.dims[0]) // 2
    return 192


def _frozen(node: Any, channels: int) -> tuple[list[Any], list[Any]]:
    from onnx import helper, numpy_helper

    rng = np.random.Generator(np.random.PCG64(channels))
    bank = rng.standard_normal((1, channels, _FRAMES)).astype(np.float32)
    name = f"/frozen{node.name}/"
    numbers = {"none": 0, "one": 1, "time": 2, "frames": _FRAMES}
    constants = [numpy_helper.from_array(bank, name + "bank")] + [
        numpy_helper.from_array(np.array(v, np.int64), name + k) for k, v in numbers.items()
    ]

    def step(op: str, inputs: str, output: str, **options: Any) -> Any:
        return helper.make_node(op, [name + i for i in inputs.split()], [output], **options)

    return constants, [
        helper.make_node("Shape", [node.input[0]], [name + "shape"]),
        step("Gather", "shape time", name + "length", axis=0),
        step("Range", "none length one", name + "count"),
        step("Mod", "count frames", name + "index"),
        step("Gather", "bank index", node.output[0], axis=2),
    ]
