"""Small files that are there whole or as they were before; the folder of what can be made anew."""

import os
from pathlib import Path
from tempfile import mkstemp


def cache_root() -> Path:
    """VIVAVOCE_CACHE, else vivavoce/ in the user's folder of caches."""
    if own := os.environ.get("VIVAVOCE_CACHE"):
        return Path(own).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "vivavoce"


def write_whole(path: Path, text: str, *, durable: bool = False, over: bool = True) -> None:
    """Under its name once all of it is written; its owner's alone (0600). durable: on the disk when
    this returns. FileExistsError: it is there already and not to be written over. OSError: no room,
    or not ours; what was there stays."""
    handle, made = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    new = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if over:
            new.replace(path)
        else:
            path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)
