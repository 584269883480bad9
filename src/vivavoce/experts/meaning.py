"""What a sentence means, as a vector: the mean of its tokens' vectors (WordLlama, Miller 2024)."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vivavoce.core import WeightsMissing

Vectors = NDArray[np.float32]
"""(n, d), each of length 1."""
_TENSOR = "embedding.weight"


class Meaning:
    """Some 0.1 ms a sentence."""

    def __init__(self, folder: Path) -> None:
        """WeightsMissing: the folder lacks the table or its tokenizer."""
        try:
            raw = (folder / "l2_supercat_256.safetensors").read_bytes()
            self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises nothing narrower
            raise WeightsMissing(f"{folder}: {error}; run: vivavoce weights verify") from error
        start = 8 + int.from_bytes(raw[:8], "little")
        about = json.loads(raw[8:start])[_TENSOR]
        self._table = np.frombuffer(raw, np.float16, offset=start).reshape(about["shape"])

    def of(self, texts: Sequence[str]) -> Vectors:
        """(n, d); a text without a known token has no direction (zeros)."""
        made = np.zeros((len(texts), self._table.shape[1]), np.float32)
        for i, text in enumerate(texts):
            ids = self._tokens.encode(text.lower(), add_special_tokens=False).ids
            if ids:
                mean = self._table[ids].astype(np.float32).mean(0)
                made[i] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return made
