"""Samples in and out of the house: number formats, rates, frames, files.

`files` and `resample` load FFmpeg's libraries (90 ms); import them where they are used.
"""
