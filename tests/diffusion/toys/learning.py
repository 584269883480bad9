"""What a toy is taught: a language in which the next letter always follows."""

from tests.diffusion import toys
from vivavoce.diffusion.training.recipe import Recipe
from vivavoce.diffusion.training.texts import Text
from vivavoce.diffusion.training.train import Base

RECIPE = Recipe(
    kept="float32",
    rank=8,
    blocks=(4,),
    length=48,
    noisy=64,
    rows=2,
    steps=120,
    rate=3e-2,
    ema=0.9,
    own=1,
    every=40,
)
KNOWN = toys.tokens()
LETTERS = [KNOWN.ids(letter)[0] for letter in "abcdefghijklmnopqrstuvwxyz .,"]


def counting(start: int, size: int = 24) -> Text:
    """From one letter on."""
    ids = tuple(LETTERS[(start + i) % len(LETTERS)] for i in range(size))
    return Text(f"p{start}", "toy", 4, ids)


TEXTS = [counting(start) for start in range(len(LETTERS))]


def base(kept: str = "float32") -> Base:
    network = toys.network(KNOWN, kept)
    network.adapter = None
    return Base(network, "0" * 64, LETTERS[0])
