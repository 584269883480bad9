"""One timeline of both sides: to read, to look at, to keep and to train on.

`picture` loads matplotlib when it draws; `recorder` loads FFmpeg's libraries for its resampler.
"""

from vivavoce.timeline.lines import Line, lines
from vivavoce.timeline.writer import Timeline, read

__all__ = ["Line", "Timeline", "lines", "read"]
