"""What a network of the Qwen2 architecture is made of."""

from dataclasses import dataclass

from vivavoce.core import ConfigError

SPARE = 256
"""Ids at the end of Qwen's vocabulary that no text uses: masks are taken from them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes, all in elements."""

    layers: int
    width: int
    heads: int
    kv_heads: int
    inner: int
    """Of the feed-forward part."""
    vocab: int
    context: int
    """Positions that it was trained for."""
    rope_base: float = 1e6
    eps: float = 1e-6
    """Of the root-mean-square norms."""
    spare: int = SPARE
    """Ids at the vocabulary's end that no text uses."""

    def __post_init__(self) -> None:
        if self.width % self.heads or self.heads % self.kv_heads:
            raise ConfigError(
                f"{self.width} wide, {self.heads} heads and {self.kv_heads} of keys don't divide; "
                "take the sizes from the model's own file"
            )

    @property
    def head(self) -> int:
        """Elements of one head."""
        return self.width // self.heads

    @property
    def mask(self) -> int:
        """The id of the first mask; mask + j is the one at offset j of a block."""
        return self.vocab - self.spare

    @property
    def qkv(self) -> int:
        """Elements of queries, keys and values side by side."""
        return self.width + 2 * self.kv_heads * self.head
