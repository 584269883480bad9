"""Opening a network: ONNX Runtime on few threads, and an error that says what to do."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from vivavoce.core import WeightsMissing

Run = Callable[[list[str] | None, dict[str, Any]], list[Any]]
"""(names of outputs, or None for all; inputs by name) → the outputs."""


def open_onnx(
    path: Path, what: str, remedy: str, threads: int = 1, inner: Sequence[str] = ()
) -> Run:
    """The network's run method. what: its name in an error ("the voice network"); remedy: what
    mends a broken file; inner: values inside the network that may be asked for like outputs.
    WeightsMissing if it can't be loaded."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        network = str(path) if not inner else path.read_bytes() + _outputs(inner)
        run: Run = ort.InferenceSession(network, options).run
    except Exception as broken:  # onnxruntime's own errors share no other base
        raise WeightsMissing(f"{what} {path} can't be loaded ({broken}); {remedy}") from broken
    return run


def _outputs(names: Sequence[str]) -> bytes:
    """More outputs as the end of a model's file: protobuf joins what is said of one field twice,
    here `ModelProto.graph.output.name` (ONNX's onnx.proto: fields 7, 12, 1)."""
    added = b""
    for name in names:
        added += _field(7, _field(12, _field(1, name.encode())))
    return added


def _field(number: int, value: bytes) -> bytes:
    """A field of a message: tag, length (below 128), value."""
    assert len(value) < 128, value
    return bytes([number << 3 | 2, len(value)]) + value
