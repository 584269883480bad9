"""Small files that are there whole or as they were before; the folder of what can be made anew."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp


def cache_root() -> Path:
    """VIVAVOCE_CACHE, else vivavoce/ in the user's folder of caches."""
    if own := os.environ.get("VIVAVOCE_CACHE"):
        return Path(own).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "vivavoce"


def storable(text: str) -> str:
    """Half a character, as models and servers cut them, becomes a question mark: it is no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def write_whole(path: Path, text: str | bytes, *, durable: bool = False, over: bool = True) -> None:
    """Under its name once all of it is written; its owner's alone (0600), or whose it was before
    and with that mode, where that is allowed. text: see storable. durable: on the disk when this
    returns. FileExistsError: it is there already and not to be written over. OSError: no room, or
    not ours; what was there stays."""
    handle, made = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
    new = Path(made)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(storable(text).encode() if isinstance(text, str) else text)
            file.flush()
            if over:
                _as_before(path, file.fileno())
            if durable:
                os.fsync(file.fileno())
        if over:
            new.replace(path)
        else:
            path.hardlink_to(new)
    finally:
        new.unlink(missing_ok=True)


def _as_before(path: Path, new: int) -> None:
    """The new file is whose the old one was, and as open: root may have written it ("sudo …")."""
    with suppress(OSError):  # there was none, or it is not ours to give away
        old = path.stat()
        os.fchown(new, old.st_uid, old.st_gid)
        os.fchmod(new, stat.S_IMODE(old.st_mode))
