"""The reference: the product's Whisper over a whole file, with faster-whisper's own settings."""

from vivavoce import weights
from vivavoce.core import Pcm


class Whisper:
    """Whole audio to text; not the streaming path that is measured against it."""

    def __init__(self) -> None:
        from faster_whisper import WhisperModel

        folder = str(weights.path("whisper-base"))
        self._model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=2)

    def __call__(self, pcm: Pcm) -> str:
        """pcm (n,) at 16 kHz."""
        if not pcm.size:
            return ""
        segments, _ = self._model.transcribe(pcm, language="en", beam_size=1, temperature=0)
        return " ".join(s.text.strip() for s in segments)
