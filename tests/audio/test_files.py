import av
import numpy as np
import pytest
import soundfile

from vivavoce.audio.files import read, write_wav
from vivavoce.core import BadAudio


def tone(rate: int, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(int(rate * seconds)) / rate)).astype("f4")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.mark.parametrize(
    ("name", "rate", "channels"),
    [
        ("a.wav", 16000, 1),
        ("a.wav", 44100, 2),
        ("a.wav", 8000, 6),
        ("a.flac", 48000, 2),
        ("a.ogg", 24000, 1),
        ("a.mp3", 22050, 2),
        ("a.aiff", 11025, 1),
        ("a.paf", 16000, 2),  # only libsndfile knows it
    ],
)
def test_any_format_rate_and_number_of_channels_is_read(tmp_path, said, name, rate, channels):
    path = tmp_path / name
    soundfile.write(path, np.tile(tone(rate)[:, None], channels), rate)
    pcm = read(path, 16000, said.append)
    assert said == []
    assert pcm.dtype == np.float32
    assert len(pcm) == pytest.approx(16000, abs=1200)  # codecs pad to their own frames
    assert np.sqrt(np.mean(pcm[4000:12000] ** 2)) == pytest.approx(0.3536, rel=0.03)


def test_the_sound_of_a_film_is_read(tmp_path, said):
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as film:
        stream = film.add_stream("aac", rate=44100, layout="stereo")
        planar = np.tile(tone(44100), (2, 1))
        for at in range(0, 44032, 1024):
            part = np.ascontiguousarray(planar[:, at : at + 1024])
            frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
            frame.sample_rate, frame.pts = 44100, at
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    assert len(read(path, 16000, said.append)) == pytest.approx(16000, abs=1200)


def test_a_title_in_an_old_encoding_harms_nothing(tmp_path, said):
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(16000), 16000)
    title = b"INFOINAM\x04\0\0\0\xca\xe9a\0"
    wav = path.read_bytes() + b"LIST" + len(title).to_bytes(4, "little") + title
    path.write_bytes(b"RIFF" + (len(wav) - 8).to_bytes(4, "little") + wav[8:])
    assert len(read(path, 16000, said.append)) == 16000


def test_channels_are_averaged(tmp_path):
    write_wav(tmp_path / "a.wav", np.stack([tone(16000), -tone(16000)], axis=1), 16000)
    assert np.max(np.abs(read(tmp_path / "a.wav", 16000))) < 1e-4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist"),
        (b"", "is empty"),
        (b"Dear diary, today I spoke. " * 99, "not audio"),
        (bytes(range(256)) * 20, "not audio"),
    ],
)
def test_what_is_no_audio_gets_a_clear_error(tmp_path, content, message):
    path = tmp_path / "in.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadAudio, match=message):
        read(path, 16000)


def test_samples_without_a_head_are_no_audio_that_can_be_read(tmp_path):
    """libsndfile would want to be told their rate."""
    (tmp_path / "in.raw").write_bytes(b"Dear diary, today I spoke. " * 99)
    with pytest.raises(BadAudio, match="convert it"):
        read(tmp_path / "in.raw", 16000)


def test_a_folder_is_no_audio_file(tmp_path):
    with pytest.raises(BadAudio, match="not a file"):
        read(tmp_path, 16000)


@pytest.mark.parametrize("name", ["a.wav", "a.flac"])
def test_a_file_without_samples_is_refused(tmp_path, name):
    soundfile.write(tmp_path / name, np.zeros(0), 16000)
    with pytest.raises(BadAudio):
        read(tmp_path / name, 16000)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_of_a_file_that_was_cut_off_the_rest_is_used(tmp_path, said, name):
    path = tmp_path / name
    soundfile.write(path, np.random.default_rng(1).uniform(-0.5, 0.5, 160_000), 16000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    pcm = read(path, 16000, said.append)
    assert 60_000 < len(pcm) < 90_000
    assert len(said) == 1
    assert "cut off" in said[0]


def test_samples_that_are_no_numbers_become_silence(tmp_path, said):
    pcm = tone(16000)
    pcm[100:103] = np.nan, np.inf, -np.inf
    soundfile.write(tmp_path / "a.wav", pcm, 16000, subtype="FLOAT")
    out = read(tmp_path / "a.wav", 16000, said.append)
    assert not np.any(out[100:103])
    assert np.array_equal(out[103:], pcm[103:])
    assert "3 samples are not numbers" in said[0]


def test_what_is_written_is_read_back_and_too_loud_is_clipped(tmp_path):
    loud = np.array([0.5, -0.25, 7.0, -7.0, np.nan], np.float32)
    write_wav(tmp_path / "a.wav", loud, 24000)
    pcm, rate = soundfile.read(tmp_path / "a.wav", dtype="float32")
    assert rate == 24000
    assert np.allclose(pcm, [0.5, -0.25, 1, -1, 0], atol=1e-4)


def test_two_channels_stay_apart(tmp_path):
    pair = np.random.default_rng(2).uniform(-1, 1, (1000, 2)).astype(np.float32)
    write_wav(tmp_path / "a.wav", pair, 24000)
    assert np.allclose(soundfile.read(tmp_path / "a.wav")[0], pair, atol=1e-4)
