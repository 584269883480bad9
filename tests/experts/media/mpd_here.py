"""A real MPD on loopback, with a small tagged library of silence."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import pytest

LIBRARY = (
    # artist, album, track, title, genre, year
    ("Miles Davis", "Kind of Blue", 1, "So What", "Jazz", "1959"),
    ("Miles Davis", "Kind of Blue", 2, "Freddie Freeloader", "Jazz", "1959"),
    ("Miles Davis", "Kind of Blue", 3, "Blue in Green", "Jazz", "1959"),
    ("John Coltrane", "Giant Steps", 1, "Giant Steps", "Jazz", "1960"),
    ("John Coltrane", "Giant Steps", 2, "Naima", "Jazz", "1960"),
    ("Bill Evans Trio", "Waltz for Debby", 1, "My Foolish Heart", "Jazz", "1961"),
    ("The Beatles", "Abbey Road", 1, "Come Together", "Rock", "1969"),
    ("The Beatles", "Abbey Road", 2, "Something", "Rock", "1969"),
    ("Queen", "Greatest Hits", 1, "Bohemian Rhapsody", "Rock", "1981"),
    ("ABBA", "Greatest Hits", 1, "Waterloo", "Pop", "1974"),
    ("ABBA", "Arrival", 1, "Dancing Queen", "Pop", "1976"),
    ("Ludwig van Beethoven", "Symphony No. 5", 1, "Allegro con brio", "Classical", "1963"),
    ("Björk", "Homogenic", 1, "Jóga", "Electronic", "1997"),
    ("a-ha", "Hunting High and Low", 1, "Take On Me", "Synth-Pop", "1985"),
    ("Kate Bush", "Hounds of Love", 1, "Running Up That Hill", "Art Pop", "1985"),
)
LENGTH_S = 300
PASSWORD = "geheim"


@dataclass(frozen=True, slots=True)
class Mpd:
    """A running server."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"mpd://{PASSWORD}@127.0.0.1:{self.port}"


@contextmanager
def mpd(folder: Path, songs: tuple[tuple[object, ...], ...] = LIBRARY) -> Iterator[Mpd]:
    """Two rooms, software volume, two playlists; it has read its library when it is given."""
    program = shutil.which("mpd")
    if program is None:
        pytest.skip("mpd is missing: apt install mpd")
    music, lists = folder / "music", folder / "playlists"
    for made in (music, lists):
        made.mkdir()
    paths = [f"{song[0]}/{song[1]}/{song[2]}.flac" for song in songs]
    for path, song in zip(paths, songs, strict=True):
        (music / path).parent.mkdir(parents=True, exist_ok=True)
        write_song(music / path, *(str(tag) for tag in song))
    if len(songs) > 10:
        (lists / "Sunday Morning.m3u").write_text(f"{paths[5]}\n{paths[2]}\n{paths[4]}\n")
        (lists / "Cooking.m3u").write_text(f"{paths[10]}\n{paths[6]}\n")
    port = free_port()
    (folder / "mpd.conf").write_text(_conf(folder, port))
    process = subprocess.Popen(
        [program, "--no-daemon", "--stderr", str(folder / "mpd.conf")], stderr=subprocess.DEVNULL
    )
    try:
        _wait(port, len(songs))
        yield Mpd(port, folder, process)
    finally:
        process.terminate()
        process.wait(10)


def write_song(
    path: Path, artist: str, album: str, track: str, title: str, genre: str, date: str
) -> None:
    with av.open(path, "w", format="flac") as file:
        file.metadata.update(
            artist=artist, album_artist=artist, album=album, track=track, title=title, genre=genre
        )
        file.metadata["date"] = date
        stream = file.add_stream("flac", rate=8000, layout="mono")
        quiet = np.zeros((1, 8000), np.int16)
        for i in range(LENGTH_S):
            frame = av.AudioFrame.from_ndarray(quiet, format="s16", layout="mono")
            frame.rate, frame.pts = 8000, i * 8000
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def say(port: int, *lines: str) -> list[str]:
    """What MPD answers to a list of commands: the referee speaks its protocol itself."""
    with socket.create_connection(("127.0.0.1", port), 5) as wire:
        told = wire.makefile("rw", encoding="utf-8", newline="\n")
        with told:
            assert told.readline().startswith("OK MPD")
            found = []
            for line in (f"password {PASSWORD}", *lines):
                told.write(f"{line}\n")
                told.flush()
                while (answer := told.readline().rstrip("\n")) != "OK":
                    assert answer, "MPD hung up"
                    assert not answer.startswith("ACK"), answer
                    found.append(answer)
            return found


def status(port: int, partition: str = "default") -> dict[str, str]:
    found = say(port, f"partition {partition}", "status", "currentsong")
    return dict(line.split(": ", 1) for line in reversed(found))


def updated(server: Mpd) -> None:
    """It has read its music folder again."""
    say(server.port, "clear", "update")
    until = time.monotonic() + 20
    while any(line.startswith("updating_db") for line in say(server.port, "status")):
        assert time.monotonic() < until
        time.sleep(0.02)


def _wait(port: int, songs: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if f"songs: {songs}" in say(port, "stats"):
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError("mpd did not start")


def _conf(folder: Path, port: int) -> str:
    outputs = "".join(
        f'audio_output {{\n type "null"\n name "{name}"\n mixer_type "software"\n}}\n'
        for name in ("Kitchen", "Living Room")
    )
    return f"""
music_directory "{folder / "music"}"
playlist_directory "{folder / "playlists"}"
db_file "{folder / "db"}"
state_file "{folder / "state"}"
sticker_file "{folder / "stickers"}"
bind_to_address "127.0.0.1"
port "{port}"
password "{PASSWORD}@read,add,control,admin"
default_permissions ""
auto_update "no"
{outputs}"""
