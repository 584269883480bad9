"""Opening a network: ONNX Runtime on few threads, and an error that says what to do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from vivavoce.core import WeightsMissing

Run = Callable[[list[str] | None, dict[str, Any]], list[Any]]
"""(names of outputs, or None for all; inputs by name) → the outputs."""


def open_onnx(path: Path, what: str, remedy: str, threads: int = 1) -> Run:
    """The network's run method. what: its name in an error ("the voice network"); remedy: what
    mends a broken file. WeightsMissing if it can't be loaded."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        run: Run = ort.InferenceSession(str(path), options).run
    except Exception as broken:  # onnxruntime's own errors share no other base
        raise WeightsMissing(f"{what} {path} can't be loaded ({broken}); {remedy}") from broken
    return run
