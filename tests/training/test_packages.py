import shutil
import subprocess
from pathlib import Path

import pytest

from vivavoce.core import Refused, Retry
from vivavoce.training.ears import packages
from vivavoce.training.ears.packages import fetch, people_of, unpack

FILES = {
    "klettres-data": {
        "usr/share/klettres/de/alpha/a.ogg": "klettres-de",
        "usr/share/klettres/pt_BR/syllab/ba.ogg": "klettres-pt_BR",
        "usr/share/klettres/pics/a.png": "",
    },
    "ktuberling-data": {
        "usr/share/ktuberling/sounds/uk/ear.wav": "ktuberling-uk",
        "usr/share/ktuberling/sounds/sr@latin/ear.ogg": "",  # the same person as sr
    },
    "tuxpaint-stamps-default": {
        "usr/share/tuxpaint/stamps/animals/cow_desc_fr.ogg": "tuxpaint-fr",
        "usr/share/tuxpaint/stamps/animals/cow_desc.ogg": "tuxpaint-en",
        "usr/share/tuxpaint/stamps/animals/cow.ogg": "",  # it moos
    },
    "fillets-ng-data-cs": {
        "usr/share/games/fillets-ng/sound/city/cs/vit-m-hlava.ogg": "fillets-cs-m",
        "usr/share/games/fillets-ng/sound/city/cs/vit-v-hlava.ogg": "fillets-cs-v",
        "usr/share/games/fillets-ng/sound/city/cs/vit-x-end.ogg": "",
    },
    "asterisk-core-sounds-it-wav": {
        "usr/share/asterisk/sounds/it_IT_m_Carlo/added.wav": "asterisk-it",
        "usr/share/doc/asterisk-core-sounds-it-wav/copyright": "",
    },
}


def laid(folder: Path, package: str) -> Path:
    for name in FILES[package]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return folder


@pytest.mark.parametrize("package", FILES)
def test_a_clip_belongs_to_whose_language_or_part_it_is(tmp_path: Path, package: str) -> None:
    found = dict(people_of(laid(tmp_path, package), package))
    assert {p for p in FILES[package].values() if p} == found.keys()
    assert all(len(clips) == 1 for clips in found.values())


def test_the_longest_clips_come_first(tmp_path: Path) -> None:
    for n in range(packages.CLIPS + 5):
        path = tmp_path / f"klettres/de/{n}.ogg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(n + 1))
    [(_, clips)] = people_of(tmp_path, "klettres-data")
    assert len(clips) == packages.CLIPS
    assert clips[0].name == f"{packages.CLIPS + 4}.ogg"


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg-deb")
def test_a_package_becomes_folders_of_clips(tmp_path: Path) -> None:
    tree = laid(tmp_path / "tree", "klettres-data")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "Package: klettres-data\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\n"
        "Description: letters\n"
    )
    deb = tmp_path / "klettres.deb"
    subprocess.run(["dpkg-deb", "--build", tree, deb], check=True, capture_output=True)
    assert unpack(deb, "klettres-data", tmp_path / "out") == {
        "klettres-de": 1,
        "klettres-pt_BR": 1,
    }
    assert (tmp_path / "out/klettres-de/000.ogg").read_bytes() == b"x"


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg-deb")
def test_a_broken_package_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.deb"
    broken.write_bytes(b"no archive")
    with pytest.raises(Retry, match="dpkg-deb -x failed"):
        unpack(broken, "klettres-data", tmp_path / "out")


def test_without_apt_it_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="needs apt"):
        fetch("klettres-data", tmp_path / "out")
