import warnings

import av
import numpy as np
import pytest

from vivavoce.audio import g711

LAWS = pytest.mark.parametrize("law", ["ulaw", "alaw"])
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


@LAWS
def test_every_code_decodes_as_ffmpeg_decodes_it(law):
    codes = bytes(range(256))
    decoder = av.CodecContext.create({"ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}[law], "r")
    decoder.sample_rate, decoder.layout = 8000, "mono"
    theirs = np.concatenate([f.to_ndarray()[0] for f in decoder.decode(av.Packet(codes))])
    assert np.array_equal(g711.decode(codes, law) * 32768, theirs)


@LAWS
def test_every_sample_encodes_as_the_standard_library_did(law):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip("audioop", reason="gone from Python 3.13")
    theirs = {"ulaw": audioop.lin2ulaw, "alaw": audioop.lin2alaw}[law](EVERY_SAMPLE.tobytes(), 2)
    assert g711.encode(EVERY_SAMPLE / np.float32(32768), law) == theirs


@LAWS
def test_a_code_that_was_decoded_encodes_to_itself(law):
    codes = bytes(code for code in range(256) if (law, code) != ("ulaw", 0x7F))  # its -0 is +0
    assert g711.encode(g711.decode(codes, law), law) == codes


@LAWS
def test_speech_keeps_35_db_over_the_noise_of_the_law(law):
    pcm = (0.3 * np.sin(np.arange(8000) * 0.7)).astype(np.float32)
    noise = g711.decode(g711.encode(pcm, law), law) - pcm
    assert 10 * np.log10(np.mean(pcm**2) / np.mean(noise**2)) > 35


@LAWS
def test_too_loud_is_clipped_and_what_is_no_number_is_silence(law):
    strange = np.array([9, -9, np.inf, np.nan], np.float32)
    assert g711.encode(strange, law) == g711.encode(np.array([1, -1, 0, 0], np.float32), law)
