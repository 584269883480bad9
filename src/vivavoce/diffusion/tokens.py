"""Text to tokens and back, as the GGUF file says."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers

from vivavoce.core import Refused
from vivavoce.diffusion.network.gguf import File

_QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 cuts text before its byte pairs (its tokenizer.json)."""
_CONTROL = 3
"""The type of a token that is never written as text."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tokenizer and the ids that mean something."""

    tokenizer: Tokenizer
    ends: frozenset[int]
    """Any of them ends a text."""

    def ids(self, text: str, *, marks: bool = True) -> list[int]:
        """marks: <|im_start|> and the like are one token each; otherwise they are plain text.
        Refused: bytes that are no text, as halves of a surrogate pair."""
        try:
            text.encode()
        except UnicodeEncodeError as half:
            raise Refused(f"the text is no UTF-8 at character {half.start}; convert it") from half
        if not marks:
            return [i for piece in _apart(text) for i in self.tokenizer.encode(piece).ids]
        return list(self.tokenizer.encode(text).ids)

    def text(self, ids: Sequence[int]) -> str:
        """Without control tokens; bytes that are no whole character yet become U+FFFD."""
        return str(self.tokenizer.decode(list(ids)))

    def id(self, mark: str) -> int | None:
        """Of one mark, as <|fim_prefix|>."""
        found: int | None = self.tokenizer.token_to_id(mark)
        return found


def _apart(text: str) -> list[str]:
    """Pieces that make up the text, none of which holds a whole mark."""
    first, *rest = text.split("<|")
    return [first, *(piece for part in rest for piece in ("<", "|" + part))]


def tokens_of(file: File) -> Tokens:
    """Takes some seconds for 150,000 tokens."""
    listed: list[str] = file.say("tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ", 1)) for merge in file.say("tokenizer.ggml.merges")]
    kinds: list[int] = file.say("tokenizer.ggml.token_type")
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(listed)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN2), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    control = [t for t, kind in zip(listed, kinds, strict=True) if kind == _CONTROL]
    tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in control])
    ends = {file.say("tokenizer.ggml.eos_token_id")}
    ends |= {
        i
        for mark in ("<|endoftext|>", "<|im_end|>")
        if (i := tokenizer.token_to_id(mark)) is not None
    }
    return Tokens(tokenizer, frozenset(ends))
