"""The recipe of the recorded users: `python -m bench.speech.make`."""
