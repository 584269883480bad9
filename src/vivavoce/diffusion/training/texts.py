"""Texts as tokens, on disk: one JSON line each, so that a run that was cut off goes on."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from vivavoce.diffusion.decode import Dial, write
from vivavoce.diffusion.text import Writer
from vivavoce.diffusion.training.prompts import Prompt
from vivavoce.diffusion.training.sources import Source

Tick = Callable[[int], object]
"""Told how many more are done."""


@dataclass(frozen=True, slots=True)
class Text:
    """Tokens; those from `begins` on are to be learned."""

    package: str
    kind: str
    begins: int
    ids: tuple[int, ...]


def kept(path: Path) -> list[Text]:
    """Those of the file; a last line that was cut off is passed over."""
    out = []
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            said = json.loads(line)
            out.append(Text(said["package"], said["kind"], said["begins"], tuple(said["ids"])))
        except (ValueError, KeyError, TypeError):
            continue
    return out


def of_sources(writer: Writer, found: Sequence[Source], length: int, most: int) -> Iterator[Text]:
    """The code as it stands, in pieces of `length` tokens, one of each file."""
    for i, source in enumerate(found[:most]):
        ids = writer.plain(source.text[: length * 12])
        start = (i * 7919) % max(1, len(ids) - length)
        piece = ids[start : start + length]
        if len(piece) >= length // 4:
            yield Text(source.package, "source", 1, piece)


def written(
    writer: Writer, prompts: Sequence[Prompt], path: Path, tokens: int, batch: int, tick: Tick
) -> list[Text]:
    """What the base model writes on each prompt, greedily; appended to the file as it comes, and
    those that are there already are not written again, but for a last line that was cut off."""
    if path.exists():
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
    done = kept(path)
    for start in range(len(done), len(prompts), batch):
        part = prompts[start : start + batch]
        own = _greedy(writer, part, tokens)
        more = [
            Text(one.package, one.kind, len(one.ids), (*one.ids, *new))
            for one, new in zip(part, own, strict=True)
        ]
        with path.open("a") as file:
            file.writelines(json.dumps(asdict(one)) + "\n" for one in more)
        done += more
        tick(len(part))
    return done[: len(prompts)]


@torch.inference_mode()
def _greedy(writer: Writer, part: Sequence[Prompt], tokens: int) -> list[list[int]]:
    ends = writer.tokens.ends
    own: list[list[int]] = [[] for _ in part]
    dial = Dial(mode="ar")
    ids = [one.ids for one in part]
    for forward in write(writer.network, ids, tokens, dial, ends.__contains__):
        for row, step in zip(own, forward, strict=True):
            row += step.tokens
    return own
