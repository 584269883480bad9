"""More people to learn from: real speech that lies in Debian's packages, one folder a person."""

import re
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from vivavoce.core import Refused, Retry

PACKAGES: Mapping[str, tuple[str, str]] = {
    "klettres-data": ("klettres", r"/klettres/(\w+)/.*\.ogg$"),
    "ktuberling-data": ("ktuberling", r"/sounds/(\w+)/.*\.(?:ogg|wav|opus)$"),
    "tuxpaint-stamps-default": ("tuxpaint", r"_desc_?(\w*)\.ogg$"),
    "fillets-ng-data-cs": ("fillets-cs", r"/[^-/]+-([mv])(?:-[^/]*)?\.ogg$"),
    "fillets-ng-data-nl": ("fillets-nl", r"/[^-/]+-([mv])(?:-[^/]*)?\.ogg$"),
    "asterisk-core-sounds-fr-wav": ("asterisk", r"/(fr)_[^/]*/.*\.wav$"),
    "asterisk-core-sounds-it-wav": ("asterisk", r"/(it)_[^/]*/.*\.wav$"),
}
"""Package → how its people's names begin, and whose a file is by its path: a language's or a
part's. Mostly single words and short sentences, each language said by one person."""
CLIPS = 120
"""The longest ones of each person."""


def fetch(package: str, out: Path) -> dict[str, int]:
    """A package's people as out/PERSON/NNN.EXT; person → clips.

    Refused: no apt here; Retry: it can't be downloaded now, or apt does not know it."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise Refused("people's speech comes from Debian's packages: this needs apt and dpkg")
    with TemporaryDirectory(prefix="vivavoce-") as folder:
        _run(["apt-get", "download", "-q", package], folder)
        [deb] = Path(folder).glob("*.deb")
        return unpack(deb, package, out)


def unpack(deb: Path, package: str, out: Path) -> dict[str, int]:
    """The same from the package's file."""
    counts = {}
    with TemporaryDirectory(prefix="vivavoce-") as folder:
        _run(["dpkg-deb", "-x", str(deb.absolute()), folder], folder)
        for person, clips in people_of(Path(folder), package):
            counts[person] = len(clips)
            (out / person).mkdir(parents=True, exist_ok=True)
            for n, clip in enumerate(clips):
                shutil.copyfile(clip, out / person / f"{n:03}{clip.suffix}")
    return counts


def people_of(folder: Path, package: str) -> Iterator[tuple[str, list[Path]]]:
    """Who speaks in an unpacked package, and their longest clips, the longest first."""
    prefix, whose = PACKAGES[package]
    found = defaultdict[str, list[Path]](list)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if match := re.search(whose, "/" + path.relative_to(folder).as_posix()):
            found[f"{prefix}-{match[1] or 'en'}"].append(path)
    for person, clips in sorted(found.items()):
        yield person, sorted(clips, key=lambda p: -p.stat().st_size)[:CLIPS]


def _run(command: list[str], folder: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Retry(f"{' '.join(command[:2])} failed: {last}")
