"""A toy as files: a GGUF of Qwen2's kind that is loaded as the real one is, and an adapter."""

from pathlib import Path

import gguf
import torch

from tests.diffusion import toys
from vivavoce.diffusion import adapters
from vivavoce.diffusion.network.adapter import Adapter, AdapterConfig
from vivavoce.diffusion.network.gguf import digest
from vivavoce.diffusion.network.shape import SPARE, Shape

WIDTH, HEADS, KV_HEADS, INNER, LAYERS = 32, 4, 2, 48, 2


def model(path: Path, *, context: int = toys.CONTEXT) -> Path:
    """Random weights, written to path."""
    known = toys.tokens().tokenizer
    size = known.get_vocab_size()
    names = [known.id_to_token(i) for i in range(size)] + [f"[spare{i}]" for i in range(SPARE)]
    draw = torch.Generator().manual_seed(7)

    def some(*shape: int, by: float = 0.4, around: float = 0.0) -> object:
        return (around + torch.randn(shape, generator=draw) * by).numpy()

    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_block_count(LAYERS)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_token_list(names)
    writer.add_token_types([3 if name.startswith("<|") else 1 for name in names])
    writer.add_token_merges([" ".join(pair) for pair in toys.MERGES])
    writer.add_eos_token_id(known.token_to_id("<|im_end|>"))
    whole = WIDTH + 2 * KV_HEADS * WIDTH // HEADS
    for name, tensor in {
        "token_embd.weight": some(len(names), WIDTH, by=1),
        "output.weight": some(len(names), WIDTH),
        "output_norm.weight": some(WIDTH, around=1),
    }.items():
        writer.add_tensor(name, tensor)
    for i in range(LAYERS):
        own, kv = f"blk.{i}.", (whole - WIDTH) // 2
        for name, tensor in {
            "attn_norm.weight": some(WIDTH, around=1),
            "ffn_norm.weight": some(WIDTH, around=1),
            "attn_q.weight": some(WIDTH, WIDTH),
            "attn_k.weight": some(kv, WIDTH),
            "attn_v.weight": some(kv, WIDTH),
            "attn_q.bias": some(WIDTH),
            "attn_k.bias": some(kv),
            "attn_v.bias": some(kv),
            "attn_output.weight": some(WIDTH, WIDTH),
            "ffn_gate.weight": some(INNER, WIDTH),
            "ffn_up.weight": some(INNER, WIDTH),
            "ffn_down.weight": some(WIDTH, INNER),
        }.items():
            writer.add_tensor(own + name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def adapter(path: Path, base: Path) -> Path:
    """One that does nothing, for the weights in base."""
    size = toys.tokens().tokenizer.get_vocab_size() + SPARE
    shape = Shape(LAYERS, WIDTH, HEADS, KV_HEADS, INNER, vocab=size, context=toys.CONTEXT)
    adapters.save(Adapter(shape, AdapterConfig(rank=2, block=16)), path, digest(base))
    return path
