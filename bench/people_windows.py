"""The windows' vectors of all readers that may be learned from, in each condition: for people_fit.

One file, so that fitting anew takes seconds: about four minutes of one core.
"""

import argparse
from pathlib import Path

import numpy as np

from bench.command import say
from bench.voices import CONDITIONS, readers
from vivavoce.cli.voices import hearing
from vivavoce.people.enrol import SPEECH_STEP as SPOKEN
from vivavoce.people.enrol import STEP, WINDOW
from vivavoce.scenes import Split


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("out", type=Path, help="an .npz")
    args = options.parse_args()
    ears, rows = hearing(), []
    found = [(split, r) for split in (Split.TRAIN, Split.DEV) for r in readers(split)]
    for i, (split, reader) in enumerate(found):
        for c, change in enumerate(CONDITIONS.values()):
            pcm = change(reader.pcm, split, np.random.default_rng([i, c]))
            speech = ears.speech(pcm) >= 0.5
            for w, vector in enumerate(ears.windows(pcm)):
                at = w * STEP
                spoken = speech[at // SPOKEN : (at + WINDOW) // SPOKEN]
                rows.append((i, c, w, spoken.mean() if len(spoken) else 0.0, vector))
        if i % 20 == 0:
            say(f"  {i} of {len(found)}")
    reader_i, condition, window, share, vectors = zip(*rows, strict=True)
    np.savez(
        args.out,
        names=np.array([reader.name for _, reader in found]),
        seconds=np.array([len(reader.pcm) / 16_000 for _, reader in found]),
        reader=np.array(reader_i),
        condition=np.array(condition),
        window=np.array(window),
        share=np.array(share),
        vectors=np.array(vectors, np.float32),
    )


if __name__ == "__main__":
    main()
