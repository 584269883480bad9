"""A recording instead of a microphone: python examples/1_replay.py question.wav"""

import sys
from pathlib import Path

import anyio

from vivavoce.audio.files import read
from vivavoce.core import IN_RATE
from vivavoce.mind.house import open_mind
from vivavoce.session import load
from vivavoce.session.replay import replay

microphone = read(Path(sys.argv[1]), IN_RATE)
done = anyio.run(replay, microphone, load(mind=open_mind()))
for side, words in done.turns:
    print(f"{side:>9}: {words}")
