"""Whether a model that is about to call a tool means one that there is. Pure.

Under a grammar a small model calls whatever fits best, even if nothing fits. Left alone it would
then write a name that it makes up; how probable that is tells whether any tool fits.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from vivavoce.models.toolcalls import OPEN

ASKED = f'{OPEN}\n{{"name": "'
"""Behind this the model is asked for a name, free to write any."""
LOOKED_AT = 40
"""Most probable beginnings of a name."""
_SHORTEST = 2
"""Characters by which a name can be known."""


def doubt(beginnings: Iterable[tuple[str, float]], tools: Sequence[Mapping[str, Any]]) -> float:
    """beginnings: first tokens of a name and their probabilities → how probable it is that none of
    the tools is meant, in [0, 1]. A name that is known by a part of it ("circumference" of
    "geometry.circumference") counts as the tool's."""
    names = [str(tool["name"]).lower() for tool in tools]
    known = sum(p for token, p in beginnings if _known(token, names))
    return min(1.0, max(0.0, 1.0 - known))


def _known(token: str, names: Sequence[str]) -> bool:
    part = token.strip().lower()
    if len(part) < _SHORTEST:
        return any(name.startswith(part) for name in names) if part else False
    return any(part in name for name in names)
