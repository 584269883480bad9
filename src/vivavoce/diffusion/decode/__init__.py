"""Three ways from a prompt to text, with one set of weights: ar, lossless, diffusion."""

from collections.abc import Sequence

from vivavoce.diffusion.decode import ar, blocks, lossless
from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import MODES, Dial, Mode
from vivavoce.diffusion.decode.step import Ended, Step, Steps
from vivavoce.diffusion.network.qwen import Network

_WAYS = {"ar": ar.write, "lossless": lossless.write, "diffusion": blocks.write}


def write(
    network: Network,
    prompts: Sequence[Sequence[int]],
    most: int,
    dial: Dial,
    ended: Ended,
    seeds: Sequence[int] | None = None,
) -> Steps:
    """Prompts as tokens; one list of Steps a forward, until every row has ended or has `most`
    tokens. seeds: one a row, in place of the dial's. Close the iterator to stop. Run it under
    torch.inference_mode().

    Refused: an empty prompt, or one that does not fit."""
    choose = Chooser(dial, seeds or [dial.seed] * len(prompts))
    return _WAYS[dial.mode](network, prompts, most, dial, ended, choose)


__all__ = ["MODES", "Dial", "Ended", "Mode", "Step", "Steps", "write"]
