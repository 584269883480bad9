"""Benchmarks of one conversation: `python -m bench.talk --help`."""
