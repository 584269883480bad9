"""Weights as the network wants them, kept on disk: a GGUF file is unpacked once."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from vivavoce.diffusion.network import gguf
from vivavoce.diffusion.network.loud import loudest
from vivavoce.diffusion.network.matrix import Kept
from vivavoce.diffusion.network.qwen import Network, filled, state_of
from vivavoce.diffusion.network.shape import Shape
from vivavoce.diffusion.tokens import Tokens, tokens_of
from vivavoce.diffusion.whole import whole
from vivavoce.files import cache_root

Say = Callable[[str], None]
SAMPLE = Path(__file__).with_name("data") / "sample.txt"
"""A text of ours that shows how large each input of a matrix becomes."""
MOST = 640
"""Tokens of it."""
_FORMAT = 2
"""Of what is kept on disk."""


def load(path: Path, kept: Kept, say: Say = lambda _: None) -> tuple[Network, Tokens]:
    """The network and its tokenizer; the first time takes most of a minute, later ones a second or
    two. Refused: not a GGUF file of Qwen2, or damaged."""
    size = path.stat().st_size
    home = cache_root() / "diffusion" / f"{path.stem}-{size}-{int(path.stat().st_mtime)}-{_FORMAT}"
    told, state = home / "told.json", home / f"{kept}.safetensors"
    try:
        known = json.loads(told.read_text())
        shape, ends = Shape(**known["shape"]), frozenset(known["ends"])
        tokenizer = Tokenizer.from_str(known["tokenizer"])
        return filled(shape, kept, load_file(state)), Tokens(tokenizer, ends)
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        say(f"unpacking {path.name}, once")
    file = gguf.open_gguf(path)
    shape, tokens = gguf.shape_of(file), tokens_of(file)
    weights, loud = gguf.weights_of(file, shape), None
    if kept == "int8":
        plain = filled(shape, "float32", state_of(weights, shape, "float32"))
        loud = loudest(plain, tokens.ids(SAMPLE.read_text())[:MOST])
    network = filled(shape, kept, state_of(weights, shape, kept, loud))
    try:
        home.mkdir(parents=True, exist_ok=True)
        whole(state, lambda to: save_file(network.state_dict(), to))
        known = {
            "shape": asdict(shape),
            "ends": sorted(tokens.ends),
            "tokenizer": tokens.tokenizer.to_str(),
        }
        whole(told, lambda to: to.write_text(json.dumps(known)))
    except OSError as full:
        say(f"it could not be kept in {home} ({full.strerror}); the next start takes as long")
    return network, tokens
