"""Heard in a crowd: who speaks, and whom we let disturb us. `python -m bench.crowd`."""
