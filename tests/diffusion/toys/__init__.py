"""A writer at toy size: random weights, bytes as tokens. Import it behind importorskip("torch")."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from vivavoce.core import Refused
from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig
from vivavoce.diffusion.network.qwen import Network, filled, state_of
from vivavoce.diffusion.network.shape import Shape
from vivavoce.diffusion.text import Writer
from vivavoce.diffusion.tokens import Tokens

MARKS = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
)
MERGES = (("t", "h"), ("th", "e"), ("i", "n"), ("o", "u"), ("Ã", "©"))
SPARE = 20
CONTEXT = 512
_SPOKEN = "abcdefghijklmnopqrstuvwxyz \n.,=()é"


def tokens() -> Tokens:
    """Every byte is a token, a few pairs are one, and Qwen's marks."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    names = [*alphabet, *("".join(pair) for pair in MERGES)]
    tokenizer = Tokenizer(models.BPE({name: i for i, name in enumerate(names)}, list(MERGES)))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(m, special=True, normalized=False) for m in MARKS])
    ends = (tokenizer.token_to_id(mark) for mark in ("<|endoftext|>", "<|im_end|>"))
    return Tokens(tokenizer, frozenset(ends))


def shape(known: Tokens) -> Shape:
    vocab = known.tokenizer.get_vocab_size() + SPARE
    return Shape(2, 32, 4, 2, 48, vocab=vocab, context=CONTEXT, spare=SPARE)


def network(known: Tokens, kept: str = "float32", seed: int = 5) -> Network:
    """Writes letters, marks now and then; with an adapter that does something."""
    s = shape(known)
    told = {i for mark in MARKS if (i := known.id(mark)) is not None}
    told |= {i for letter in _SPOKEN for i in known.ids(letter)}
    told |= {known.ids("".join(pair))[0] for pair in MERGES[:-1]}
    return drawn(s, kept, seed, silent=set(range(s.vocab)) - told)


def drawn(s: Shape, kept: str, seed: int = 5, silent: Iterable[int] = ()) -> Network:
    """A network of random weights that never says what is silent, with an adapter that does
    something."""
    draw = torch.Generator().manual_seed(seed)

    def some(*size: int, by: float = 0.4) -> torch.Tensor:
        return torch.randn(size, generator=draw) * by

    weights = {
        "embed": some(s.vocab, s.width, by=1),
        "head": some(s.vocab, s.width),
        "norm": 1 + some(s.width),
    }
    weights["head"][list(silent)] = 0
    for i in range(s.layers):
        weights |= {
            f"{i}.before": 1 + some(s.width),
            f"{i}.after": 1 + some(s.width),
            f"{i}.qkv": some(s.qkv, s.width),
            f"{i}.bias": some(s.qkv),
            f"{i}.out": some(s.width, s.width),
            f"{i}.up": some(2 * s.inner, s.width),
            f"{i}.down": some(s.width, s.inner),
        }
    made = filled(s, kept, state_of(weights, s, kept))
    made.adapter = Adapter(s, AdapterConfig(rank=4, block=16), weights["embed"].mean(0))
    with torch.no_grad():
        for parameter in made.adapter.parameters():
            parameter.copy_(some(*parameter.shape, by=0.3))
    return made


def writer(*, ends: tuple[int, ...] | None = None, seed: int = 5) -> Writer:
    """ends: ids that end a text, instead of the marks."""
    known = tokens()
    if ends is not None:
        known = replace(known, ends=frozenset(ends))
    return Writer(network(known, seed=seed), known)


@dataclass
class Toy:
    """Loads a toy where an engine loads a network."""

    writer: Writer | None = None
    lacks: str = ""
    loaded: int = 0

    def missing(self) -> str:
        return self.lacks

    def load(self, say: object) -> Writer:
        if self.lacks:
            raise Refused(self.lacks)
        self.loaded += 1
        return self.writer or writer()
