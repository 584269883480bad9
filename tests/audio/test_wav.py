import io

import numpy as np
import pytest
import soundfile

from vivavoce.audio.wav import HEADER_BYTES, WavWriter, header, mend


def test_the_file_is_whole_after_every_sync(tmp_path):
    wav = WavWriter(tmp_path / "a.wav", 24000, 2)
    for second in range(1, 4):
        wav.append(np.full((24000, 2), 0.5, np.float32))
        wav.sync()
        assert soundfile.info(tmp_path / "a.wav").frames == second * 24000
    wav.close()


def test_a_day_long_file_has_its_true_length():
    frames = 24 * 3600 * 24000  # 8.3 GB
    info = soundfile.info(io.BytesIO(header(frames * 4, 24000, 2) + bytes(4000)))
    assert info.format == "RF64"
    assert (info.samplerate, info.channels) == (24000, 2)
    assert header(frames * 4, 24000, 2)[28:36] == (frames * 4).to_bytes(8, "little")


def test_mending_cuts_a_torn_sample_off(tmp_path):
    wav = WavWriter(tmp_path / "a.wav", 24000, 2)
    wav.append(np.full((12000, 2), 0.5, np.float32))
    with (tmp_path / "a.wav").open("ab") as torn:
        torn.write(b"\x01\x02\x03")
    assert mend(tmp_path / "a.wav", 24000, 2) == pytest.approx(0.5)
    assert soundfile.info(tmp_path / "a.wav").frames == 12000
    assert (tmp_path / "a.wav").stat().st_size == HEADER_BYTES + 48000
    wav.close()
