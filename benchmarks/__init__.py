"""Benchmarks: each measures its floor and ours in the same run. `python -m benchmarks [ID …]`."""
