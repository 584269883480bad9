"""One token a forward: the twin that the other ways are held against."""

from collections.abc import Sequence

import torch

from vivavoce.diffusion.decode.choose import Chooser
from vivavoce.diffusion.decode.dial import Dial
from vivavoce.diffusion.decode.prefill import causal, read
from vivavoce.diffusion.decode.step import Ended, Step, Steps
from vivavoce.diffusion.network.qwen import Network


def write(
    network: Network,
    prompts: Sequence[Sequence[int]],
    most: int,
    _dial: Dial,
    ended: Ended,
    choose: Chooser,
) -> Steps:
    """Until every row has ended or has `most` tokens."""
    cache = read(network, prompts, most + 1)
    last = [prompt[-1] for prompt in prompts]
    left = [most] * len(prompts)
    alone = causal(1, network.device)
    while any(left):
        ids = torch.tensor(last, device=network.device)[:, None]
        hidden = network(ids, cache.positions(1), cache, cache.seen(alone))
        tokens = choose.tokens(network.logits(hidden[:, 0]), [n + 1 for n in cache.lengths])
        cache.keep([int(n > 0) for n in left])
        out = []
        for row, token in enumerate(tokens.tolist()):
            out.append(Step((token,) if left[row] else ()))
            if left[row]:
                last[row] = token
                left[row] = 0 if ended(token) else left[row] - 1
        yield out
